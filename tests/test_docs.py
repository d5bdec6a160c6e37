"""The documentation is true: the ABI page, links and commands are correct, and no path of a person's machine occurs."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/lab"))
import handout  # noqa: E402
ABI = ROOT / "tools/abi.py"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


def tracked(pattern="*"):
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    out = subprocess.run(["git", "ls-files", "-z", "--", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in out.stdout.split("\0") if name and (ROOT / name).is_file()]


def anchors(page):
    """The fragments of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#{1,6} (.+)$", FENCE.sub("", page), re.M)
    return {re.sub(r"[^\w\- ]", "", t.replace("`", "").lower()).replace(" ", "-") for t in titles}


def broken_links(path):
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"\w+:", target):
            continue
        name, _, fragment = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            yield f"{path.relative_to(ROOT)}: {target}: no such file"
        elif fragment and file.suffix == ".md" and fragment not in anchors(file.read_text()):
            yield f"{path.relative_to(ROOT)}: {target}: no such heading"


def abi_check(root):
    return subprocess.run([sys.executable, ABI, "--check", "--root", root], capture_output=True, text=True, check=False)


def test_the_abi_page_is_what_the_kernel_does():
    result = abi_check(ROOT)
    assert result.returncode == 0, result.stderr


# Each change to a copy, and the text that the check must print.
DRIFT = [
    ("kernel/cap/thread_methods.c", "if (runnable(t) != OK)\n\t\treturn ERR_STATE;\n\tif (args", "if (args", "THREAD_START"),
    ("kernel/cap/cnode.c", "return ERR_NO_REPLY;", "return ERR_LIMIT;", "CNODE_SAVE_CALLER"),
    ("kernel/mm/map.c", "return ERR_TABLE;", "return ERR_MEMORY;", "TABLE_MAP"),
    ("kernel/ipc/notification.c", "return ERR_WOULD_BLOCK;", "return ERR_DEADLINE;", "SYS_WAIT"),
    ("kernel/ipc/reply.c", "thread_wake(caller, ERR_PEER_DIED)", "thread_wake(caller, ERR_DEADLOCK)", "While it waits"),
    ("kernel/cap/untyped.c", "RIGHT_WRITE))", "RIGHT_READ))", "UNTYPED_RETYPE"),
    ("kernel/include/microk/cap.h", "X(IRQ, IRQ_ACK, 3", "X(IRQ, IRQ_DONE, 3", "IRQ_ACK, which the header does not know"),
    ("kernel/include/microk/error.h", "the deadline passed", "the deadline is over", "run tools/abi.py"),
    ("kernel/include/microk/info.h", "ROOT_FREE = 128", "ROOT_FREE = 129", "run tools/abi.py"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), DRIFT, ids=[said for *_, said in DRIFT])
def test_a_change_of_the_kernel_is_noticed(tmp_path, file, old, new, said):
    shutil.copytree(ROOT / "kernel", tmp_path / "kernel")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/kernel-abi.md", tmp_path / "docs")
    text = (tmp_path / file).read_text()
    assert old in text, f"{file} has changed; this test needs another place to damage"
    (tmp_path / file).write_text(text.replace(old, new))
    result = abi_check(tmp_path)
    assert result.returncode == 1
    assert said in result.stderr


def test_links_lead_somewhere():
    broken = [line for path in tracked("*.md") for line in broken_links(path)]
    assert not broken, "\n".join(broken)


def test_every_page_is_linked_from_the_readme():
    """Directly, or through the list of pages in architecture.md."""
    lists = [ROOT / "README.md", ROOT / "docs/architecture.md"]
    linked = {(page.parent / target.partition("#")[0]).resolve() for page in lists for target in LINK.findall(page.read_text())}
    missing = [path.name for path in tracked("docs/*.md") if path.resolve() not in linked]
    assert not missing


def test_the_glossary_defines_its_words():
    """One entry a word, each with a sentence, and the words that other pages count on."""
    entries = re.findall(r"^\*\*([^*]+)\.\*\* (.+)", (ROOT / "docs/glossary.md").read_text(), re.M)
    words = [word for entry, _ in entries for word in entry.lower().split(", ")]
    assert len(words) == len(set(words)), "a word has two entries"
    wanted = ("service instance process program task slot grant master endpoint badge cspace derivation retype untyped revoke "
              "server client stage stand-in supply view outbox").split()
    assert not set(wanted) - set(words)
    assert all(text.count(" ") > 3 for _, text in entries)


def test_the_architecture_page_says_where_it_happens():
    """Each row leads to a file that has the names beside it."""
    table = (ROOT / "docs/architecture.md").read_text().partition("| What | File | Name there |\n")[2].partition("\n\n")[0]
    rows = [line.split("|")[2:4] for line in table.splitlines()[1:]]
    assert len(rows) > 5
    for file, names in rows:
        path = re.search(r"\[([^\]]+)\]\(\.\./\1\)", file)[1]
        text = (ROOT / path).read_text()
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^\s*(?:[\w*]+ +\**)*{name}\b ?[(:=][^;\n]*$", text, re.M), f"{path} does not define {name}"


def test_excerpts_stand_in_the_source():
    """A block after "<!-- from FILE -->" is in FILE in the same form, as in the labs' handouts."""
    blocks = [(page, block) for page in tracked("docs/*.md") for block in handout.parse(page.read_text())[0]]
    assert len(blocks) > 4
    wrong = [f"{page.name}:{at}: {what}" for page, block in blocks for at, what in handout.excerpts(ROOT, [block])]
    assert not wrong, "\n".join(wrong)


def test_folded_parts_have_their_tags_on_lines_of_their_own():
    found = [f"{page.relative_to(ROOT)}:{at}: {what}" for page in tracked("*.md")
             for at, what in handout.folds(handout.parse(page.read_text())[1])]
    assert not found, "\n".join(found)
    for wrong in ("An answer. </details>", "</details> <details><summary>Why?</summary>", "<details><summary>A long", "title</summary>"):
        assert list(handout.folds([(1, wrong)])), wrong


def test_the_readme_names_commands_that_exist():
    makefile = (ROOT / "Makefile").read_text()
    goals = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.M))
    readme = (ROOT / "README.md").read_text()
    named = re.findall(r"(?:`|^ {4})make((?: [a-z][\w-]*)*)", readme, re.M)
    words = {w for line in named for w in re.match(r"(?: [\w-]+)?(?: (?:run|web|check|gdb|bench|iso)\b)?", line)[0].split()}
    assert len(words) > 10
    stages = {"stage-" + p.name.split("-")[0] for p in (ROOT / "stages").iterdir()} | {"stage-N"}
    assert words - goals - stages == set()


def test_programs_that_pages_show_can_be_started():
    """A line of an example that begins with a program of this tree."""
    shown = {name for page in tracked("*.md") for name in re.findall(r"(?m)^ {4}(?:\$ )?((?:tools|web|tests)/\S+\.(?:py|sh))\b", page.read_text())}
    assert "tools/grade/term.py" in shown or not (ROOT / "tools/grade/term.py").exists()
    assert not [name for name in sorted(shown) if not os.access(ROOT / name, os.X_OK)]


def test_the_readmes_prose_and_commands_fit_a_terminal():
    """80 columns, the marks of page.py not counted. A table's row, a picture or a single word cannot be folded."""
    lines = [re.sub(r" ?<!-- only: .*?-->", "", line) for line in (ROOT / "README.md").read_text().split("\n")]
    wide = [f"{at}: {line}" for at, line in enumerate(lines, 1) if len(line) > 80 and not line.startswith(("|", "![")) and " " in line]
    assert not wide, "\n".join(wide)


def test_the_readme_shows_every_goal_that_help_shows():
    """Except the commands that only a contributor needs."""
    shown = set(re.findall(r"^([a-z][a-z-]*):[^#=\n]*## ", (ROOT / "Makefile").read_text(), re.M))
    readme = (ROOT / "README.md").read_text()
    missing = {g for g in shown - {"all", "setup", "format", "toolchain"} if f"make {g}" not in readme}
    assert not missing


def test_no_file_names_somebodys_machine():
    """Paths of home directories and work folders mean nothing on another machine."""
    private = re.compile(r"(?<![\w.~*-])/(?:home|root|work|Users)/[a-z]")
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if private.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)


def test_pictures_are_small():
    for path in tracked("docs/images"):
        assert path.stat().st_size < 200_000, path
