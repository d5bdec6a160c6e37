"""The log and the power server on the host, under sanitizers: their parts, and each whole through generated stubs."""
import pytest

from host_build import compile_program, generate, library, run

PROTOCOLS = [f"protocols/{name}" for name in ("dir", "file", "supervise", "log", "power")]
LOG = [f"servers/log/{name}.c" for name in ("main", "lines", "budget", "sources", "writers", "readers")]
SYSTEM = [*library(), "lib/microk/memory.c", "lib/microk/supply.c", "lib/microk/pause.c", "tests/host/vfs/kernel.c"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def stubs():
    return generate(PROTOCOLS)


def test_parts_of_the_log(out, seed):
    program = compile_program(out, "parts", ["servers/log/lines.c", "servers/log/budget.c", "tests/host/log/test_parts.c"])
    print(run([program, seed]))


def test_log(out, stubs):
    program = compile_program(out, "log", [*LOG, *SYSTEM, *stubs, "tests/host/log/test_server.c"],
                              {"servers/log/main.c": ["-Dmain=log_main"]})
    print(run([program]))


def test_power(out, stubs):
    program = compile_program(out, "power", ["servers/power/main.c", "lib/microk/defer.c", *SYSTEM, *stubs, "tests/host/power/test_power.c"],
                              {"servers/power/main.c": ["-Dmain=power_main"]})
    print(run([program]))
