"""RFC 6455, the server's side, as far as a screen needs it: one binary stream each way.

Nothing here touches a socket (screen.py does): bytes go in, messages and answers come out, so that every rule can
be tried without a browser. The Python projects wsproto and websockets are split in the same way. Extensions,
subprotocols and text are not supported: the page asks for none of them.

Debian's python3-websockify did this until its release 0.12 renamed attributes that had to be set from outside (unix_target
became unix_listen and more). Its public interface is a program that forks for each connection and checks no Host. The part
that was used takes a hundred lines here. QEMU's own WebSocket (-vnc …,websocket=) cannot check an Origin.
"""

import base64
import binascii
import hashlib
from collections import namedtuple

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
VERSION = "13"

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MAX_CONTROL = 125
MAX_MESSAGE = 1 << 20  # noVNC sends at most some kilobytes at once; a pasted text is the longest
NORMAL, PROTOCOL_ERROR, UNSUPPORTED, NOT_UTF8, TOO_BIG = 1000, 1002, 1003, 1007, 1009
# The codes that a closing frame may give: section 7.4.1 and IANA's registry, then what libraries and programs choose.
CLOSING_CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}

Frame = namedtuple("Frame", "kind payload")


class BadHandshake(Exception):
    """The request is not a valid upgrade. `status`: 400, or 426 for another version of the protocol."""

    def __init__(self, reason, status=400):
        super().__init__(reason)
        self.status = status


class BadFrame(Exception):
    """The input breaks the protocol or its limits; `code` is for the closing frame."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


def wants_upgrade(headers):
    return "websocket" in tokens(headers, "Upgrade")


def accept_value(headers, http="HTTP/1.1"):
    """The value of Sec-WebSocket-Accept for a request, in this version of HTTP, that meets section 4.2.1."""
    if tuple(map(int, http.removeprefix("HTTP/").split("."))) < (1, 1):
        raise BadHandshake(f"A WebSocket begins in HTTP/1.1; this request is {http}.")
    if "upgrade" not in tokens(headers, "Connection"):
        raise BadHandshake("The request has Upgrade, but no Connection: Upgrade.")
    if headers.get_all("Sec-WebSocket-Version") != [VERSION]:
        raise BadHandshake(f"Only version {VERSION} of the WebSocket protocol is supported.", 426)
    keys = headers.get_all("Sec-WebSocket-Key") or []
    try:
        nonce = base64.b64decode(keys[0].strip(), validate=True) if len(keys) == 1 else b""
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise BadHandshake("Sec-WebSocket-Key must be 16 bytes in base64.")
    return base64.b64encode(hashlib.sha1(keys[0].strip().encode() + GUID).digest()).decode()


def tokens(headers, name):
    return [word.strip().lower() for value in headers.get_all(name) or [] for word in value.split(",")]


def make_frame(kind, payload=b""):
    """One whole frame from the server: not masked."""
    length = len(payload)
    if length <= MAX_CONTROL:
        size = bytes([length])
    elif length < 1 << 16:
        size = b"\x7e" + length.to_bytes(2, "big")
    else:
        size = b"\x7f" + length.to_bytes(8, "big")
    return bytes([0x80 | kind]) + size + payload


def close_frame(code, reason=""):
    return make_frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[: MAX_CONTROL - 2])


class Receiver:
    """Takes the client's bytes in any pieces; yields Frames: BINARY ones whole, CLOSE, PING and PONG as they come."""

    def __init__(self):
        self._bytes = bytearray()
        self._message = None  # the part of a fragmented message that has come so far

    def feed(self, data):
        self._bytes += data
        while (frame := self._take_frame()) is not None:
            yield from self._take_up(*frame)

    def _take_frame(self):
        """(final, kind, payload) of the first frame if all of it is here; checks its head as soon as the head is."""
        if len(self._bytes) < 2:
            return None
        first, second = self._bytes[:2]
        final, kind, length, at = bool(first & 0x80), first & 0xF, second & 0x7F, 2
        if first & 0x70:
            raise BadFrame(PROTOCOL_ERROR, "a reserved bit is set")
        if not second & 0x80:
            raise BadFrame(PROTOCOL_ERROR, "a client's frame must be masked")
        self._check_kind(final, kind, length)
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(self._bytes) < at + size:
                return None
            length = int.from_bytes(self._bytes[at : at + size], "big")
            at += size
        if kind not in (CLOSE, PING, PONG) and length + len(self._message or b"") > MAX_MESSAGE:
            raise BadFrame(TOO_BIG, f"a message has at most {MAX_MESSAGE} bytes")
        if len(self._bytes) < at + 4 + length:
            return None
        payload = unmask(self._bytes[at : at + 4], self._bytes[at + 4 : at + 4 + length])
        del self._bytes[: at + 4 + length]
        return final, kind, payload

    def _check_kind(self, final, kind, length):
        if kind in (CLOSE, PING, PONG):
            if not final or length > MAX_CONTROL:
                raise BadFrame(PROTOCOL_ERROR, "a control frame is short and whole")
        elif kind == TEXT:
            raise BadFrame(UNSUPPORTED, "the screen takes binary messages")
        elif kind not in (CONTINUATION, BINARY):
            raise BadFrame(PROTOCOL_ERROR, f"there is no frame of kind {kind}")
        elif (kind == CONTINUATION) != (self._message is not None):
            raise BadFrame(PROTOCOL_ERROR, "the pieces of a message are out of order")

    def _take_up(self, final, kind, payload):
        if kind == CLOSE:
            check_closing(payload)
        if kind not in (CONTINUATION, BINARY):
            yield Frame(kind, payload)
            return
        if self._message is None:
            self._message = bytearray()
        self._message += payload  # in place: the cost grows with the bytes, not with the pieces
        if final:
            message, self._message = bytes(self._message), None
            yield Frame(BINARY, message)


def check_closing(payload):
    """Section 5.5.1: a closing frame is empty, or has a code and then a reason in UTF-8."""
    if not payload:
        return
    if len(payload) < 2 or int.from_bytes(payload[:2], "big") not in CLOSING_CODES:
        raise BadFrame(PROTOCOL_ERROR, "a closing frame with a body begins with a code of two bytes")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise BadFrame(NOT_UTF8, "the reason of a closing frame is text in UTF-8") from None


def unmask(mask, payload):
    """Section 5.3: each byte with the mask's byte at its place, as one long number."""
    length = len(payload)
    pad = (bytes(mask) * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
