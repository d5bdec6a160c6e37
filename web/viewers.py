"""The pages that show the machine, and the one of them that types.

Each page names itself by a number of its own with every look at the state. The first one types; another one takes the keyboard
over when its person asks for it, or when the first has not been seen for AWAY_SECONDS.
"""

import re
import threading
import time

AWAY_SECONDS = 15
MOST = 64  # remembered at once
NAME = re.compile(r"[A-Za-z0-9-]{8,40}")


class Viewers:
    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = {}  # name → when, the longest there first
        self._types = None

    def look(self, name):
        """Notes that the page is there. Returns (how many are, whether this one types). A look without a name counts as none."""
        with self._lock:
            now = self._clock()
            if NAME.fullmatch(name or "") and (name in self._seen or len(self._seen) < MOST):
                self._seen[name] = now
            for gone in [each for each, when in self._seen.items() if when < now - AWAY_SECONDS]:
                del self._seen[gone]
            if self._types not in self._seen:
                self._types = next(iter(self._seen), None)
            return len(self._seen), name is not None and name == self._types

    def take(self, name):
        """The page has the keyboard from now on."""
        with self._lock:
            if NAME.fullmatch(name or ""):
                self._seen.setdefault(name, self._clock())
                self._types = name

    def leave(self, name):
        with self._lock:
            self._seen.pop(name, None)

    def may_type(self, name):
        with self._lock:
            return name is not None and name == self._types
