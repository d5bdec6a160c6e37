"""The browser console: one stage in QEMU, its screen and keyboard on a page, the handout beside it.

    /usr/bin/python3 web/serve.py --stage N [--port P] [--listen ADDR] [--allow-host NAME]
                                  [--serial-log FILE]

The parts: machine.py runs QEMU, handler.py answers HTTP, screen.py carries the screen's WebSocket, gate.py decides which requests are allowed,
pages.py has the table of files, viewers.py knows which page types, job.py builds and checks. The main thread owns the machine and does nothing but wait for events: a restart, its end, a signal. docs/web.md
has the
security model.
"""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))
import ending  # noqa: E402

ending.loading("web", __name__)

import argparse  # noqa: E402
import contextlib  # noqa: E402
import errno  # noqa: E402
import ipaddress  # noqa: E402
import queue  # noqa: E402
import secrets  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import threading  # noqa: E402
from concurrent.futures import Future  # noqa: E402

import values  # noqa: E402
from stage import ROOT, NoSuchStage, find_stage  # noqa: E402

from gate import Gate  # noqa: E402
from handler import Server  # noqa: E402
from job import Job, stage_job  # noqa: E402
from machine import Machine, MachineError  # noqa: E402
from pages import MissingPackage, page_table  # noqa: E402
from viewers import Viewers  # noqa: E402

RESTART_SECONDS = 25
# The guest is not trusted, nor is QEMU once a guest has broken into it: it starts no program and gains no right.
SANDBOX = ("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")


class CannotListen(Exception):
    pass


def stage_command(stage, vnc, serial):
    """The stage's own QEMU command line, its display on a socket and what it prints into our
    pipe."""
    sys.path.append(str(ROOT / "tools"))
    import run

    if not os.path.exists(os.path.join(run.build_folder(stage.number), "microk.iso")):
        raise MachineError(f"Stage {stage.number} is not built. Run: make stage-{stage.number} iso")
    # Before there is a console driver, the screen that a person sees is QEMU's own terminal on the
    # serial line.
    # 100 columns, because the kernel's lines about a fault are longer than 80.
    path = run.spelled(serial)
    kind, screen = (f"pipe,path={path}", []) if stage.has_screen else (f"vc,cols=100,rows=36,logfile={path}.out,logappend=on", ["-vga", "none"])
    line = ["-chardev", f"{kind},id=serial"]
    return run.qemu_command(
        stage.number,
        boot="iso",
        display=f"vnc=unix:{run.spelled(vnc)}",
        serial=["chardev:serial"],
        extra=[*line, *screen, *SANDBOX],
        disk=run.disk_image(stage.number),
        rng=stage.number >= run.RNG_FROM,
    )


class Console:
    """The machine's methods for the page's requests, from any thread."""

    def __init__(self, stage, token, make_command, serial_log=None, job_command=stage_job):
        self.stage = stage
        self.files = page_table(stage.handout)
        self.viewers = Viewers()
        self.job = Job(stage, job_command)
        self._token = token
        self._events = queue.SimpleQueue()  # its put may be called from a signal handler
        # A signal that comes just before the main thread waits for the queue, or that another thread takes, does not end that
        # wait. Python writes a byte here for each signal.
        self.wake, self._woken = socket.socketpair()
        self.wake.setblocking(False)
        self.machine = Machine(
            lambda vnc, serial: make_command(stage, vnc, serial),
            lambda process: self._put("ended", process),
            serial_log,
        )

    def state(self, page=None):
        """page: the name of the page that asks (viewers.py)."""
        machine = self.machine
        viewers, types = self.viewers.look(page)
        return {
            "viewers": viewers,
            "types": types,
            "line": self.stage.has_screen,  # a guest with a console reads its serial line, too
            "first_steps": self.stage.first_steps,
            "stage": self.stage.number,
            "name": self.stage.name,
            "title": self.stage.title,
            "running": machine.running,
            "restarts": machine.restarts,
            "ended": None if machine.running else machine.ended,
            "handout": self.stage.handout is not None,
            "token": self._token,
        }

    def restart(self, page=None):
        done = Future()
        self._put("restart", done)
        try:
            done.result(RESTART_SECONDS)
        except (MachineError, TimeoutError):
            pass # the state shows it
        return self.state(page)

    def stop(self, *_):
        self._put("stop", None)

    def _put(self, event, what):
        self._events.put((event, what))
        with contextlib.suppress(BlockingIOError):  # full: the main thread has more than one byte to read
            self.wake.send(b"\0")

    def _next(self):
        while True:
            try:
                return self._events.get_nowait()
            except queue.Empty:
                self._woken.recv(4096)

    def run(self):
        """Until stop(). The thread that calls this must be the one that started the machine."""
        while True:
            event, what = self._next()
            if event == "stop":
                return
            if event == "ended":
                self.machine.reap(what)
                continue
            try:
                self.machine.restart()
                what.set_result(None)
            except MachineError as error:
                what.set_exception(error)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser("web/serve.py", description="A stage of MicroK in the browser.")
    parser.add_argument("--stage", type=int, required=True, metavar="N")
    parser.add_argument(
        "--port", type=values.port, default=8080, metavar="P", help="8080 unless given; 0: any free one"
    )
    parser.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDR", help="127.0.0.1 unless given"
    )
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME[:PORT]",
        help="another name under which a browser reaches this server (a host name, a forwarded port)",
    )
    parser.add_argument("--serial-log", metavar="FILE", help="also write to FILE what the guest prints")
    return parser.parse_args(arguments)


def listen(address, port, gate):
    try:
        family, _, _, _, where = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise CannotListen(f"--listen {address}: {error.strerror}")
    try:
        return Server(where[:2], family, gate)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"port {port} on {address} is in use; end what uses it, or choose another: "
                f"make web PORT={port + 1 if port < 65535 else 8080}"
            )
        raise CannotListen(f"cannot listen on {address}, port {port}: {error.strerror}")


def announce(server, stage):
    address, port = server.server_address[:2]
    literal = ipaddress.ip_address(address.partition("%")[0])
    shown = f"[{address}]" if literal.version == 6 else address
    if literal.is_unspecified:
        shown = "127.0.0.1"
    url = f"http://{shown}:{port}/"
    print(f"MicroK stage {stage.number} ({stage.name}): {url}   (Ctrl-C ends it)", flush=True)
    if not literal.is_loopback:
        print("web: anyone who can reach this address can use the machine.", flush=True)


def main(arguments=None, make_command=stage_command, job_command=stage_job):
    """make_command(stage, vnc, serial): a test's own machine in place of the stage's; job_command(stage, kind): its Build and Check."""
    options = parse_arguments(arguments)
    token = secrets.token_urlsafe(24)
    try:
        stage = find_stage(options.stage)
        server = listen(options.listen, options.port, Gate(options.allow_host, token))
        server.console = console = Console(stage, token, make_command, options.serial_log, job_command)
    except (NoSuchStage, MissingPackage, CannotListen) as error:
        return f"web: {error}"
    except OSError as error:
        return f"web: {error.filename}: {error.strerror}"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, console.stop)
    signal.set_wakeup_fd(console.wake.fileno(), warn_on_full_buffer=False)
    try:
        console.machine.start()
        threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
        announce(server, stage)
        console.run()
    except MachineError as error:
        return f"web: {error}"
    finally:
        console.job.close()
        console.machine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
