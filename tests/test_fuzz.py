"""libFuzzer on the kernel without a machine, and on ext2 (tests/fuzz), from the tree's seeds: a minute, or FUZZ_SECONDS."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))


def test_nothing_is_found():
    done = subprocess.run([sys.executable, "tests/fuzz/fuzz.py", "--seconds", str(SECONDS)], cwd=ROOT,
                          timeout=SECONDS + 300, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert done.stdout.count("nothing found") == 4, done.stdout
