"""RFC 6455 as the browser console implements it: the rules byte by byte, and a connection to a stand-in for the machine."""
import contextlib
import random
import socket
import sys
import threading
from email.message import Message
from pathlib import Path

import pytest
from random_seed import SEED

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))
import screen  # noqa: E402
import websocket  # noqa: E402
from websocket import BINARY, CLOSE, PING, PONG, BadFrame, BadHandshake, Receiver, make_frame  # noqa: E402

FIN = 0x80
MASK = b"\x37\xfa\x21\x3d"


def client_frame(kind, payload=b"", flags=FIN, mask=MASK):
    """A frame as a browser makes it, made here by the letter of section 5.2, byte by byte."""
    length = len(payload)
    if length < 126:
        head = bytes([flags | kind, 0x80 | length])
    elif length < 65536:
        head = bytes([flags | kind, 0x80 | 126, length >> 8, length & 255])
    else:
        head = bytes([flags | kind, 0x80 | 127]) + length.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def received(*pieces):
    receiver = Receiver()
    return [tuple(frame) for piece in pieces for frame in receiver.feed(piece)]


def headers(**fields):
    message = Message()
    for name, value in {"Upgrade": "websocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13",
                        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **fields}.items():
        if value is not None:
            message[name] = value
    return message


# --- the handshake ---


def test_handshake_of_the_rfc():
    """Section 1.3 has this key and its answer."""
    assert websocket.accept_value(headers()) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"Connection": "keep-alive"}, 400), ({"Connection": None}, 400),
        ({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Version": None}, 426),
        ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "AAAA"}, 400), ({"Sec-WebSocket-Key": "no base64!"}, 400),
    ],
)
def test_what_is_no_handshake(fields, status):
    with pytest.raises(BadHandshake) as refused:
        websocket.accept_value(headers(**fields))
    assert refused.value.status == status


@pytest.mark.parametrize("http, well", [("HTTP/1.0", False), ("HTTP/0.9", False), ("HTTP/1.1", True), ("HTTP/1.10", True)])
def test_a_handshake_is_of_http_1_1_or_later(http, well):
    if well:
        assert websocket.accept_value(headers(), http)
        return
    with pytest.raises(BadHandshake, match=f"begins in HTTP/1.1; this request is {http}") as refused:
        websocket.accept_value(headers(), http)
    assert refused.value.status == 400


# --- frames ---


@pytest.mark.parametrize("length", [0, 1, 3, 4, 125, 126, 127, 65535, 65536, 1 << 20])
def test_frames_of_every_length(length):
    payload = random.Random(SEED).randbytes(length)
    assert received(client_frame(BINARY, payload)) == [(BINARY, payload)]
    # The server's own are those without a mask.
    frame = make_frame(BINARY, payload)
    bare = client_frame(BINARY, payload, mask=b"\0\0\0\0")
    assert frame == bare[:1] + bytes([bare[1] & 0x7F]) + bare[2 : len(bare) - 4 - length] + payload


def test_bytes_come_in_any_pieces():
    stream = client_frame(BINARY, b"abc") + client_frame(PING, b"x") + client_frame(BINARY, b"d" * 300)
    wanted = [(BINARY, b"abc"), (PING, b"x"), (BINARY, b"d" * 300)]
    for size in (1, 2, 3, 7, 1000):
        assert received(*(stream[at : at + size] for at in range(0, len(stream), size))) == wanted


def test_a_message_in_pieces_with_a_ping_between():
    pieces = [client_frame(BINARY, b"one ", flags=0), client_frame(PING, b"?"), client_frame(0, b"two ", flags=0), client_frame(0, b"three")]
    assert received(*pieces) == [(PING, b"?"), (BINARY, b"one two three")]


@pytest.mark.parametrize(
    "bad, code",
    [
        (b"\x82\x01a", 1002),  # no mask
        (client_frame(BINARY, b"a", flags=FIN | 0x40), 1002),  # a reserved bit
        (client_frame(3, b"a"), 1002), (client_frame(11), 1002),  # kinds that do not exist
        (client_frame(1, b"text"), 1003),
        (client_frame(PING, b"a", flags=0), 1002),  # a control frame in pieces
        (client_frame(PING, b"a" * 126), 1002),
        (client_frame(CLOSE, b"\x03"), 1002),  # half a code
        (client_frame(CLOSE, b"\x03\xe7"), 1002), (client_frame(CLOSE, b"\x03\xed"), 1002),  # 999, and 1005, which is never sent
        (client_frame(CLOSE, b"\x0b\xb7"), 1002), (client_frame(CLOSE, b"\x13\x88"), 1002),  # 2999 and 5000
        (client_frame(CLOSE, b"\x03\xe8\xff"), 1007),
        (client_frame(0, b"a"), 1002),  # goes on with nothing
        (client_frame(BINARY, b"a", flags=0) + client_frame(BINARY, b"b"), 1002),  # begins anew in the middle
        (b"\x82\xff" + (1 << 20).to_bytes(8, "big") + b"mask", None),
        (b"\x82\xff" + ((1 << 20) + 1).to_bytes(8, "big"), 1009),  # announced, not sent: nothing is waited for
        (b"\x82\xff" + b"\xff" * 8, 1009),
        (client_frame(BINARY, b"a" * (1 << 20), flags=0) + client_frame(0, b"b"), 1009),
    ],
)
def test_what_is_against_the_rules(bad, code):
    if code is None:
        assert received(bad) == []
        return
    with pytest.raises(BadFrame) as refused:
        received(bad)
    assert refused.value.code == code


@pytest.mark.parametrize("body", [b"", b"\x03\xe8", b"\x03\xe9gone \xc3\xa9", b"\x0f\xa0", b"\x03\xe8" + b"a" * 123])
def test_closing_frames_that_are_right(body):
    assert received(client_frame(CLOSE, body)) == [(CLOSE, body)]


# --- a connection ---


@pytest.fixture
def pair(monkeypatch):
    """(the browser's end, the machine's end) of a carried connection; both are closed at the end, and the carrier ends."""
    browser, mine = socket.socketpair()
    machine, its = socket.socketpair()
    monkeypatch.setattr(screen, "CLOSE_SECONDS", 1)
    carrier = threading.Thread(target=screen.Carrier(mine, its, client_frame(BINARY, b"early")).run)
    carrier.start()
    browser.settimeout(10)
    machine.settimeout(10)
    yield browser, machine
    browser.close()
    machine.close()
    carrier.join(10)
    mine.close()
    its.close()
    assert not carrier.is_alive()


@contextlib.contextmanager
def given_up():
    """The browser's end of a carried connection, which the carrier ends by itself: neither end is closed."""
    browser, mine = socket.socketpair()
    machine, its = socket.socketpair()
    with browser, mine, machine, its:
        carrier = threading.Thread(target=screen.Carrier(mine, its).run)
        carrier.start()
        browser.settimeout(10)
        yield browser
        carrier.join(20)
        assert not carrier.is_alive()


def take(connection, size):
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def test_bytes_are_carried_both_ways(pair):
    browser, machine = pair
    assert take(machine, 5) == b"early"
    browser.sendall(client_frame(BINARY, b"keys"))
    assert take(machine, 4) == b"keys"
    machine.sendall(b"picture")
    assert take(browser, 9) == b"\x82\x07picture"


def test_a_ping_is_answered_and_a_close_too(pair):
    browser, _ = pair
    browser.sendall(client_frame(PING, b"there?"))
    assert take(browser, 8) == bytes([FIN | PONG, 6]) + b"there?"
    browser.sendall(client_frame(CLOSE, b"\x03\xe8"))
    assert take(browser, 100) == b"\x88\x02\x03\xe8"


def test_half_a_code_is_answered_with_a_protocol_error(pair):
    browser, _ = pair
    browser.sendall(client_frame(CLOSE, b"\x03"))
    said = take(browser, 100)
    assert said[0] == FIN | CLOSE and said[2:4] == b"\x03\xea"


def test_a_machine_that_ends_is_said(pair):
    browser, machine = pair
    machine.sendall(b"last")
    machine.shutdown(socket.SHUT_RDWR)
    said = take(browser, 100)
    assert said.startswith(b"\x82\x04last\x88") and b"\x03\xe8The machine has ended." in said


def test_a_broken_rule_ends_the_connection(pair):
    browser, _ = pair
    browser.sendall(client_frame(1, b"text"))
    assert take(browser, 4)[0] == FIN | CLOSE


def test_who_takes_nothing_does_not_fill_memory(pair):
    """The machine is held up, not stored."""
    _, machine = pair
    machine.settimeout(1)
    sent = 0
    with pytest.raises(TimeoutError):
        while sent < 64 << 20:
            sent += machine.send(b"x" * 65536)
    assert sent < 4 << 20


def test_an_idle_browser_is_pinged_and_given_up(pair, monkeypatch):
    # The fixture's carrier has looked at the clock already: this one has its own.
    monkeypatch.setattr(screen, "PING_SECONDS", 0.1)
    monkeypatch.setattr(screen, "IDLE_SECONDS", 1.5)
    with given_up() as browser:
        assert take(browser, 2) == bytes([FIN | PING, 0])
        browser.sendall(client_frame(PONG))


def test_a_ping_between_the_pieces_of_the_longest_message():
    longest = b"a" * websocket.MAX_MESSAGE
    pieces = [client_frame(BINARY, longest, flags=0), client_frame(PING, b"?"), client_frame(0)]
    assert received(*pieces) == [(PING, b"?"), (BINARY, longest)]


def test_small_pieces_cost_what_their_bytes_do():
    """Counted in bytes of new objects, not in time: the parts received so far are not copied for each piece."""
    receiver = Receiver()
    list(receiver.feed(client_frame(BINARY, b"a" * 100_000, flags=0)))
    held = receiver._message
    list(receiver.feed(client_frame(0, b"b", flags=0) * 100))
    assert receiver._message is held and len(held) == 100_100


@pytest.mark.parametrize("end", ["close frame", "end of stream"])
def test_what_was_typed_before_the_end_arrives(pair, end):
    browser, machine = pair
    assert take(machine, 5) == b"early"
    if end == "close frame":
        browser.sendall(client_frame(BINARY, b"keys") + client_frame(CLOSE, b"\x03\xe8"))
    else:
        browser.sendall(client_frame(BINARY, b"keys"))
        browser.shutdown(socket.SHUT_WR)
    assert take(machine, 4) == b"keys"


def test_a_machine_that_dies_with_keys_unread_is_said(pair):
    """Its socket is then reset, not closed."""
    browser, machine = pair
    browser.sendall(client_frame(BINARY, b"keys"))
    while len(machine.recv(100, socket.MSG_PEEK)) < 9:
        pass
    machine.sendall(b"last")
    machine.close()
    said = take(browser, 100)
    assert said.startswith(b"\x82\x04last\x88") and b"The machine has ended." in said


def test_a_silent_browser_before_a_machine_that_takes_nothing_is_given_up(monkeypatch):
    """Then nothing is read from the browser either, which must not count as a sign of life."""
    monkeypatch.setattr(screen, "IDLE_SECONDS", 1.5)
    monkeypatch.setattr(screen, "CLOSE_SECONDS", 0.5)
    with given_up() as browser:
        browser.settimeout(0.5)
        with pytest.raises((TimeoutError, ConnectionError)):
            while True:
                browser.sendall(client_frame(BINARY, b"k" * 60000))
