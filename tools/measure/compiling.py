"""The cost of a compiler in the guest: TinyCC on a file of 2,000 lines, by the guest's clock, which counts instructions.

The source is made here, the same at each run. The files that TinyCC reads are in the page cache after the first of three runs, and the least run counts. It begins with the request for a
process, and ends when its parent has its status.
"""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import disk  # noqa: E402
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import NoAnswer, Shell  # noqa: E402
from measure.rows import COMPILING_ROWS  # noqa: E402
from measure.windows import Failed  # noqa: E402

SECONDS = 300
LINES = 2000
FUNCTION = """\
static long step_{0}(struct item *item, int count)
{{
\tlong sum = {0};
\tfor (int i = 0; i < count; i++) {{
\t\titem[i].value = item[i].value * {1} + (i ^ {0});
\t\tif (item[i].value % {2} == 0 && strlen(item[i].name) > {3})
\t\t\tsum += item[i].value >> {3};
\t\telse
\t\t\tsum -= (long)(item[i].weight * {1}.5);
\t}}
\treturn sum;
}}

"""


def source():
    """A program of 2,000 lines, which prints one number."""
    head = ("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\nstruct item {\n\tlong value;\n\tdouble weight;\n\tchar name[16];\n};\n\n")
    count = (LINES - head.count("\n") - 12) // (FUNCTION.count("\n") + 1)
    functions = "".join(FUNCTION.format(i, i % 7 + 2, i % 11 + 3, i % 5) for i in range(count))
    main = ["int main(void)", "{", "\tstruct item items[8];", "\tlong sum = 0;", "\tmemset(items, 0, sizeof(items));",
            *(f"\tsum += step_{i}(items, 8);" for i in range(count)), '\tprintf("%ld\\n", sum);', "\treturn 0;", "}"]
    text = head + functions + "\n".join(main) + "\n"
    return text + "/* */\n" * (LINES - text.count("\n"))


def measure_compiling(build, stage):
    """{row: its figures}: instructions of one compilation."""
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        for name, to in (("kernel.elf", "kernel.elf"), ("tests.cpio", "archive.cpio")):
            shutil.copy(os.path.join(machine.ROOT, build, name), os.path.join(folder, to))
        image, listed = os.path.join(folder, "disk.img"), disk.listed(os.path.join(machine.ROOT, build, "disk.list"))

        def add(to):
            listed(to)
            disk.write(to, {"c/lines.c": source().encode()})

        disk.make(image, stage, add=add)
        guest = None
        try:
            guest = Shell(machine.qemu_command(stage, boot="kernel", build=folder, memory="64M", serial=["chardev:terminal"], disk=image,
                                               extra=["-icount", "shift=0,sleep=on", "-chardev", "stdio,id=terminal,signal=off"]), SECONDS)
            text = "".join(guest.type(line) for line in ("cd /c", "counted compile 3 tcc -c lines.c", "counted compile_link 3 tcc lines.c -o lines", "./lines"))
        except NoAnswer as error:
            raise Failed(f"TinyCC did not run to its end: {error}") from error
        finally:
            if guest:
                guest.close()
    counted = {name: int(count) for name, count in re.findall(r"^COST (\w+) (\d+)$", text, re.M)}
    if set(counted) != set(COMPILING_ROWS) or not re.search(r"^-?\d+$", text, re.M):
        raise Failed(f"TinyCC's program did not run, or has no figures:\n{text}")
    return {name: {"text": what, "instructions": counted[name]} for name, what in COMPILING_ROWS.items()}
