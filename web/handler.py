"""HTTP and the WebSocket on one port, each request through the gate first.

Python's own HTTP server with one thread a connection: there is little to end at Ctrl-C, and the state of the machine
is shared without a protocol. websocket.py implements the WebSocket protocol; screen.py carries its bytes.
"""

import contextlib
import json
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

from gate import Refused
from pages import content_type
from screen import Carrier
from websocket import VERSION, BadHandshake, accept_value, wants_upgrade

SCREEN = "/screen"
# The requests by POST, and the longest body of each.
TYPE, TAKE, LEAVE, RESTART, STOP = "/type", "/take", "/leave", "/restart", "/stop"
JOBS = {"/build": "build", "/check": "check"}
ACTIONS = {RESTART: 1024, STOP: 1024, TAKE: 1024, LEAVE: 1024, TYPE: 1 << 16, **{path: 1024 for path in JOBS}}
PAGE = "X-MicroK-Page"  # the page's name (viewers.py)
LOG_SECONDS = 20  # a reader of a log waits that long for more of it
IDLE_SECONDS = 30  # a connection that sends nothing, or does not take what is sent, is closed
REQUEST_SECONDS = 30  # from the last answer until the next request is complete, however it trickles in
ANSWER_SECONDS = 60  # and then until its answer has been taken; a restart is up to 25 of them
CONNECT_SECONDS = 5  # QEMU takes up a screen's connection within milliseconds, unless it hangs or is stopped
MAX_CONNECTIONS = 64
MAKE_ROOM_SECONDS = 2  # until a thread whose connection was cut off is gone


def connect_soon(client, path):
    """Connects to a Unix socket; BlockingIOError if its owner accepts no connection for CONNECT_SECONDS. (A blocking connect
    waits for ever once the queue is full, even when the browser's connection has gone.)"""
    client.setblocking(False)
    end = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            return client.connect(path)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, family, gate):
        self.address_family = family
        self.gate = gate
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._deadlines = {}  # of connections; the lock keeps a closed one's number from being another's
        self._deadlines_lock = threading.Lock()
        self._asking = {}  # connections without a complete request, the longest there first
        self.console = None  # set before the first request is served
        super().__init__(address, Handler)

    def server_bind(self):
        # HTTPServer's own asks DNS for this host's name, which can take seconds and is used for
        # nothing.
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def verify_request(self, request, client_address):
        return self._free.acquire(blocking=False) or (self._cut_off_one() and self._free.acquire(timeout=MAKE_ROOM_SECONDS))

    def _cut_off_one(self):
        """Makes room for a new connection: of those without a complete request the one that is there longest. False if there is none."""
        with self._deadlines_lock:
            oldest = next(iter(self._asking), None)
            if oldest is None:
                return False
            self._forget(oldest)
            with contextlib.suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)
            return True

    def _forget(self, connection):
        self._deadlines.pop(connection, None)
        self._asking.pop(connection, None)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def set_deadline(self, connection, seconds, asking=False):
        """From now on; None: the connection has no limit. `asking`: its request is not complete."""
        with self._deadlines_lock:
            self._forget(connection)
            if seconds is not None:
                self._deadlines[connection] = time.monotonic() + seconds
            if asking:
                self._asking[connection] = True

    def service_actions(self):
        """Called twice a second: cuts off a late connection, so that the thread that waits for it goes on."""
        now = time.monotonic()
        with self._deadlines_lock:
            for connection in [late for late, end in self._deadlines.items() if end < now]:
                self._forget(connection)
                with contextlib.suppress(OSError):  # it has gone already
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        # A browser that closes its connection in the middle of a request is not reported.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n%(explain)s\n"
    _host = None

    # --- every answer ---

    def end_headers(self):
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Content-Security-Policy", self._policy())
        super().end_headers()

    def _policy(self):
        # Not every browser takes a ws: of the same host for 'self'. noVNC draws pictures and
        # pointers from data: URLs.
        sockets = f" ws://{self._host} wss://{self._host}" if self._host else ""
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{self.server.gate.nonce}'; img-src 'self' data:; "
            f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def version_string(self):
        return "MicroK"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, status, value):
        self.answer(status, json.dumps(value).encode(), "application/json")

    def refuse(self, reason):
        self.close_connection = True
        self.send_error(403, explain=str(reason))

    # --- requests ---

    def handle_one_request(self):
        self.server.set_deadline(self.connection, REQUEST_SECONDS, asking=True)
        super().handle_one_request()

    def finish(self):
        self.server.set_deadline(self.connection, None)
        super().finish()

    def parse_request(self):
        """Checks, for every method, that the request's Host is this server before anything is done for it."""
        if not super().parse_request():
            return False
        self.server.set_deadline(self.connection, ANSWER_SECONDS)
        self._host = None
        try:
            self._host = self.server.gate.check_host(self.headers, self.connection.getsockname())
        except Refused as reason:
            self.refuse(reason)
            return False
        try:
            self.url = urlsplit(self.path)
            self.server.gate.check_site(self.headers, self.url.path)
        except Refused as reason:
            self.refuse(reason)
            return False
        except ValueError:
            self.send_error(400, explain="That is not an address.")
            return False
        # A body that is not read would be parsed as the next request, which through a proxy may be another person's.
        if self.command != "POST" and self._has_body():
            self.send_error(400, explain="Such a request takes no body.")
            return False
        return True

    def handle_expect_100(self):
        """Python's parser would ask for the body here, before the gate has seen the request. _read_body asks."""
        return True

    def _has_body(self):
        lengths = self.headers.get_all("Content-Length", ["0"])
        return lengths != ["0"] or "Transfer-Encoding" in self.headers

    def do_GET(self):
        url = self.url
        console = self.server.console
        if self.command == "GET" and wants_upgrade(self.headers):
            self._upgrade()
        elif url.path == "/state":
            self.answer_json(200, console.state(self.headers.get(PAGE)))
        elif url.path == "/serial":
            self._send_log(console.machine.log, url.query)
        elif url.path == "/job":
            self.answer_json(200, console.job.state())
        elif url.path == "/job/log":
            self._send_log(console.job.log, url.query)
        elif url.path in console.files:
            file = console.files[url.path]
            try:
                body = file.read_bytes()
            except OSError:
                self.send_error(404, explain="The file has been removed.")
                return
            if url.path == "/":
                body = body.replace(b"@NONCE@", self.server.gate.nonce.encode())
            self.answer(200, body, content_type(file))
        else:
            self.send_error(404, explain="There is no such page here.")

    do_HEAD = do_GET

    def do_POST(self):
        if self.url.path not in ACTIONS:
            self.close_connection = True
            self.send_error(404, explain="There is no such page here.")
            return
        try:
            self.server.gate.check_origin(self.headers, self._host)
            self.server.gate.check_token(self.headers)
            body = self._read_body(ACTIONS[self.url.path])
        except Refused as reason:
            self.refuse(reason)
            return
        self._act(self.server.console, self.url.path, self.headers.get(PAGE), body)

    def _act(self, console, path, page, body):
        if path == TYPE:
            self._type(console, page, body)
        elif path == TAKE:
            console.viewers.take(page)
            self.answer_json(200, console.state(page))
        elif path == LEAVE:
            console.viewers.leave(page)
            self.answer_json(200, {})
        elif path in JOBS:
            began = console.job.start(JOBS[path])
            self.answer_json(200 if began else 409, console.job.state())
        elif path == STOP:
            console.job.stop()
            self.answer_json(200, console.job.state())
        else:
            self.answer_json(200, console.restart(page))

    def _type(self, console, page, body):
        """`?machine=N`: the machine that is meant, by the restarts before it. The rest of a text is not for the next one."""
        another = parse_qs(self.url.query).get("machine") != [str(console.machine.restarts)]
        types = not another and console.stage.has_screen and console.viewers.may_type(page)
        self.answer_json(200, {"taken": console.machine.type(body) if types else 0, "another": another})

    def _read_body(self, most):
        length, *more = self.headers.get_all("Content-Length", ["0"])
        number = not more and length.isascii() and length.isdigit() and len(length) < 10
        if "Transfer-Encoding" in self.headers or not number or int(length) > most:
            raise Refused(f"The body of such a request is {most} bytes long at most.")
        if int(length) and self.request_version != "HTTP/1.0" and self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            super().end_headers()  # without the answer's own fields
        return self.rfile.read(int(length))

    def _send_log(self, log, query):
        asked = parse_qs(query, keep_blank_values=True)
        offset = asked.get("from", ["0"])[0]
        if not offset.isascii() or not offset.isdigit() or len(offset) > 18:
            self.send_error(400, explain="from must be a number.")
            return
        text, end = log.read(int(offset), LOG_SECONDS if "wait" in asked else 0)
        self.answer_json(200, {"text": text, "next": end})

    # --- the screen ---

    def _upgrade(self):
        self.close_connection = True
        if self.url.path != SCREEN:
            self.send_error(404, explain="There is no such socket here.")
            return
        try:
            self.server.gate.check_origin(self.headers, self._host)
            accept = accept_value(self.headers, self.request_version)
        except Refused as reason:
            self.refuse(reason)
            return
        except BadHandshake as error:
            self._refuse_handshake(error)
            return
        with socket.socket(socket.AF_UNIX) as machine:
            screen = self.server.console.machine.screen
            try:
                connect_soon(machine, screen or os.devnull)
            except BlockingIOError:
                self.send_error(503, explain="The machine runs, but QEMU accepts no connection to its screen. Restart it.")
                return
            except OSError:
                self.send_error(503, explain="The machine is off.")
                return
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", accept)
            self.end_headers()
            self.server.set_deadline(self.connection, None)  # pings show whether it lives
            self.connection.setblocking(False)
            Carrier(self.connection, machine, self.rfile.peek()).run()

    def _refuse_handshake(self, error):
        body = f"{error.status} {error}\n".encode()
        self.send_response(error.status)
        if error.status == 426:  # RFC 6455, section 4.4
            self.send_header("Sec-WebSocket-Version", VERSION)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
