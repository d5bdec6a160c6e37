"""Carries one WebSocket to one Unix socket and back, until either ends.

Both directions are bounded: as long as one side has not taken the bytes that were read from the other, no more are read. A
browser that neither sends nor answers a ping, or does not take what it is sent, is disconnected after IDLE_SECONDS, so that
a closed laptop does not keep a thread.
"""

import contextlib
import select
import socket
import time

from websocket import BINARY, CLOSE, NORMAL, PING, PONG, BadFrame, Receiver, close_frame, make_frame

PING_SECONDS = 10  # keeps an idle screen's connection apart from a dead one
IDLE_SECONDS = 30
CLOSE_SECONDS = 2  # for the browser's answer to a closing frame
CHUNK = 1 << 16
MAX_PENDING = 4 * CHUNK


class Carrier:
    def __init__(self, browser, machine, early=b""):
        """browser: a connection on which the handshake is done; early: the bytes that came with it. machine: a connected
        socket."""
        self._browser, self._machine = browser, machine
        self._to_browser, self._to_machine = bytearray(), bytearray()
        self._receiver = Receiver()
        self._closing = False  # a closing frame is the last of _to_browser
        now = time.monotonic()
        self._heard = self._taken = now  # when the browser last sent, and last took something
        self._fed = now  # when the machine last took something
        self._next_ping = now + PING_SECONDS
        self._early = early

    def run(self):
        self._browser.setblocking(False)
        self._machine.setblocking(False)
        try:
            self._take_from_browser(self._early)
            while not (self._closing and not self._to_browser):
                if not self._step():
                    break
        except OSError:
            pass  # one of them has gone: that is how it ends
        with contextlib.suppress(OSError):
            self._hand_over()
        if self._closing and not self._to_browser:
            with contextlib.suppress(OSError):
                self._part()

    def _step(self):
        """Waits until it can read or write, and does so; False: the browser has gone or was disconnected."""
        wanted = select.poll()
        reading = not self._closing and len(self._to_machine) < MAX_PENDING and len(self._to_browser) < 2 * MAX_PENDING
        wanted.register(self._browser, reading * select.POLLIN | bool(self._to_browser) * select.POLLOUT)
        if not self._closing:
            more = len(self._to_browser) < MAX_PENDING
            wanted.register(self._machine, more * select.POLLIN | bool(self._to_machine) * select.POLLOUT)
        ready = dict(wanted.poll(1000))
        now = time.monotonic()
        browser, machine = ready.get(self._browser.fileno(), 0), ready.get(self._machine.fileno(), 0)
        if browser & select.POLLOUT:
            self._taken = now
            del self._to_browser[: self._browser.send(self._to_browser)]
        if browser & ~select.POLLOUT:
            data = self._browser.recv(CHUNK) if reading else b""
            if not data:
                return False
            self._heard = now
            self._take_from_browser(data)
        if machine and not self._closing:
            self._serve_machine(machine)
        if not self._to_browser:
            self._taken = now
        if not reading:  # it is not read now, so it counts as alive while the other side, which holds it up, goes on
            self._heard = max(self._heard, self._fed, self._taken if self._to_browser else 0)
        if now >= self._next_ping and not self._closing:
            self._next_ping = now + PING_SECONDS
            self._to_browser += make_frame(PING)
        return now < min(self._heard, self._taken) + IDLE_SECONDS

    def _serve_machine(self, ready):
        if ready & select.POLLOUT:
            try:
                del self._to_machine[: self._machine.send(self._to_machine)]
                self._fed = time.monotonic()
            except OSError:
                self._to_machine.clear()  # it has ended, but its last bytes are still to be read
        if ready & ~select.POLLOUT:
            try:
                data = self._machine.recv(CHUNK)
            except ConnectionError:
                data = b""  # it ended without having read all of its input, which is an end, too
            if data:
                self._to_browser += make_frame(BINARY, data)
            else:
                self._close(NORMAL, "The machine has ended.")

    def _take_from_browser(self, data):
        try:
            for kind, payload in self._receiver.feed(data):
                if kind == BINARY:
                    self._to_machine += payload
                elif kind == PING:
                    self._to_browser += make_frame(PONG, payload)
                elif kind == CLOSE:
                    self._close(NORMAL)
                    return
        except BadFrame as error:
            self._close(error.code, str(error))

    def _close(self, code, reason=""):
        self._to_browser += close_frame(code, reason)
        self._closing = True

    def _hand_over(self):
        """Bytes that the browser sent before it closed or went are still the machine's: they were typed."""
        end = time.monotonic() + CLOSE_SECONDS
        while self._to_machine and (left := end - time.monotonic()) > 0:
            self._machine.settimeout(left)
            del self._to_machine[: self._machine.send(self._to_machine)]

    def _part(self):
        """After the closing frame, waits for the other side's end: a connection that is closed before its input was read is
        reset, and the frame would be lost."""
        self._browser.shutdown(socket.SHUT_WR)
        self._browser.settimeout(CLOSE_SECONDS)
        end = time.monotonic() + CLOSE_SECONDS
        while time.monotonic() < end and self._browser.recv(CHUNK):
            pass
