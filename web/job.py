"""The page's Build and Check: the commands of the terminal, one at a time, with their output and the points of the last report."""

import contextlib
import json
import os
import signal
import subprocess
import threading

from machine import SerialLog

GOALS = {"build": ["iso"], "check": ["check"]}
END_SECONDS = 5  # for a command that was asked to end
REPORT_BYTES = 1 << 20  # tools/grade/cut.py


# A server that a script starts in the background ignores SIGINT, and so would its commands: Stop and the server's end could not
# let a grader end its machines (POSIX, XCU section 2.11).
BY_INTERRUPT = ["env", "--default-signal=INT"]


def stage_job(stage, kind):
    return ["make", "--no-print-directory", f"stage-{stage.number}", *GOALS[kind]]


class Job:
    def __init__(self, stage, command=stage_job):
        self._stage, self._command = stage, command
        self._lock = threading.Lock()
        self._process = self._reader = None
        self._closed = False
        self._kind = self._status = None
        self._stopped = False
        self.log = SerialLog()

    def start(self, kind):
        """False if one runs already, or the server ends."""
        with self._lock:
            if self._process or self._closed:
                return False
            self._kind, self._status, self._stopped = kind, None, False
            command = self._command(self._stage, kind)
            self.log.append(f"$ {' '.join(command)}\n".encode())
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))} | {"GRADE_PROGRESS": "lines"}
            try:
                self._process = subprocess.Popen(
                    [*BY_INTERRUPT, *command], cwd=self._stage.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                self._status = str(error)
                return True
            self._reader = threading.Thread(target=self._follow, args=(self._process,), name="job", daemon=True)
            self._reader.start()
        return True

    def _follow(self, process):
        while data := process.stdout.read1(65536):
            self.log.append(data)
        process.wait()
        self._over(process)

    def _over(self, process):
        with self._lock:
            if self._process is process:
                self._status, self._process = process.returncode, None

    def stop(self):
        """Ends the command that runs, if any, and all that it started."""
        with self._lock:
            process, reader = self._process, self._reader
            self._stopped = self._stopped or process is not None
        if not process:
            return
        self._end(process)
        reader.join(END_SECONDS)  # a program that it left behind may have the output open
        self._over(process)

    def close(self):
        """As stop(). There is no other command after it."""
        with self._lock:
            self._closed = True
        self.stop()

    @staticmethod
    def _end(process):
        # First as Ctrl-C in a terminal does: the grader ends its builds and machines then, which are in process groups of their own.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(OSError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)

    def state(self):
        with self._lock:
            running, kind, status, stopped = self._process is not None, self._kind, self._status, self._stopped
        return {"running": running, "kind": kind, "status": status, "stopped": stopped, "report": None if running else self._report()}

    def _report(self):
        """The last check's, by exercise; None if there was none, or its file is not readable."""
        path = self._stage.root / "build" / "grade" / f"stage-{self._stage.number}.json"
        try:
            with open(path, encoding="utf-8") as file:
                data = json.loads(file.read(REPORT_BYTES))
            return {key: data[key] for key in ("points", "total", "exercises")} | {"checks": [
                {key: check[key] for key in ("id", "exercise", "status", "points", "of", "read")} for check in data["checks"]
            ]}
        except (OSError, ValueError, KeyError, TypeError):
            return None
