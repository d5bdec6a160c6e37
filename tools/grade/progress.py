"""How far a grade is, on the standard error stream: the report alone is the standard output.

On a terminal there is one line, overwritten by each check, and gone before the report. Elsewhere there is none, unless the
environment's GRADE_PROGRESS is "lines": then each check that ends adds one (the page's Check).
"""
import os
import threading

WIDE = 60  # columns; the report takes 80


def progress_on(stream, environment=os.environ):
    """A Progress for this stream, or None if no person would read it."""
    if stream is None:
        return None  # it was closed before this process began
    if stream.isatty():
        return Progress(stream, over=True)
    return Progress(stream, over=False) if environment.get("GRADE_PROGRESS") == "lines" else None


class Progress:
    """Called with the id and the status of each check as it ends, by any thread."""

    def __init__(self, stream, over):
        self._stream, self._over, self._closed, self._lock = stream, over, False, threading.Lock()
        self._ended = self._of = 0

    def begin(self, of):
        self._of = of
        self._write("building")

    def add(self, check_id, status):
        with self._lock:
            if self._closed:
                return
            self._ended += 1
            self._write(f"{self._ended:>{len(str(self._of))}} of {self._of} checks   {check_id:<10} {status}")

    def end(self):
        with self._lock:
            if self._over:
                self._put("\r" + " " * WIDE + "\r")
            self._closed = True

    def _write(self, words):
        self._put(f"\r  {words[:WIDE - 3]:<{WIDE - 3}}" if self._over else f"  {words}\n")

    def _put(self, text):
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            pass  # the grade goes on without its terminal
