"""Addresses of a kernel image in words, as every other tool gets them: tools/symbolise.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from symbolise import KERNEL_BASE, Symbols  # noqa: E402,F401
