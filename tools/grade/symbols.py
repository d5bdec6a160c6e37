"""Addresses of a kernel image in words, by tools/symbolise.py as in every other tool."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from symbolise import KERNEL_BASE, Symbols  # noqa: E402,F401
