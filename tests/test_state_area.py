"""lib/state on the host: a service's state area, ended after every store, the service's and its successor's."""
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = ["tests/host/state/test.c", "lib/state/state.c", "lib/state/slots.c", "lib/state/replies.c", "lib/state/abandon.c"]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """store.c is the test's own, which ends the service after a chosen store."""
    out = tmp_path_factory.mktemp("state") / "test"
    built = subprocess.run(["gcc", "-std=gnu17", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                            "-fno-sanitize-recover=all", "-fno-strict-aliasing", "-I.", "-Ikernel/include", *SOURCES, "-o", out],
                           cwd=ROOT, text=True, capture_output=True, timeout=300, check=False)
    assert built.returncode == 0, built.stderr
    return out


@pytest.mark.parametrize("words", [[], ["damage"]], ids=["ended_after_every_store", "damaged_in_every_bit"])
def test_state_area(program, seed, words):
    result = subprocess.run([program, seed, *words], text=True, capture_output=True, timeout=300, check=False)
    assert result.returncode == 0, f"MICROK_SEED={seed}\n{result.stdout}{result.stderr}"
