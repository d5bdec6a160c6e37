"""Supervision on the host, under sanitizers, against scripted kernels: lib/supervise's loop that receives reports and faults, and
init's capabilities to the machine's parts."""
import pytest

from host_build import compile_program, generate, run

LIBRARY = [f"lib/microk/{name}.c" for name in ("message", "method", "server", "slots", "status", "stub", "supply")]
LOOP = "lib/supervise/supervisor.c"
SOURCES = ["tests/host/supervise/test.c", LOOP, "lib/supervise/service.c", *LIBRARY]


@pytest.fixture
def out(tmp_path):
    return str(tmp_path)


BOOT = ["tests/host/init/test_boot.c", "servers/init/boot.c", "lib/archive/archive.c",
        *[f"lib/microk/{name}.c" for name in ("command_line", "method", "slots", "startup", "string")]]


def test_a_refused_call_costs_init_no_slot(out):
    assert run([compile_program(out, "boot", BOOT)]) == "boot: ok\n"


FIT = ["tests/host/init/test_fit.c", "servers/init/fit.c", *[f"lib/conf/{name}.c" for name in ("conf", "names", "words")],
       "lib/microk/print.c", "lib/microk/string.c"]


def test_sizes_on_a_small_machine(out):
    assert run([compile_program(out, "fit", FIT)]) == "fit: ok\n"


def test_the_loop(out):
    program = compile_program(out, "supervise", [*SOURCES, *generate(["protocols/supervise"])])
    assert run([program]) == "supervise: ok\n"
