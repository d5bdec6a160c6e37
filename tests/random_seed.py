"""The seed of every test that draws random numbers: fixed, so that two runs of `make check` try the same.

Other numbers: MICROK_SEED=7 pytest tests/test_….py. A test that fails with one names it in its output.
"""
import os

SEED = int(os.environ.get("MICROK_SEED", "20261127"))
