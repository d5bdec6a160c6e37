"""web/serve.py with the test card (testcard.S) for a machine and a tree of the test's own for its
stages:

    testcard.py IMAGE ROOT serve.py's arguments...

REQUEST_SECONDS and CONNECT_SECONDS in the environment: the server's patience with a request and with a machine, for tests that cannot wait that
long.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "web"))
import handler  # noqa: E402
import serve  # noqa: E402
from stage import find_stage  # noqa: E402

image, root = sys.argv[1:3]


def card_command(_, vnc, serial):
    return [
        "qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-m", "4", "-vga", "std",
        "-drive", f"format=raw,if=ide,snapshot=on,file={image}",
        "-vnc", f"unix:{vnc}",
        "-chardev", f"pipe,id=line,path={serial}", "-serial", "chardev:line",
    ]  # fmt: skip


def card_job(stage, kind):
    """A Build or a Check that prints a line, and leaves the report that the tree has for it. The tree's file `seconds` makes it last."""
    return ["sh", "-c", f"echo {kind} of stage {stage.number}; sleep `cat seconds`; cp -f report.json build/grade/stage-{stage.number}.json"]


handler.CONNECT_SECONDS = float(os.environ.get("CONNECT_SECONDS", handler.CONNECT_SECONDS))
handler.REQUEST_SECONDS = float(os.environ.get("REQUEST_SECONDS", handler.REQUEST_SECONDS))
serve.find_stage = lambda number: find_stage(number, Path(root))
sys.exit(serve.main(sys.argv[3:], card_command, card_job))
