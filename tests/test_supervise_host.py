"""lib/supervise on the host, under sanitizers: the loop that receives reports and faults, against a scripted kernel."""
import pytest

from host_build import compile_program, generate, run

LIBRARY = [f"lib/microk/{name}.c" for name in ("message", "method", "server", "slots", "status", "stub", "supply")]
LOOP = "lib/supervise/supervisor.c"
SOURCES = ["tests/host/supervise/test.c", LOOP, "lib/supervise/service.c", *LIBRARY]


@pytest.fixture
def out(tmp_path):
    return str(tmp_path)


def test_the_loop(out):
    program = compile_program(out, "supervise", [*SOURCES, *generate(["protocols/supervise"], out)])
    assert run([program]) == "supervise: ok\n"
