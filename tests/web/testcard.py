"""web/serve.py with the test card (testcard.S) for a machine: testcard.py IMAGE serve.py's arguments..."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "web"))
import serve  # noqa: E402


def card_command(_, vnc, serial):
    return [
        "qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-m", "4", "-vga", "std",
        "-drive", f"format=raw,if=ide,snapshot=on,file={sys.argv[1]}",
        "-vnc", f"unix:{vnc}",
        "-chardev", f"null,id=line,logfile={serial},logappend=on", "-serial", "chardev:line",
    ]  # fmt: skip


sys.exit(serve.main(sys.argv[2:], card_command))
