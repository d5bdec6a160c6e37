"""TinyCC's own tests (tests/tests2 and tests/pp of its source), as commands for the guest: those of its Makefiles, without make and without a host's compiler."""
import glob
import os
import re

# Its Makefiles leave these out on this machine, or with musl.
LEFT_OUT = {
    "34_array_assignment": "not C: TinyCC's Makefile leaves it out",
    "73_arm64": "for another processor",
    "98_al_ax_extend": "for another processor",
    "99_fastcall": "for another processor",
}
BOUNDS = ("112_backtrace", "114_bound_signal", "115_bound_setjmp", "116_bound_setjmp2", "117_gcc_test")
EXCEPTIONS = {
    **{name: "needs `-b`: TinyCC has no checks of bounds with musl" for name in BOUNDS},
    "113_btdll": "makes shared libraries: there is no dynamic linker",
}
WORDS = {"31_args": ["arg1", "arg2", "arg3", "arg4", "arg5"], "46_grep": ["[^* ]*[:a:d: ]+\\:\\*-/: $", "46_grep.c"]}
FLAGS = {"60_errors_and_warnings": ["-dt"], "76_dollars_in_identifiers": ["-fdollars-in-identifiers"], "96_nodata_wanted": ["-dt"], "104_inline": ["104+_inline.c"],
         "106_pthread": ["-pthread"]}
NOT_IN_MEMORY = ("42_function_pointer", "106_pthread", "108_constructor")
ONLY_IN_MEMORY = ("60_errors_and_warnings", "96_nodata_wanted")  # -dt is an option of -run
SECONDS = 20  # of the guest


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'" if re.search(r"[^\w./+=-]", word) else word


def names(source):
    """All of tests2."""
    found = (os.path.basename(path)[:-2] for path in glob.glob(os.path.join(source, "tests", "tests2", "*.c")))
    return sorted((name for name in found if re.fullmatch(r"\d{2,3}_.*", name)), key=lambda name: (int(name.split("_")[0]), name))


def cases(source):
    """{kind/name: commands, each after the one before has ended well}. The kinds: "run" in the compiler's memory, "program" as a file of its own, "preprocessor"."""
    found = {}
    for name in names(source):
        if name in LEFT_OUT or name in EXCEPTIONS:
            continue
        flags, words = FLAGS.get(name, []), WORDS.get(name, [])
        if name not in NOT_IN_MEMORY:
            found[f"run/{name}"] = [["tcc", *flags, "-run", f"{name}.c", *words]]
        if name not in ONLY_IN_MEMORY:
            found[f"program/{name}"] = [["tcc", *flags, f"{name}.c", "-o", "a.exe"], ["./a.exe", *words]]
    for path in sorted(glob.glob(os.path.join(source, "tests", "pp", "*.[cS]"))):
        name = os.path.basename(path)
        found[f"preprocessor/{name[:-2]}"] = [["tcc", "-E", "-P", name]]
    return found


def script(found):
    """For the guest's shell, in a folder with `tests2` and `pp`: each test's output goes to a file in `out`, its status to a line of the output."""
    rows = []
    for case, commands in found.items():
        folder = "../pp" if case.startswith("preprocessor") else "../tests2"
        out = f"../out/{case.replace('/', '-')}"
        rows.append(f"cd {folder}")
        rows.append(" && ".join(f"limited {SECONDS} {' '.join(map(quoted, words))} >> {out} 2>&1" for words in commands))
        rows.append(f"echo \"{case} $?\"")
    return "\n".join(rows) + "\n"


def lines_of(text, space, blank):
    """The lines as TinyCC's Makefiles compare them: by diff -b, or -w if `space` is empty; and by -B with `blank`."""
    rows = [re.sub(r"[ \t]+", space, line).rstrip() for line in text.rstrip("\n").split("\n")]
    return [row for row in rows if row] if blank else rows


def passed(source, case, output):
    kind, _, name = case.partition("/")
    folder = "pp" if kind == "preprocessor" else "tests2"
    how = ("" if case == "preprocessor/02" else " ", folder == "pp")
    with open(os.path.join(source, "tests", folder, f"{name}.expect"), encoding="utf-8", errors="replace") as f:
        return lines_of(f.read(), *how) == lines_of(output, *how)
