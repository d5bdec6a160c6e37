"""make gdb: symbols of kernel and programs, and its commands for threads and capabilities, in gdb's batch mode."""
import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
pytestmark = pytest.mark.skipif(not shutil.which("gdb"), reason="gdb is missing; tools/setup.sh gdb installs it")


@pytest.fixture(scope="module")
def built(make, tmp_path_factory):
    folder, source = tmp_path_factory.mktemp("stage-4"), f"{ROOT}/build/stage-4"
    got = make("stage-4")
    assert got.returncode == 0, got.stdout + got.stderr
    for name in ("kernel.elf", "archive.cpio"):
        shutil.copy(f"{source}/{name}", folder)
    for name in ("bin", "gen"):
        shutil.copytree(f"{source}/{name}", folder / name)
    return folder


def gdb(built, *script, program=None):
    words = [w for command in script for w in ("--script", command)]
    got = subprocess.run([sys.executable, "tools/run.py", "--stage", "4", "--build", str(built), "--boot", "kernel", "--gdb",
                          *(["--program", program] if program else []), *words],
                         cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=90, check=False)
    return got.stdout


AT_PROMPT = ('tbreak line_read if $_streq($microk_thread(), "shell")', "continue")


def test_threads_and_capabilities(built):
    out = gdb(built, *AT_PROMPT, "backtrace", "microk-threads", "microk-caps shell", "microk-caps nobody", program="shell")
    assert re.search(r"#0  line_read \(prompt=.*\"MicroK> \"\) at user/shell/line\.c:\d+", out), out
    assert re.search(r"#1 .* main \(\) at user/shell/main\.c:\d+", out), out
    rows = dict(re.findall(r"^[* ] ([\w.]+) +(\w+) +\d+ +\d+ +0x\w+", out, re.M))
    assert rows == {"init": "receiving", "init.log": "waiting", "console": "receiving", "vfs": "receiving", "shell": "ready"}
    assert re.search(r"^\* shell", out, re.M)
    caps = dict(re.findall(r"^(\d+) +(\w+) +[rwgx-]{4}:", out, re.M))
    assert [caps.get(str(slot)) for slot in range(1, 6)] == ["cnode", "address_space", "thread", "untyped", "frame"]
    assert list(caps.values()).count("endpoint") >= 5 and "kernel" in caps.values()
    assert re.search(r"^10 +endpoint +-w--:0------- +[0-9a-f]+ +4$", out, re.M), "the way to vfs, badge 4"
    assert "there is no thread 'nobody'; microk-threads lists them" in out


def test_one_program_at_a_time_beside_the_kernel(built):
    out = gdb(built, "info line vfs_dispatch", "microk-program console", "info line vfs_dispatch",
              "info line syscall_handle", "microk-program nothing", program="vfs")
    assert "Symbols of the kernel and of vfs." in out and "Symbols of the kernel and of console." in out
    assert out.count('vfs_server.c" starts at address') == 1 and 'Function "vfs_dispatch" not defined' in out
    assert 'syscall.c" starts at address 0xffffffff80' in out
    assert re.search(r"no program 'nothing' was built; there are: .*console, .*init, .*vfs", out), out


def test_a_breakpoint_meets_one_program_only(built):
    """All programs have code at this address; the condition tells them apart."""
    out = gdb(built, 'tbreak *0x400000 if $_streq($microk_thread(), "vfs")', "continue", "print $microk_thread()",
              program="vfs")
    assert '$1 = "vfs"' in out and "_start () at user/lib/start.S" in out, out


def test_in_the_middle_of_a_call_it_is_told_who_owes_the_answer(built):
    out = gdb(built, 'tbreak proc_dispatch if $_streq($microk_thread(), "init")', "continue", "microk-threads", program="init")
    assert re.search(r"^\* init +ready", out, re.M) and re.search(r"^  vfs +awaiting .* the answer of init$", out, re.M), out
    assert "No such file" not in out and re.search(r"^\d+\t.*r->", out, re.M), "generated sources are found"


def test_an_unknown_program_is_told_before_anything_starts(built):
    out = gdb(built, "print 1", program="nothing")
    assert re.search(r"run: there is no program 'nothing'; stage 4 has: .*vfs", out) and "$1" not in out


def test_threads_before_there_are_any(built):
    assert "there is no root task yet" in gdb(built, "microk-threads")
