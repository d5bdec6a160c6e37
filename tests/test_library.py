"""The user library on the host: formatting, strings, the heap, and the server loop against a scripted kernel."""
import glob
import os
import re
import subprocess

import pytest

from host_build import methods

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ADDRESS = "-fsanitize=address,undefined"
STANDARD = ["memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strnlen", "strcmp", "strncmp", "strchr", "strrchr"]


def gcc(*arguments):
    built = subprocess.run(["gcc", "-std=gnu17", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all",
                            "-I.", "-Ikernel/include", *map(str, arguments)],
                           cwd=ROOT, text=True, capture_output=True, timeout=300, check=False)
    assert built.returncode == 0, built.stderr


def run(program, *arguments):
    return subprocess.run([program, *arguments], text=True, capture_output=True, timeout=300, check=False)


def passed(result, seed):
    assert result.returncode == 0, f"MICROK_SEED={seed}\n{result.stdout}{result.stderr}"


def test_format(tmp_path, seed):
    gcc(ADDRESS, "tests/host/lib/format.c", "lib/microk/print.c", "-o", tmp_path / "test")
    passed(run(tmp_path / "test", seed), seed)


def test_strings(tmp_path, seed):
    gcc("-O2", "-ffreestanding", *[f"-D{name}=mk_{name}" for name in STANDARD], "-c", "lib/microk/string.c",
        "-o", tmp_path / "string.o")
    gcc(ADDRESS, "-fno-builtin", "tests/host/lib/string.c", tmp_path / "string.o", "-o", tmp_path / "test")
    passed(run(tmp_path / "test", seed), seed)


def test_heap(tmp_path, seed):
    # Without the address sanitizer, which keeps its shadow at the heap's addresses.
    gcc("-fsanitize=undefined", "-fno-strict-aliasing", "tests/host/lib/heap.c", "lib/microk/heap.c", "lib/microk/lock.c", "-o", tmp_path / "test")
    passed(run(tmp_path / "test", seed, "use"), seed)
    for misuse in ("twice", "foreign", "inside"):
        result = run(tmp_path / "test", seed, misuse)
        assert result.returncode == 41 and "assertion failed" in result.stdout, misuse


def test_server_loop(tmp_path, seed):
    methods(tmp_path)
    gcc(ADDRESS, f"-I{tmp_path}", "tests/host/lib/server.c", "lib/microk/server.c", "lib/microk/defer.c", "lib/microk/stub.c",
        "lib/microk/method.c", "lib/microk/slots.c", "lib/microk/status.c", "-o", tmp_path / "test")
    passed(run(tmp_path / "test", seed), seed)


def test_a_requests_protocol_is_taken_by_its_function():
    """request_protocol alone knows where the label has the protocol's number."""
    sources = [path for top in ("drivers", "servers", "lib", "user", "tests") for end in "ch"
               for path in glob.glob(f"{top}/**/*.{end}", root_dir=ROOT, recursive=True)]
    shifts = {path for path in sources if re.search(r"label\s*>>", open(os.path.join(ROOT, path), encoding="utf-8").read())}
    assert shifts == {"lib/microk/server.h"}
