"""The browser console, tested by a browser, a hostile page and a person with Ctrl-C.

Most tests use a test card for a machine (tests/web/testcard.S): they test the console, and a half-second boot keeps them
quick. The last ones use the stages themselves.
"""

import ctypes
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "web"))
from harness import (  # noqa: E402
    PROMPT, PYTHON, ROOT, UPGRADE, Browser, Served, alive, await_gone, await_true, children, free_port, log_text,
)  # fmt: skip

HANDOUT = """# Lab 7: the test card

The core question: does **this** show? [below](#hints) [tree](../x.c) [bad](javascript:alert(1))

<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">

## Hints

> [!NOTE]
> A callout.

<details><summary>Hint 1</summary>

Folded.

</details>

![plan](plan.svg)

## Serial

```
a line of code that is longer than the panel is wide, so that it has to be broken or clipped somewhere near its end, which it must not be
```
"""
REPORT = {
    "points": 3, "total": 5, "exercises": {"7.1": "PASS", "7.2": "FAIL"},
    "checks": [
        {"id": "7.1.a", "exercise": "7.1", "status": "PASS", "points": 3, "of": 3, "read": ""},
        {"id": "7.2.a", "exercise": "7.2", "status": "FAIL", "points": 0, "of": 2, "read": "labs/7-card/handout.md#hints"},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def card(tmp_path_factory):
    """The test card's image, and a tree with a stage 7 for it (with a handout) and a stage 8
    (without)."""
    folder = tmp_path_factory.mktemp("card")
    source = ROOT / "tests" / "web" / "testcard.S"
    subprocess.run(["as", "--32", source, "-o", folder / "card.o"], check=True)
    link = ["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary"]
    subprocess.run([*link, folder / "card.o", "-o", folder / "card.img"], check=True)
    for name in ("7-card", "8-bare"):
        (folder / "stages" / name).mkdir(parents=True)
        (folder / "stages" / name / "stage.mk").write_text(f"# Stage {name[0]}: a card to test with.\n")
    lab = folder / "labs" / "7-card"
    lab.mkdir(parents=True)
    (lab / "handout.md").write_text(HANDOUT)
    (lab / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    (lab / "solution.txt").write_text("secret")
    with open(folder / "stages/8-bare/stage.mk", "a", encoding="utf-8") as f:
        f.write("# First steps: type something.\nprograms-y += drivers/console\n")
    (folder / "build" / "grade").mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(REPORT))
    (folder / "seconds").write_text("0.3")
    return folder


def printed(server):
    """The machine's output on its serial line."""
    return json.loads(server.request("GET", "/serial")[2])["text"]


def await_printed(server, pattern):
    await_true(lambda: re.search(pattern, printed(server)), 60)


def card_command(card, *arguments, port=0):
    stage = [] if "--stage" in arguments else ["--stage", "7"]
    served = [PYTHON, str(ROOT / "tests/web/testcard.py"), str(card / "card.img"), str(card)]
    return [*served, *stage, "--port", str(port), *arguments]


@pytest.fixture
def served(card):
    with Served(card_command(card)) as server:
        yield server


@pytest.fixture(scope="module")
def door(card):
    """One server for the tests that only ask."""
    with Served(card_command(card)) as server:
        yield server


@pytest.fixture(scope="module")
def started():
    """The browsers that this file's tests have started: one, unless its driver failed."""
    browsers = []
    yield browsers
    for browser in browsers:
        browser.close()


@pytest.fixture
def browser(started):
    """A new context of the file's browser, whose start takes longer than most tests."""
    if not started:
        started.append(Browser())
    yield started[0]
    try:
        started[0].leave()
    except (AssertionError, OSError, ValueError):  # it is of no use to the next test
        started.pop().kill()
        raise


# --- which requests are let in ---


def test_websocket_from_own_page(door):
    assert door.upgrade(Origin=f"http://{door.host}") == 101


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1:1", "http://{host}.evil.example", "file://"],
)
def test_websocket_from_foreign_origin_is_refused(door, origin):
    assert door.upgrade(Origin=origin.format(host=door.host)) == 403


def test_websocket_without_origin_is_refused(door):
    assert door.upgrade() == 403


def test_websocket_in_http_1_0_is_refused(door):
    """RFC 6455, section 4.1: a proxy of that age would keep the connection's parts for itself."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in {**UPGRADE, "Host": door.host, "Origin": f"http://{door.host}"}.items())
    for version, status in (("1.0", 400), ("1.1", 101)):
        with socket.create_connection(("127.0.0.1", door.port), timeout=30) as line:
            line.sendall(f"GET /screen HTTP/{version}\r\n{fields}\r\n".encode())
            assert f" {status} " in line.recv(100).decode()


def test_websocket_elsewhere_or_by_token_is_refused(door):
    own = f"http://{door.host}"
    for path in ("/", "/websockify", "/screen/", "/screen/../screen"):
        assert door.upgrade(path, Origin=own) == 404, path


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "10.0.0.1:{port}", "a b", ""])
def test_foreign_host_is_refused(door, host):
    host = host.format(port=door.port)
    for method, path in (("GET", "/"), ("HEAD", "/"), ("GET", "/state"), ("POST", "/restart")):
        assert door.request(method, path, host=host)[0] == 403, (method, path)
    # DNS rebinding: Host and Origin agree with each other, but neither is ours.
    status = door.request("GET", "/screen", {"Upgrade": "websocket", "Origin": f"http://{host}"}, host=host)[0]
    assert status == 403


@pytest.mark.parametrize("arrived", ["172.17.0.2", "fd00::2", "127.0.0.1"])
def test_a_forwarded_port_is_reached_by_the_loopback_names(arrived):
    """A container's engine, ssh or WSL connects to the server's own address for a browser at 127.0.0.1; a
    foreign page cannot have such a name."""
    sys.path.insert(0, str(ROOT / "web"))
    from gate import own_names
    names = own_names(arrived, 8080)
    assert names >= {"127.0.0.1:8080", "localhost:8080", "[::1]:8080"}
    assert not names & {"127.0.0.1:9090", "localhost", "evil.example:8080"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_links_here_and_loads_nothing(door, site):
    """It could not read an answer, but one that waits would take a connection."""
    for path in ("/state", "/serial?from=0&wait", "/job/log", "/icon.svg"):
        assert door.request("GET", path, {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})[0] == 403, path
    for asks in ({}, {"Sec-Fetch-Dest": "document"}):
        assert door.request("GET", "/", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", **asks})[0] == 200
        assert door.request("GET", "/job/log?from=0&wait", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", **asks})[0] == 403
    for asks in ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "websocket"}):
        assert door.request("GET", "/", {"Sec-Fetch-Site": site, **asks})[0] == 403
    for own in ("same-origin", "none"):
        assert door.request("GET", "/state", {"Sec-Fetch-Site": own, "Sec-Fetch-Mode": "cors"})[0] == 200


def test_no_body_is_asked_for_before_the_gate(door):
    ask = "POST /restart HTTP/1.1\r\nHost: NAME\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    own = ask.replace("NAME", door.host).replace("Expect", f"Origin: http://{door.host}\r\nX-MicroK-Token: {door.state()['token']}\r\nExpect")
    for refused in (ask.replace("NAME", "evil.example"), ask.replace("NAME", door.host), own.replace("Token: ", "Token: x"),
                    own.replace("Length: 2", "Length: 9999999")):
        said = talk(door, refused)
        assert said.startswith("HTTP/1.1 403") and "100 Continue" not in said, said
    said = talk(door, own.replace("/restart", "/leave") + "{}")
    assert said.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), said
    assert "100 Continue" not in talk(door, f"GET /icon.svg HTTP/1.1\r\nHost: {door.host}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")


def test_localhost_is_a_name_of_ours(door):
    assert door.request("GET", "/", host=f"localhost:{door.port}")[0] == 200


def test_two_hosts_or_origins_are_refused(door):
    with socket.create_connection(("127.0.0.1", door.port), 10) as raw:
        raw.sendall(f"GET /state HTTP/1.1\r\nHost: {door.host}\r\nHost: {door.host}\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 403")


def test_allowed_host(card):
    with Served(card_command(card, "--allow-host", "lab.example:1234")) as server:
        assert server.request("GET", "/", host="lab.example:1234")[0] == 200
        assert server.request("GET", "/", host="lab.example")[0] == 403


def test_restart_needs_origin_and_token(served):
    own, token = f"http://{served.host}", served.state()["token"]
    for headers in (
        {},
        {"Origin": own},
        {"X-MicroK-Token": token},
        {"Origin": "http://evil.example", "X-MicroK-Token": token},
        {"Origin": own, "X-MicroK-Token": token[:-1]},
        {"Origin": own, "X-MicroK-Token": token, "Content-Length": "9999999"},
    ):
        assert served.request("POST", "/restart", headers)[0] == 403, headers
    assert served.request("GET", "/restart")[0] == 404
    assert served.state()["restarts"] == 0
    assert served.restart() == 200
    assert served.state()["restarts"] == 1


def test_listens_on_loopback_only(door):
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{door.port:04X}")]
    assert listening == [f"0100007F:{door.port:04X}"]
    with pytest.raises(OSError):
        socket.create_connection(("::1", door.port), 1)


def talk(server, *pieces):
    """All that is answered to these bytes, until the server closes the connection."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), 10) as raw:
        for piece in pieces:
            raw.sendall(piece.replace("HOST", server.host).encode())
        try:
            while more := raw.recv(65536):
                said += more
        except ConnectionResetError:  # the server did not read all of the request
            pass
    return said.decode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "length", ["Content-Length: {}", "Content-Length: 0\r\nContent-Length: {}", "Transfer-Encoding: chunked"]
)
def test_a_body_is_not_taken_for_a_request(door, method, length):
    hidden = "GET /state HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    fields = length.format(len(hidden.replace("HOST", door.host)))
    said = talk(door, f"{method} /icon.svg HTTP/1.1\r\nHost: HOST\r\n{fields}\r\n\r\n{hidden}")
    assert said.startswith("HTTP/1.1 400") and said.count("HTTP/1.1") == 1 and "token" not in said


def test_one_length_for_one_body(door):
    fields = f"Origin: http://HOST\r\nX-MicroK-Token: {door.state()['token']}\r\nContent-Length: 0\r\nContent-Length: 40"
    said = talk(door, f"POST /restart HTTP/1.1\r\nHost: HOST\r\n{fields}\r\n\r\nGET /state HTTP/1.1\r\nHost: HOST\r\n\r\n")
    assert said.startswith("HTTP/1.1 403") and said.count("HTTP/1.1") == 1


def test_requests_follow_each_other_on_one_connection(door):
    asked = "GET /icon.svg HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n"
    said = talk(door, f"{asked}\r\n", f"{asked}Connection: close\r\n\r\n")
    assert said.count("HTTP/1.1 200") == 2


def test_a_signal_that_another_thread_takes_ends_the_server(card):
    """As one does that comes just before the main thread waits: nothing interrupts that wait."""
    with Served(card_command(card)) as server:
        other = next(int(task) for task in os.listdir(f"/proc/{server.pid}/task") if int(task) != server.pid)
        assert ctypes.CDLL(None).tgkill(server.pid, other, signal.SIGINT) == 0
        assert server.process.wait(30) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_address_that_is_none(card, method):
    with Served(card_command(card)) as server:
        assert server.request(method, "http://[/state")[0] == 400
        server.end()
        assert server.process.stdout.read() == "", "nothing in the terminal"


def test_who_trickles_is_cut_off(card, monkeypatch):
    monkeypatch.setenv("REQUEST_SECONDS", "2")
    with Served(card_command(card)) as server, socket.create_connection(("127.0.0.1", server.port)) as slow:
        with socket.create_connection(("127.0.0.1", server.port)) as screen:
            fields = {"Host": server.host, "Origin": f"http://{server.host}", **UPGRADE}
            asked = ["GET /screen HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "\r\n"]
            screen.sendall("\r\n".join(asked).encode())
            slow.sendall(b"GET /state HTTP/1.1\r\n")
            begun, open_still = time.monotonic(), True
            while open_still and time.monotonic() < begun + 10:
                try:
                    slow.sendall(b"X")
                    slow.settimeout(0.25)
                    open_still = slow.recv(1) != b""
                except TimeoutError:
                    pass
                except OSError:
                    open_still = False
            assert not open_still and time.monotonic() > begun + 1.5
            # The screen's connection has sent its request, and stays open.
            screen.settimeout(0.2)
            assert screen.recv(4096).startswith(b"HTTP/1.1 101")
            end = time.monotonic() + 2
            while time.monotonic() < end:
                try:
                    assert screen.recv(4096) != b"", "the screen's connection was closed"
                except TimeoutError:
                    pass


def test_a_machine_that_hangs_does_not_take_the_page_with_it(card, monkeypatch):
    """QEMU stopped: its queue of connections is full. Pages that come and go must leave nothing open, and Restart help."""
    monkeypatch.setenv("CONNECT_SECONDS", "0.5")
    with Served(card_command(card)) as server:
        os.kill(server.machine(), signal.SIGSTOP)
        own = {"Origin": f"http://{server.host}"}
        assert [server.upgrade(**own) for _ in range(3)][-1] == 503
        threads = len(os.listdir(f"/proc/{server.pid}/task"))
        for _ in range(4):
            assert server.upgrade(**own) == 503
        await_true(lambda: len(os.listdir(f"/proc/{server.pid}/task")) <= threads, 10)
        assert server.restart() == 200
        assert server.upgrade(**own) == 101


# --- the files that are served ---


def test_no_directory_is_listed(door):
    for path in ("/novnc/", "/novnc", "/novnc/core/", "/page/", "/handout/", "/."):
        status, _, body = door.request("GET", path)
        assert status == 404, path
        assert "href" not in body and ".js" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/serve.py", "/../serve.py", "/page/../serve.py", "/%2e%2e/serve.py", "/novnc/../../serve.py", "/novnc/package.json",
        "/novnc/core/../../../../package.json", "/..%2fserve.py", "//etc/passwd", "/etc/passwd", "/handout/solution.txt",
        "/handout/../handout.md", "/style.css/", "/style.css%00", "/node_modules/marked/package.json", "/\\..\\serve.py",
    ],
)  # fmt: skip
def test_nothing_else_is_served(door, path):
    assert door.request("GET", path)[0] == 404


def test_headers_of_every_answer(door):
    for path in ("/", "/console.js", "/state", "/nothing", "/novnc/core/rfb.js"):
        _, headers, _ = door.request("GET", path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers
    assert door.request("GET", "/console.js")[1]["Content-Type"].startswith("text/javascript")


def test_handout_and_its_pictures_are_served(door):
    assert door.request("GET", "/handout/handout.md")[2] == HANDOUT
    assert door.request("GET", "/handout/plan.svg")[0] == 200


def test_serial_log(door):
    def said(query=""):
        return json.loads(door.request("GET", f"/serial{query}")[2])

    await_true(lambda: "test card ready" in said()["text"], 20)
    end = said()["next"]
    assert said(f"?from={end}") == {"text": "", "next": end}
    assert said("?from=5")["text"].startswith("card ready")
    for wrong in ("?from=-1", "?from=x", "?from=" + "9" * 40):
        assert door.request("GET", f"/serial{wrong}")[0] == 400


def web_machine():
    """web/machine.py: the grader has a module of this name, too."""
    found = importlib.util.spec_from_file_location("web_machine", ROOT / "web" / "machine.py")
    found.loader.exec_module(module := importlib.util.module_from_spec(found))
    return module


def test_a_copy_of_the_log_that_cannot_be_written_ends_alone(capfd):
    """A full disk, as --serial-log's file has it: the page still shows the guest's words."""
    log = web_machine().SerialLog("/dev/full")
    log.append(b"one ")
    log.append(b"two")
    assert log.read(0)[0] == "one two"
    assert capfd.readouterr().err == "web: /dev/full: No space left on device; the output of the guest is no longer written there\n"


def test_a_reader_of_a_log_waits_for_more(door):
    """A page that follows a log asks again at once, so an answer without text must be late."""
    await_true(lambda: "test card ready" in json.loads(door.request("GET", "/serial")[2])["text"], 20)
    end = json.loads(door.request("GET", "/serial")[2])["next"]
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(door.request, "GET", f"/serial?from={end}&wait")
        time.sleep(1)
        assert not answer.done()
        token = json.loads(door.request("GET", "/state")[2])["token"]
        door.request("POST", "/restart", {"Origin": f"http://{door.host}", "X-MicroK-Token": token, "Content-Length": "0"})
        assert "restarted" in json.loads(answer.result(20)[2])["text"]


def test_a_character_is_read_whole():
    """A machine prints byte by byte."""
    log, seen, offset = web_machine().SerialLog(), "", 0
    for byte in "a→ä".encode():
        log.append(bytes([byte]))
        text, offset = log.read(offset)
        seen += text
    assert seen == "a→ä"
    log.append(b"\xe2")
    began = time.monotonic()
    assert log.read(offset, 0.2) == ("", offset)
    assert time.monotonic() - began > 0.15, "a reader waits for the rest of a character, too"
    log.append(b"x")
    assert log.read(offset) == ("\ufffdx", offset + 2)


# --- starting and ending ---


def run_to_end(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).strip()


def test_port_in_use(card):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = run_to_end(card_command(card, port=port))
    assert status == 1
    assert f"port {port} on 127.0.0.1 is in use" in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--stage", "9"], "there is no stage 9 in this tree (stages here: 7, 8)"),
        (["--listen", "no.such.host.invalid"], "--listen no.such.host.invalid"),
        (["--listen", "192.0.2.1"], "cannot listen on 192.0.2.1"),
        (["--serial-log", "/nonexistent/log"], "/nonexistent/log"),
    ],
)
def test_wrong_arguments_are_one_clear_line(card, arguments, words):
    status, said = run_to_end(card_command(card, *arguments))
    assert status == 1 and words in said and len(said.splitlines()) == 1, said


def test_machine_that_cannot_start(card):
    missing = card / "none.img"
    command = card_command(card)
    command[2] = str(missing)
    status, said = run_to_end(command)
    assert status == 1 and "none.img" in said and len(said.splitlines()) == 1, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(card, number, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Served(card_command(card)) as server:
        machine = server.machine()
        assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o700]
        assert server.end(number) == 0
        assert not alive(machine)
    assert list(tmp_path.iterdir()) == []


def test_machine_dies_with_a_killed_server(card, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Served(card_command(card)) as server:
        assert server.restart() == 200  # a restarted machine is tied to the server as the first one is
        machine = server.machine()
        server.process.kill()
        server.process.wait(10)
        assert await_gone([machine]) == []


def test_machine_that_ignores_the_end_is_ended(served):
    machine = served.machine()
    os.kill(machine, signal.SIGSTOP)
    assert served.end() == 0
    assert not alive(machine)


# --- the page ---


@pytest.mark.case("browser 12")
def test_page_shows_types_and_restarts(served, browser):
    browser.open(url=served.url)
    browser.await_words(pattern="^Connected")
    assert browser.evaluate(code="document.querySelector('#stage').textContent") == "MicroK · stage 7 · card"
    assert browser.evaluate(code="document.title") == "MicroK stage 7 (card)"

    # Focus is in the screen at once; and again after the panel had it, by a click beside the
    # picture.
    await_printed(served, "test card ready")
    browser.type(text="Ab/9|")
    await_printed(served, r"Ab/9\|")
    browser.click(selector="#handout")
    browser.await_words(pattern="Click the screen")
    browser.click(selector="#view-screen", position={"x": 4, "y": 4})
    browser.await_words(pattern="F6 leaves")
    browser.type(text="zz")
    await_printed(served, "zz")

    browser.click(selector="#restart")
    assert browser.evaluate(code="document.querySelector('#restart').textContent") == "End it? Press again"
    assert served.state()["restarts"] == 0
    browser.click(selector="#restart")
    await_true(lambda: served.state()["restarts"] == 1, 20)
    await_printed(served, "restarted ---\\s+test card ready")
    browser.await_words(pattern="^Connected")
    browser.type(text="after")
    await_printed(served, "after$")
    assert browser.complaints() == []


def test_page_shows_the_handout_and_runs_nothing_in_it(served, browser):
    browser.open(url=served.url)
    browser.await_text(selector="#handout", pattern="core question")
    browser.await_words(pattern="^Connected")
    assert browser.evaluate(code="document.querySelector('#handout strong').textContent") == "this"
    assert browser.evaluate(code="document.querySelector('#handout details').open") is False
    assert browser.evaluate(code="document.querySelector('#handout #handout-hints').tagName") == "H2"
    assert browser.evaluate(code="document.querySelector('#handout [data-kind=note] .kind').textContent") == "Note"
    assert browser.evaluate(code="document.querySelectorAll('#handout script, #handout [onerror]').length") == 0
    links = browser.evaluate(code="[...document.querySelectorAll('#handout a')].map((a) => a.getAttribute('href'))")
    assert links == ["#hints"] and browser.evaluate(code="document.querySelector('#handout-serial').tagName") == "H2"
    assert browser.evaluate(code="document.querySelector('#handout img').naturalWidth") == 9
    assert "owned" not in browser.evaluate(code="document.title")
    # It folds away, and typing goes on in the machine.
    browser.click(selector="#show-handout")
    assert browser.evaluate(code="document.querySelector('#side').hidden") is True
    browser.await_words(pattern="F6 leaves")
    assert browser.complaints() == []


def test_page_without_a_handout(card, browser):
    with Served(card_command(card, "--stage", "8")) as server:
        browser.open(url=server.url)
        browser.await_words(pattern="^Connected")
        assert browser.evaluate(code="document.querySelector('#show-handout').hidden") is True
        assert browser.evaluate(code="document.querySelector('#side').hidden") is True


@pytest.mark.parametrize("width, height", [(1280, 800), (420, 760)])
def test_screen_is_scaled_into_the_window(served, browser, width, height):
    browser.open(url=served.url, width=width, height=height)
    browser.await_words(pattern="^Connected")
    browser.click(selector="#tab-screen")
    # Once the machine has set its mode, the picture touches the room it has in one direction and
    # keeps its shape.
    browser.await_text(selector="#stage", pattern="card")
    measure = """(() => {
            const canvas = document.querySelector("#screen canvas"), c = canvas.getBoundingClientRect();
            const view = document.querySelector("#view-screen"), style = getComputedStyle(view), pad = 2 * parseFloat(style.paddingLeft);
            return {fit: Math.max(c.width / (view.clientWidth - pad), c.height / (view.clientHeight - pad)), shape: (c.width / c.height) / (canvas.width / canvas.height),
                    wide: document.documentElement.scrollWidth};
        })()"""
    await_true(lambda: browser.evaluate(code=measure)["fit"] >= 0.8, 5)
    box = browser.evaluate(code=measure)
    assert 0.8 <= box["fit"] <= 1.005 and 0.98 < box["shape"] < 1.02 and box["wide"] <= width


def test_power_off_is_said_and_restart_brings_it_back(served, browser):
    browser.open(url=served.url)
    browser.await_words(pattern="^Connected")
    await_true(lambda: "ready" in served.request("GET", "/serial")[2], 20)
    browser.press(key="Escape")
    assert browser.await_words(pattern="off") == "The machine is off. Press Restart."
    assert served.state()["running"] is False
    assert served.upgrade(Origin=f"http://{served.host}") == 503
    assert browser.evaluate(code="document.querySelector('#last').hidden") is False
    browser.click(selector="#notice-restart")
    browser.await_words(pattern="^Connected")
    assert browser.evaluate(code="document.querySelector('#last').hidden") is True


def test_reconnects_after_qemu_was_killed(served, browser):
    browser.open(url=served.url)
    browser.await_words(pattern="^Connected")
    os.kill(served.machine(), signal.SIGKILL)
    words = browser.await_words(pattern="Press Restart")
    assert "stopped unexpectedly" in words and "SIGKILL" in words
    # Another page restarts it: this page finds its way back without a touch.
    assert served.restart() == 200
    browser.await_words(pattern="^Connected")


def test_reconnects_to_a_new_server(card, browser):
    port = free_port()
    with Served(card_command(card, port=port)) as first:
        browser.open(url=first.url)
        browser.await_words(pattern="^Connected")
        first.end()
        browser.await_words(pattern="does not answer")
    with Served(card_command(card, port=port)) as second:
        browser.await_words(pattern="^Connected")
        # The token is the new server's: the old page can restart the new machine.
        browser.click(selector="#restart")
        browser.click(selector="#restart")
        await_true(lambda: second.state()["restarts"] == 1, 20)
        browser.await_words(pattern="^Connected")


# --- the stages themselves ---


def build_stage(make, stage):
    built = make(f"stage-{stage}", "iso")
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-4000:]


def stage_command(stage, log, *arguments):
    return [PYTHON, "web/serve.py", "--stage", str(stage), "--port", "0", "--serial-log", str(log), *arguments]


def picture_change(browser, before):
    """How many pixels of the guest's screen differ from the picture before."""
    return browser.evaluate(
        code="""((before) => new Promise((done) => {
            const canvas = document.querySelector("#screen canvas"), old = new Image();
            old.onload = () => {
                const draw = (what) => {
                    const c = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
                    c.drawImage(what, 0, 0);
                    return new Uint32Array(c.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
                };
                const a = draw(old), b = draw(canvas);
                done(a.reduce((sum, value, i) => sum + (value !== b[i]), 0));
            };
            old.src = before;
        }))("%s")"""
        % before
    )


def is_here(stage):
    return any(ROOT.glob(f"stages/{stage}-*"))


@pytest.mark.parametrize("stage", [n for n in (1, 2, 3) if is_here(n)])
def test_early_stages_show_their_serial_line(make, stage, browser, tmp_path):
    """No console driver yet: the screen is QEMU's terminal on the serial line."""
    build_stage(make, stage)
    log = tmp_path / "serial.log"
    with Served(stage_command(stage, log)) as server:
        browser.open(url=server.url)
        browser.await_words(pattern="^Connected")
        await_true(lambda: "[ipc] ready" in log_text(log), 30)
        lit = """(() => { const c = document.querySelector("#screen canvas");
            return new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer)
                .filter((pixel) => (pixel & 0xffffff) !== 0).length; })()"""
        await_true(lambda: browser.evaluate(code=lit) > 500, 10)


@pytest.mark.skipif(not is_here(4), reason="this tree ends before the shell")
def test_make_web_as_the_check_of_a_debian_sees_it(make, tmp_path):
    """The step of `make check-debian` that has a page, on this Debian."""
    build_stage(make, 4)
    picture = tmp_path / "first.png"
    run = subprocess.run([PYTHON, ROOT / "tests/web/first_screen.py", picture], capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stdout + run.stderr
    assert picture.stat().st_size > 1000 and "pixels are lit" in run.stdout


@pytest.mark.case("browser 14")
@pytest.mark.skipif(not is_here(4), reason="this tree ends before the shell")
def test_a_person_uses_the_shell(make, browser, tmp_path):
    build_stage(make, 4)
    log = tmp_path / "serial.log"
    with Served(stage_command(4, log)) as server:
        browser.open(url=server.url)
        browser.await_words(pattern="^Connected")
        # seccomp(2), 2: a filter. QEMU may start no program, and gains no right.
        assert "Seccomp:\t2" in Path(f"/proc/{server.machine()}/status").read_text()
        await_true(lambda: PROMPT in log_text(log), 30)
        time.sleep(0.5)  # the last frame before the comparison
        before = browser.evaluate(code="document.querySelector('#screen canvas').toDataURL()")
        heard = len(log_text(log))
        browser.type(text="cat /etc/hello.txt")
        browser.press(key="Enter")

        # The guest's side: the text of the very file that was put into the boot archive, then the
        # next prompt.
        hello = next(ROOT.glob("stages/*/root/etc/hello.txt")).read_text().strip()
        plain = lambda: re.sub(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[78])", "", log_text(log)[heard:]).replace("\r", "")  # noqa: E731
        await_true(lambda: re.search(re.escape(hello) + rf"\s+{PROMPT}$", plain()), 15)

        # The person's side: two more lines of text are some hundred lit pixels, and not a cleared
        # or broken screen.
        await_true(lambda: picture_change(browser, before) > 300, 10)
        changed = picture_change(browser, before)
        pixels = browser.evaluate(code="(({width, height}) => width * height)(document.querySelector('#screen canvas'))")
        assert changed < pixels / 4
        (ROOT / "build").mkdir(exist_ok=True)
        browser.screenshot(path=str(ROOT / "build" / "web-screenshot.png"))

        browser.type(text="poweroff")
        browser.press(key="Enter")
        assert browser.await_words(pattern="off") == "The machine is off. Press Restart."
        assert browser.complaints() == []
        assert children(server.pid) == []
