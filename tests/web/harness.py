"""The tools of the browser console's tests: the server as a person starts it, a
browser, a raw socket."""

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from run import PROMPT  # noqa: E402, F401  (for the tests, too)

PYTHON = "/usr/bin/python3"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bWljcm9rLW1pY3Jvay1taQ==",
}


class Served:
    """A running console. Use as a context; leaving it ends the server and fails if anything of it
    is left."""

    def __init__(self, command, ready_seconds=60):
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.pid = self.process.pid
        found, said, end = None, "", time.monotonic() + ready_seconds
        while not found and (line := read_line(self.process, max(0, end - time.monotonic()))):
            said += line
            found = re.search(r"http://([\d.]+|\[[\d:a-f]+\]):(\d+)/", line)
        if not found:
            self.process.kill()
            raise AssertionError(f"the server did not start: {said}{self.process.stdout.read()}")
        self.url, self.port = found.group(0), int(found.group(2))
        self.host = f"{found.group(1)}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if self.process.poll() is not None:
            return
        if error:  # the test's own failure is the one to be seen
            os.killpg(self.pid, signal.SIGINT)
            await_true(lambda: self.process.poll() is not None, 10, must=False)
        else:
            self.end()

    def end(self, number=signal.SIGINT):
        """Asks the server to end. Returns its status after the server and all its children are gone."""
        family = children(self.pid)
        self.process.send_signal(number)
        status = self.process.wait(10)
        left = await_gone(family)
        assert not left, f"still running after the server ended: {left}"
        return status

    def machine(self):
        """Process id of the QEMU that runs now."""
        found = children(self.pid)
        assert len(found) == 1, f"one machine expected, there are {found}"
        return found[0]

    def request(self, method, path, headers=None, host=None, body=None):
        """An HTTP request written as asked, with only these headers and Host. Returns status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if host != "":
            connection.putheader("Host", host or self.host)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        # After 101 there is no body to wait for.
        text = "" if answer.status == 101 else answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def state(self):
        return json.loads(self.request("GET", "/state")[2])

    def upgrade(self, path="/screen", **headers):
        return self.request("GET", path, {**UPGRADE, **headers})[0]

    def restart(self):
        headers = {"Origin": f"http://{self.host}", "X-MicroK-Token": self.state()["token"], "Content-Length": "0"}
        return self.request("POST", "/restart", headers)[0]


class Browser:
    """Chromium, with one page. After leave(), open() makes a new context, without the storage, cache or permissions of the last."""

    def __init__(self):
        self._node = subprocess.Popen(
            ["node", str(HERE / "drive.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __getattr__(self, name):
        def act(**arguments):
            self._node.stdin.write(json.dumps({"do": name, **arguments}) + "\n")
            self._node.stdin.flush()
            line = read_line(self._node, 60)
            assert line, f"{name}: the browser's driver ended or hangs"
            answer = json.loads(line)
            assert "error" not in answer, answer["error"]
            return answer["value"]

        return act

    def close(self):
        self._node.stdin.close()
        try:
            self._node.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """For a driver that does not answer: its Chromium ends too."""
        family = children(self._node.pid)
        self._node.kill()
        self._node.wait()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def read_line(process, seconds):
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline() if ready else ""


def children(pid):
    """Every process below pid, by /proc; threads may be parents."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
        except FileNotFoundError:
            continue
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def await_gone(pids, seconds=5):
    await_true(lambda: not any(map(alive, pids)), seconds, must=False)
    return [pid for pid in pids if alive(pid)]


def await_true(what, seconds, must=True):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            assert not must, f"not within {seconds} s"
            return
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def log_text(path):
    return path.read_text(errors="replace") if os.path.exists(path) else ""
