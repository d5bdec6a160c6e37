"""The browser console for all of its users: any keyboard, no mouse, a phone, a proxy, a second window; its terminal, its points.

On the test card (tests/web/testcard.S), which echoes what is typed on its screen and on its serial line. Stage 7 has a handout, stage 8 a
serial line that takes what is typed.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from test_web import Browser, Served, await_printed, browser, card, card_command, printed, served, started  # noqa: F401

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "web"))
from harness import PYTHON, ROOT, await_gone, await_true, free_port  # noqa: E402

NONE, SHIFT, ALTGR = {}, {"shift": True}, {"altgr": True}
# The characters of a command line, and the keys that have them: a place on the keyboard, and the keys held beside it.
LAYOUTS = {
    "German": {
        "/": ("Digit7", SHIFT), "-": ("Slash", NONE), "|": ("IntlBackslash", ALTGR), "{": ("Digit7", ALTGR), "}": ("Digit0", ALTGR),
        "[": ("Digit8", ALTGR), "]": ("Digit9", ALTGR), "@": ("KeyQ", ALTGR), "#": ("Backslash", NONE), "\\": ("Minus", ALTGR),
        "~": ("BracketRight", ALTGR), ":": ("Period", SHIFT), ";": ("Comma", SHIFT), "z": ("KeyY", NONE), "Y": ("KeyZ", SHIFT),
        "?": ("Minus", SHIFT), "_": ("Slash", SHIFT), '"': ("Digit2", SHIFT),
    },
    "French": {
        "/": ("Period", SHIFT), "-": ("Digit6", NONE), "|": ("Digit6", ALTGR), "{": ("Digit4", ALTGR), "}": ("Equal", ALTGR),
        "[": ("Digit5", ALTGR), "]": ("Minus", ALTGR), "@": ("Digit0", ALTGR), "#": ("Digit3", ALTGR), "\\": ("Digit8", ALTGR),
        "~": ("Digit2", ALTGR), ":": ("Period", NONE), ";": ("Comma", NONE), "a": ("KeyQ", NONE), "Q": ("KeyA", SHIFT),
        "1": ("Digit1", SHIFT), ".": ("Comma", SHIFT), '"': ("Digit3", NONE),
    },
    "Japanese": {
        "/": ("Slash", NONE), "-": ("Minus", NONE), "|": ("IntlYen", SHIFT), "{": ("BracketRight", SHIFT), "}": ("Backslash", SHIFT),
        "[": ("BracketRight", NONE), "]": ("Backslash", NONE), "@": ("BracketLeft", NONE), "#": ("Digit3", SHIFT), "\\": ("IntlRo", NONE),
        "~": ("Equal", SHIFT), ":": ("Quote", NONE), ";": ("Semicolon", NONE), "^": ("Equal", NONE), "=": ("Minus", SHIFT),
        "+": ("Semicolon", SHIFT), "_": ("IntlRo", SHIFT), "'": ("Digit7", SHIFT),
    },
}  # fmt: skip


def open_page(browser, server, **size):
    browser.open(url=server.url, **size)
    browser.await_words(pattern="^Connected")
    await_printed(server, "test card ready")


def number(browser, code):
    return browser.evaluate(code=code)


def text_of(selector):
    return f"document.querySelector({json.dumps(selector)}).textContent"


@pytest.fixture(name="lined")
def a_machine_that_reads_its_line(card):
    with Served(card_command(card, "--stage", "8")) as server:
        yield server


def test_a_new_context_has_nothing_of_the_last(served, browser):
    """The tests share a browser, and each begins as a new user does."""
    browser.open(url=served.url)
    browser.evaluate(code="localStorage.setItem('left', 'yes'); document.cookie = 'left=yes'")
    browser.leave()
    browser.open(url=served.url)
    assert browser.evaluate(code="localStorage.getItem('left') + document.cookie") == "null"


# --- the keyboard ---


@pytest.mark.case("browser 1")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_key_says_arrives(served, browser, layout):
    open_page(browser, served)
    for character, (code, held) in LAYOUTS[layout].items():
        browser.stroke(key=character, code=code, **held)
    await_printed(served, re.escape("".join(LAYOUTS[layout])))
    browser.type(text="Zz9")  # no Shift is left held
    await_printed(served, "Zz9")


@pytest.mark.case("browser 1")
def test_the_key_pad_types_what_it_says(served, browser):
    open_page(browser, served)
    browser.evaluate(code="""(() => {
        for (const [key, code] of [["1", "Numpad1"], ["7", "Numpad7"], [".", "NumpadDecimal"], ["/", "NumpadDivide"], ["+", "NumpadAdd"]])
            for (const kind of ["keydown", "keyup"])
                document.activeElement.dispatchEvent(new KeyboardEvent(kind, { key, code, location: 3, bubbles: true, cancelable: true }));
    })()""")
    await_printed(served, re.escape("17./+"))


@pytest.mark.case("browser 1")
def test_each_key_that_is_pressed_is_let_go(served, browser):
    """Also where Control is let go first, or pressed meanwhile."""
    open_page(browser, served)
    sent = number(browser, """import("./keys.js").then(({ Keys }) => {
        const sent = [], keys = new Keys((keysym, down) => sent.push([keysym, down]));
        const [control, c, shift, big] = [0xffe3, 0x63, 0xffe1, 0x43];
        for (const [keysym, down] of [[control, true], [c, true], [control, false], [c, false]]) keys.key(keysym, down);
        for (const [keysym, down] of [[c, true], [control, true], [c, false]]) keys.key(keysym, down);
        for (const [keysym, down] of [[shift, true], [big, true], [shift, false]]) keys.key(keysym, down);
        keys.release();
        return sent;
    })""")
    pressed = []
    for keysym, down in sent:
        if down:
            assert keysym not in pressed
            pressed.append(keysym)
        else:
            pressed.remove(keysym)
    assert not pressed and len(sent) > 8


@pytest.mark.case("browser 2")
def test_the_page_is_used_by_keyboard_alone(served, browser):
    open_page(browser, served)
    active = "document.activeElement.id"
    assert "F6 leaves" in browser.await_words(pattern="F6")
    browser.press(key="F6")
    assert browser.evaluate(code=active) == "tab-screen"
    browser.await_words(pattern="Click the screen")
    for _ in range(12):
        browser.press(key="Tab")
        if browser.evaluate(code=active) == "handout":
            break
    assert browser.evaluate(code=active) == "handout", "a panel takes the keyboard, and so scrolls"
    browser.press(key="F6")
    browser.await_words(pattern="F6 leaves")
    assert browser.evaluate(code="document.querySelector('#screen canvas').getAttribute('aria-label')")


@pytest.mark.case("browser 2")
@pytest.mark.parametrize("key", ["Control+f", "Control+r", "Control+-", "Control+=", "Control+0", "F5"])
def test_the_browsers_keys_stay_its_own(served, browser, key):
    open_page(browser, served)
    browser.evaluate(code="""(() => {
        window.seen = [];
        const at = (event) => {
            const kept = event.preventDefault;
            event.preventDefault = () => { window.seen.push(event.key); kept.call(event); };
            queueMicrotask(() => kept.call(event)); // the test's browser need not act
        };
        window.addEventListener("keydown", at, true);
    })()""")
    browser.press(key=key)
    assert set(browser.evaluate(code="window.seen")) <= {"Control"}
    browser.evaluate(code="window.seen = []")
    browser.type(text="a")
    assert browser.evaluate(code="window.seen") == ["a"], "other keys are the guest's"


@pytest.mark.case("browser 2")
def test_the_browsers_keys_stay_its_own_in_the_terminal(lined, browser):
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    pressed = """(() => {
        const event = new KeyboardEvent("keydown", { key: KEY, ctrlKey: KEY.length === 1, keyCode: 82, bubbles: true, cancelable: true });
        document.querySelector("#terminal textarea").dispatchEvent(event);
        return event.defaultPrevented;
    })()"""
    for key in ("r", "-", "=", "0", "v", "F5", "F11", "F12"):
        assert number(browser, pressed.replace("KEY", json.dumps(key))) is False, key
    assert number(browser, pressed.replace("KEY", json.dumps("k"))) is True, "other keys are the guest's"


@pytest.mark.case("browser 3")
def test_a_paste_into_the_screen_is_typed(served, browser):
    open_page(browser, served)
    browser.paste(text='echo "A~b/C|" {x}\n')
    await_printed(served, re.escape('echo "A~b/C|" {x}'))


@pytest.mark.case("browser 3")
def test_a_long_paste_arrives_whole(lined, browser):
    """More than the serial line takes at once."""
    words = " ".join(f"{number:04d}" for number in range(2000))
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    browser.paste(text=words)
    await_true(lambda: words in printed(lined), 60)


@pytest.mark.case("browser 3")
def test_a_text_is_for_one_machine(lined):
    """The rest of a long one is not typed into the next machine, whose shell would take it for commands."""
    await_printed(lined, "test card ready")
    page = {"X-MicroK-Page": "a-page-of-the-test"}
    token = json.loads(lined.request("GET", "/state", page)[2])["token"]

    def post(path, body=b""):
        headers = {"Origin": f"http://{lined.host}", "X-MicroK-Token": token, "Content-Length": str(len(body)), **page}
        return json.loads(lined.request("POST", path, headers, body=body)[2])

    assert post("/type?machine=0", b"first") == {"taken": 5, "another": False}
    await_printed(lined, "first")
    assert post("/restart")["restarts"] == 1
    assert post("/type?machine=0", b"rest") == {"taken": 0, "another": True}
    assert post("/type", b"rest")["taken"] == 0
    await_printed(lined, "restarted[^$]*test card ready")
    post("/type?machine=1", b"next")
    await_printed(lined, "next")
    assert "rest" not in printed(lined).partition("test card ready")[2].replace("restarted", "")


# --- the terminal ---


@pytest.mark.case("browser 3", "browser 4")
def test_the_terminal_types_finds_and_copies(lined, browser):
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="test card ready")
    browser.await_words(pattern="F6 leaves")
    browser.type(text="words|Here")
    browser.await_text(selector="#terminal .xterm-rows", pattern=r"words\|Here")
    assert browser.evaluate(code="document.querySelector('#terminal .xterm-accessibility') !== null"), "a screen reader's text"
    assert browser.clipboard() != "test"  # grants the permission, too
    browser.double_click(selector="#terminal .xterm-screen", position={"x": 10, "y": 8})
    browser.press(key="Control+c")
    await_true(lambda: browser.clipboard() == "test", 5)
    browser.press(key="Control+f")
    browser.fill(selector="#find-text", text="ready")
    browser.press(key="Enter")
    await_true(lambda: browser.evaluate(code="document.querySelectorAll('#terminal .xterm-selection div').length") > 0, 5)
    assert browser.complaints() == []


@pytest.mark.case("browser 3", "browser 4")
def test_the_terminal_scrolls_back(lined, browser):
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    browser.paste(text=" ".join(f"item-{n:04d}" for n in range(1500)))
    await_printed(lined, "item-1499")
    browser.await_text(selector="#terminal .xterm-rows", pattern="item-1499")
    browser.press(key="Shift+PageUp")
    await_true(lambda: "item-1499" not in browser.evaluate(code=text_of("#terminal .xterm-rows")), 5)
    browser.hover(selector="#terminal .xterm-screen", position={"x": 50, "y": 50})
    browser.wheel(y=5000)
    browser.await_text(selector="#terminal .xterm-rows", pattern="item-1499")


# A question of each kind that xterm.js answers: its kind, the cursor's place, a mode, a setting, a colour, the focus.
QUESTIONS = r"\x1b[c\x1b[>c\x1b[6n\x1b[?6n\x1b[?25$p\x1b[4$p\x1bP$qm\x1b\\\x1b]4;1;?\x07\x1b]11;?\x07\x1b[?1004h\x1b[?1004l"


@pytest.mark.case("browser 4")
def test_what_was_printed_before_the_terminal_types_nothing(lined, browser):
    """A question of the guest's is answered while the terminal is there, and not again by each one after it."""
    open_page(browser, lined)
    ask = f"""import("./server.js").then(({{ post }}) => post("type?machine=0", "{QUESTIONS}WORD"))"""
    browser.evaluate(code=ask.replace("WORD", "early"))
    await_printed(lined, "early")
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="early")
    browser.type(text="typed")
    await_printed(lined, "earlytyped")
    browser.evaluate(code=ask.replace("WORD", "later"))
    await_printed(lined, r"later[^$]*\[\?1;2c")
    assert printed(lined).count("[?1;2c") == 1 and "[?1;2c" not in printed(lined).partition("later")[0]


# A paste in the task after the one that hands the log to the terminal, which reads it in a later one.
PASTE_INTO_THE_PAST = """(() => {
    const json = Response.prototype.json;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
        const data = new DataTransfer();
        data.setData("text/plain", "at once");
        document.querySelector("#terminal textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    };
    Response.prototype.json = async function () {
        const answer = await json.call(this);
        if (this.url.includes("serial?from=0")) port2.postMessage("paste");
        return answer;
    };
    document.querySelector("#tab-terminal").click();
})()"""


@pytest.mark.case("browser 3", "browser 4")
def test_text_typed_while_the_terminal_reads_the_past_is_not_lost(lined, browser):
    await_printed(lined, "test card ready")
    open_page(browser, lined)
    browser.evaluate(code=PASTE_INTO_THE_PAST)
    await_printed(lined, "at once")


def prints(browser, server, text, pattern):
    """The machine prints the text, by the test card's echo, and the terminal shows it."""
    machine = server.state()["restarts"]
    browser.evaluate(code=f"""import("./server.js").then(({{ post }}) => post("type?machine={machine}", {json.dumps(text)}))""")
    browser.await_text(selector="#terminal .xterm-rows", pattern=pattern)


# The colours of each letter in the terminal, with the ratio of WCAG 2.1, "contrast ratio" and "relative luminance".
CONTRASTS = """(() => {
    const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
    const light = (colour) => channels(colour).slice(0, 3).map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const under = (element) => {
        const own = getComputedStyle(element).backgroundColor;
        return channels(own)[3] === 0 ? under(element.parentElement) : own;
    };
    return [...document.querySelectorAll("#terminal .xterm-rows span")].filter((span) => /[!-~]/.test(span.textContent)).map((span) => {
        const [least, most] = [getComputedStyle(span).color, under(span)].map(light).sort((a, b) => a - b);
        return [span.textContent, (most + 0.05) / (least + 0.05)];
    });
})()"""


@pytest.mark.case("browser 4")
def test_each_colour_of_the_guest_is_read_in_light_and_dark(lined, browser):
    """4.5: WCAG 2.1, success criterion 1.4.3."""
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    numbers = [*range(30, 38), *range(90, 98)]
    prints(browser, lined, "\r\n".join(f"\x1b[{n}mthin{n}\x1b[1mbold{n}\x1b[m" for n in numbers), "bold97")
    prints(browser, lined, "\r\n" + "".join(f"\x1b[{n};{m + 10}mon{n}x{m}\x1b[m" for n in (33, 97) for m in (36, 97)) + "done", "done")
    for scheme in ("light", "dark", "light"):
        browser.scheme(name=scheme)
        behind = "getComputedStyle(document.querySelector('.xterm-viewport')).backgroundColor"
        await_true(lambda s=scheme: ("255, 255, 255" in number(browser, behind)) is (s == "light"), 5)
        time.sleep(0.3)  # the next frame
        seen = number(browser, CONTRASTS)
        assert len(seen) >= 2 * len(numbers) + 4
        assert not [(scheme, text, round(ratio, 2)) for text, ratio in seen if ratio < 4.45]  # its channels are whole numbers


@pytest.mark.case("browser 4", "browser 12")
def test_a_restart_leaves_nothing_of_the_dead_machine_in_the_terminal(lined, browser):
    """Its colours, hidden cursor, alternate screen, mouse mode, and a sequence without its end. The text that it printed stays."""
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    prints(browser, lined, "\r\nkept\x1b[?1049h\x1b[31;44m\x1b[?25l\x1b[?1003h\x1b[?1006hdead\x1b[5;9Hpart\x1b(0", "part")
    there = "document.querySelector('#terminal .enable-mouse-events') !== null"
    await_true(lambda: number(browser, there), 5)
    prints(browser, lined, "\x1b]0;a title without", "part")
    assert lined.restart() == 200
    browser.await_text(selector="#terminal .xterm-rows", pattern="restarted.*test card ready")
    rows = number(browser, "[...document.querySelectorAll('#terminal .xterm-rows > div')].map((row) => row.textContent.trimEnd())")
    assert [row for row in rows if row] == ["test card ready", "kept", "--- restarted ---", "test card ready"]
    assert not number(browser, there)
    browser.click(selector="#terminal .xterm-screen", position={"x": 300, "y": 200})
    await_true(lambda: number(browser, "document.querySelector('#terminal .xterm-rows .xterm-cursor') !== null"), 5)
    marks = "[...document.querySelectorAll('#terminal .xterm-rows span')].filter((span) => /xterm-[fb]g-/.test(span.className)).map((span) => span.textContent)"
    assert number(browser, marks) == []


@pytest.mark.case("browser 4")
def test_no_link_of_the_guest_is_followed(lined, browser):
    """OSC 8 of xterm's control sequences: the guest chooses the address, which the person does not see."""
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    browser.evaluate(code="(() => { window.asked = []; window.confirm = window.open = (...words) => { window.asked.push(words); return null; }; })()")
    for row, where in enumerate(("javascript:alert(1)", "https://example.org/")):
        prints(browser, lined, f"\r\x1b[{row + 2};1H\x1b]8;;{where}\x1b\\link{row}\x1b]8;;\x1b\\", f"link{row}")
    high = number(browser, "document.querySelector('#terminal .xterm-rows > div').offsetHeight")
    assert "link0link1" in number(browser, text_of("#terminal .xterm-rows")).replace(" ", "")
    for row in (1, 2):
        place = {"x": 12, "y": row * high + high // 2}
        browser.hover(selector="#terminal .xterm-screen", position={"x": 200, "y": 200})
        browser.hover(selector="#terminal .xterm-screen", position=place)
        time.sleep(0.3)
        assert number(browser, "document.querySelector('#terminal .xterm').classList.contains('xterm-cursor-pointer')") is False
        browser.click(selector="#terminal .xterm-screen", position=place)
    assert number(browser, "window.asked") == []


@pytest.mark.case("browser 9")
def test_a_section_in_the_log_is_a_link(served, browser):
    open_page(browser, served)
    browser.type(text="see handout.md#hints ")
    browser.click(selector="#close-side")
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="handout.md#hints")
    row = number(browser, "[...document.querySelectorAll('#terminal .xterm-rows > div')].findIndex((row) => row.textContent.includes('handout.md#'))")
    place = number(browser, f"""(() => {{ const row = document.querySelectorAll('#terminal .xterm-rows > div')[{row}];
        const high = row.offsetHeight, wide = row.parentElement.offsetWidth, screen = document.querySelector('#terminal .xterm-screen');
        const range = document.createRange(); const walk = document.createTreeWalker(row, 4); let node, at = 0, want = row.textContent.indexOf('handout.md') + 3;
        while ((node = walk.nextNode())) {{ if (at + node.length > want) {{ range.setStart(node, want - at); range.setEnd(node, want - at + 1); break; }} at += node.length; }}
        const box = range.getBoundingClientRect(), top = screen.getBoundingClientRect();
        return {{x: box.left - top.left + 2, y: box.top - top.top + box.height / 2}}; }})()""")
    browser.hover(selector="#terminal .xterm-screen", position=place)
    time.sleep(0.3)
    browser.click(selector="#terminal .xterm-screen", position=place)
    await_true(lambda: browser.evaluate(code="!document.querySelector('#side').hidden && !document.querySelector('#handout').hidden"), 5)


# --- sizes ---


@pytest.mark.case("browser 5")
def test_a_phone(served, browser):
    open_page(browser, served, width=390, height=844)
    high = "document.querySelector('header').offsetHeight"
    first = number(browser, high)
    assert first < 130 and number(browser, "document.documentElement.scrollWidth") <= 390
    assert number(browser, "document.querySelector('#view-terminal').hidden") is False, "its keyboard comes with the terminal"
    assert number(browser, "parseFloat(getComputedStyle(document.querySelector('#terminal .xterm-rows')).fontSize)") >= 14
    browser.click(selector="#show-handout")
    assert number(browser, high) == first, "the bar must not grow under a finger"
    assert number(browser, "document.querySelector('#handout').offsetWidth") >= 380
    browser.click(selector="#close-side")
    browser.click(selector="#terminal .xterm-screen", position={"x": 40, "y": 40})
    browser.await_words(pattern="F6 leaves")
    assert number(browser, high) == first


@pytest.mark.case("browser 6")
def test_zoom_makes_the_machine_larger(served, browser):
    open_page(browser, served)
    wide = "document.querySelector('#screen canvas').getBoundingClientRect().width * devicePixelRatio"
    browser.zoom(width=1280, height=800, factor=1)
    before = number(browser, wide)
    browser.zoom(width=1280, height=800, factor=1.5)
    await_true(lambda: number(browser, wide) > 1.2 * before, 5)
    inside = "(() => { const view = document.querySelector('#view-screen'); return view.scrollWidth >= view.clientWidth; })()"
    assert number(browser, inside), "its room scrolls"


@pytest.mark.case("browser 6")
@pytest.mark.parametrize("picture, room, zoom, scale", [
    ((640, 400), (1300, 900), 1, 2), ((640, 400), (700, 500), 1, 1), ((640, 400), (1200, 760), 1, 1.875), ((640, 400), (320, 200), 1, 0.5),
    ((640, 400), (660, 420), 2, 1), ((640, 400), (500, 400), 2, 0.78125),
])  # fmt: skip
def test_whole_multiples_where_they_fit(browser, served, picture, room, zoom, scale):
    browser.open(url=served.url)
    came = browser.evaluate(code=f"import('./fit.js').then((fit) => fit.scale_of({list(picture)}, {list(room)}, {zoom}))")
    assert abs(came - scale) < 0.001


# --- the connection ---


@pytest.mark.case("browser 7")
def test_a_link_that_swallows_everything_is_found(served, browser):
    open_page(browser, served)
    os.kill(served.pid, signal.SIGSTOP)
    try:
        browser.await_words(pattern="does not answer")
    finally:
        os.kill(served.pid, signal.SIGCONT)
    browser.await_words(pattern="^Connected")
    browser.click(selector="#view-screen", position={"x": 4, "y": 4})
    browser.type(text="again")
    await_printed(served, "again")


class PathProxy:
    """A proxy by path: /user/me/proxy/P/… is /… of the server at port P. One request for each connection."""

    def __init__(self, target, prefix):
        self.target, self.prefix = target, prefix
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._carry, args=(self.listener.accept()[0],), daemon=True).start()

    def _carry(self, browser):
        with contextlib.suppress(OSError), browser, socket.create_connection(("127.0.0.1", self.target)) as server:
            head = b""
            while b"\r\n\r\n" not in head:
                head += browser.recv(4096)
            first, rest = head.split(b"\r\n", 1)
            method, path, version = first.split(b" ")
            if not path.startswith(self.prefix.encode()):
                browser.sendall(b"HTTP/1.1 404 Not here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            if b"pgrade: websocket" not in rest:
                rest = re.sub(rb"(?i)connection: [^\r]*\r\n", b"", rest)
                rest = b"Connection: close\r\n" + rest
            server.sendall(b" ".join([method, b"/" + path[len(self.prefix) :], version]) + b"\r\n" + rest)
            threading.Thread(target=self._copy, args=(browser, server), daemon=True).start()
            self._copy(server, browser)

    @staticmethod
    def _copy(come, go):
        with contextlib.suppress(OSError):
            while data := come.recv(65536):
                go.sendall(data)
            go.shutdown(socket.SHUT_WR)


@pytest.mark.case("browser 8")
def test_behind_a_proxy_by_path(card, browser):
    port = free_port()
    prefix = f"/user/me/proxy/{port}/"
    proxy = PathProxy(port, prefix)
    with proxy.listener, Served(card_command(card, "--allow-host", f"127.0.0.1:{proxy.port}", port=port)) as server:
        browser.open(url=f"http://127.0.0.1:{proxy.port}{prefix}")
        browser.await_words(pattern="^Connected")
        browser.await_text(selector="#handout", pattern="core question")
        assert number(browser, "document.querySelector('#handout img').naturalWidth") == 9
        browser.type(text="through")
        await_printed(server, "through")
        browser.click(selector="#tab-terminal")
        browser.await_text(selector="#terminal .xterm-rows", pattern="through")
        assert browser.complaints() == []


@pytest.mark.case("browser 11")
def test_a_second_window_watches_until_it_takes_the_keyboard(served, browser):
    open_page(browser, served)
    second = Browser()
    try:
        second.open(url=served.url)
        second.await_words(pattern="^Connected")
        assert number(second, "document.querySelector('#other').hidden") is False
        second.type(text="no")
        browser.type(text="yes")
        await_printed(served, "yes")
        assert "n" not in printed(served).split("ready")[1]
        second.click(selector="#take")
        await_true(lambda: number(browser, "document.querySelector('#other').hidden") is False, 10)
        second.type(text="now")
        await_printed(served, "now")
    finally:
        second.close()


@pytest.mark.case("browser 11")
def test_a_page_that_is_loaded_again_types_at_once(served, browser):
    """It does not count as a second window."""
    for _ in range(3):
        open_page(browser, served)
        assert served.state()["viewers"] == 1
        assert number(browser, "document.querySelector('#other').hidden") is True
        browser.reload()


@pytest.mark.case("browser 13")
def test_connections_that_trickle_block_no_page(served):
    with contextlib.ExitStack() as held:
        for _ in range(80):
            line = held.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            line.sendall(b"GET / HTTP/1.1\r\nX")
        begun = time.monotonic()
        for _ in range(5):
            assert served.request("GET", "/")[0] == 200
        assert time.monotonic() - begun < 5


# --- the handout and the points ---


@pytest.mark.case("browser 9")
def test_the_handout_is_read(served, browser):
    open_page(browser, served, width=1280, height=500)
    browser.await_text(selector="#handout", pattern="core question")
    assert number(browser, "[...document.querySelectorAll('#contents a')].map((a) => a.textContent)") == ["Hints", "Serial"]
    assert number(browser, "[...document.querySelectorAll('#handout pre')].filter((pre) => pre.scrollWidth > pre.clientWidth).length") == 0
    assert number(browser, "document.querySelectorAll('#handout .code button').length") == 1
    top = "document.querySelector('#handout').scrollTop"
    browser.click(selector="#contents summary")
    browser.click(selector="#contents a:last-child")
    await_true(lambda: number(browser, top) > 50, 5)
    place = number(browser, top)
    browser.back()
    await_true(lambda: number(browser, top) < place, 5)
    browser.evaluate(code=f"document.querySelector('#handout').scrollTop = {place}")
    time.sleep(0.5)
    browser.reload()
    browser.await_text(selector="#handout", pattern="core question")
    await_true(lambda: abs(number(browser, top) - place) < 40, 5)


@pytest.mark.case("browser 10")
def test_build_and_check(served, browser):
    open_page(browser, served)
    browser.click(selector="#build")
    browser.await_text(selector="#work-log", pattern="build of stage 7")
    browser.await_text(selector="#work-words", pattern="Restart runs it")
    browser.click(selector="#check")
    browser.await_text(selector="#points", pattern="3 of 5")
    rows = number(browser, "[...document.querySelectorAll('#points tr')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim())")
    assert rows == ["7.1 PASS 3 of 3", "7.2 FAIL 0 of 2", "Total 3 of 5"]
    browser.click(selector="#points a")
    assert number(browser, "document.querySelector('#handout').hidden") is False
    assert served.request("POST", "/check", {"Content-Length": "0"})[0] == 403


@pytest.mark.case("browser 10")
def test_a_check_is_stopped(card, served, browser):
    (card / "seconds").write_text("50")
    try:
        open_page(browser, served)
        assert number(browser, "document.querySelector('#stop').checkVisibility()") is False
        browser.click(selector="#check")
        browser.await_text(selector="#work-log", pattern="check of stage 7")
        token = served.state()["token"]
        browser.click(selector="#stop")
        browser.await_text(selector="#work-words", pattern="Stopped")
        again = served.request("POST", "/stop", {"Origin": f"http://{served.host}", "X-MicroK-Token": token, "Content-Length": "0"})
        assert json.loads(again[2])["stopped"], "a second window's Stop came late"
    finally:
        (card / "seconds").write_text("0.3")
    assert number(browser, "document.querySelector('#stop').checkVisibility()") is False
    assert browser.evaluate(code="document.activeElement.id") == "work", "a person at the keyboard stays where the button was"
    browser.click(selector="#check")
    browser.await_text(selector="#points", pattern="3 of 5")


@pytest.mark.case("browser 10")
def test_a_page_whose_server_was_away_shows_the_end_of_a_check(served, browser):
    open_page(browser, served)
    browser.evaluate(code="""(() => {
        const really = window.fetch;
        let failed = 0;
        window.fetch = (url, ...more) => (/job$/.test(url) && failed++ < 2 ? Promise.reject(new TypeError("away")) : really(url, ...more));
    })()""")
    browser.click(selector="#check")
    browser.await_text(selector="#points", pattern="3 of 5")
    await_true(lambda: number(browser, "document.querySelector('#check').ariaDisabled") == "false", 10)


@pytest.mark.case("browser 10")
def test_a_stopped_job_is_over_whatever_it_left_behind(tmp_path):
    """A program in a session of its own that has the output open: the next command begins even so."""
    code = f"""
import pathlib, sys, time, types
sys.path.insert(0, {os.path.join(ROOT, "web")!r})
import job
job.END_SECONDS = 0.5
one = job.Job(types.SimpleNamespace(root=pathlib.Path({str(tmp_path)!r}), number=7), lambda *_: ["sh", "-c", "setsid sleep 20 & echo begun; sleep 20"])
assert one.start("check")
while "begun" not in one.log.read(0)[0]:
    time.sleep(0.01)
one.stop()
assert one.state()["stopped"] and not one.state()["running"] and one.start("build"), one.state()
one.close()
"""
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.case("browser 4")
def test_a_question_read_late_is_not_answered(lined, browser):
    """A window that was not seen reads it when another machine may run."""
    open_page(browser, lined)
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="test card ready")
    browser.evaluate(code="""Object.defineProperty(document, "hidden", { get: () => window.away, configurable: true }); window.away = true""")
    prints_unseen = """import("./server.js").then(({ post }) => post("type?machine=0", "WORD"))"""
    browser.evaluate(code=prints_unseen.replace("WORD", "first"))  # ends the request that waits
    await_printed(lined, "first")
    time.sleep(0.5)
    browser.evaluate(code=prints_unseen.replace("WORD", r"\x1b[cunseen"))
    await_printed(lined, "unseen")
    browser.evaluate(code="window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    browser.await_text(selector="#terminal .xterm-rows", pattern="unseen")
    time.sleep(0.5)
    assert "[?1;2c" not in printed(lined)


@pytest.mark.case("browser 10", "browser 4")
def test_copying_needs_no_certificate(served, browser):
    """Without a secure context (another machine's address, no TLS) a page has no navigator.clipboard."""
    open_page(browser, served)
    browser.clipboard()  # grants the permission
    browser.evaluate(code="Object.defineProperty(navigator, 'hidden_clipboard', { value: navigator.clipboard }),"
                          "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    browser.click(selector="#handout .code button")
    block = browser.evaluate(code=text_of("#handout .code pre"))
    copied = lambda: browser.evaluate(code="navigator.hidden_clipboard.readText()")  # noqa: E731
    await_true(lambda: copied().strip() == block.strip(), 5)
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="test card ready")
    browser.double_click(selector="#terminal .xterm-screen", position={"x": 10, "y": 8})
    browser.press(key="Control+c")
    await_true(lambda: copied() == "test", 5)


@pytest.mark.case("browser 10")
def test_no_job_begins_in_a_server_that_ends(tmp_path):
    """Requests are served until the process is gone, so one could begin another command, which would outlive it."""
    code = f"""
import pathlib, sys, types
sys.path.insert(0, {os.path.join(ROOT, "web")!r})
from job import Job
job = Job(types.SimpleNamespace(root=pathlib.Path({str(tmp_path)!r}), number=7), lambda *_: ["sleep", "30"])
assert job.start("build") and not job.start("check")
job.close()
while job.state()["running"]:
    pass
assert not job.start("build"), "it began"
"""
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.case("browser 10")
@pytest.mark.parametrize("background", [False, True])
def test_a_job_ends_with_all_that_it_started(tmp_path, background):
    """The grader starts each build and each machine in a session of its own, and ends them at Ctrl-C. A server in the background of a
    script ignores Ctrl-C itself."""
    job = """
import subprocess
other = subprocess.Popen(["sleep", "60"], start_new_session=True)
try:
    print(other.pid, flush=True)
    other.wait()
finally:
    other.kill()
    other.wait()
"""
    code = f"""
import pathlib, re, signal, sys, types
sys.path.insert(0, {os.path.join(ROOT, "web")!r})
from job import Job
signal.signal(signal.SIGINT, signal.{"SIG_IGN" if background else "SIG_DFL"})
job = Job(types.SimpleNamespace(root=pathlib.Path({str(tmp_path)!r}), number=7), lambda *_: [sys.executable, "-c", {job!r}])
assert job.start("check")
while not (found := re.search("(?m)^([0-9]+)$", job.log.read(0)[0])):
    pass
job.close()
print(found[1])
"""
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    left = await_gone([int(done.stdout)])
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


@pytest.mark.case("browser 2", "browser 10")
def test_a_job_keeps_the_keyboard_where_it_is(served, browser):
    open_page(browser, served)
    browser.evaluate(code="document.querySelector('#build').focus()")
    browser.press(key="Enter")
    browser.press(key="Enter")  # one runs already
    browser.await_text(selector="#work-words", pattern="Restart runs it")
    assert browser.evaluate(code="document.activeElement.id") == "build"
    assert browser.evaluate(code=text_of("#work-log")).count("$ sh") == 1


@pytest.mark.case("browser 10")
def test_a_page_that_is_loaded_again_has_the_jobs_log(served, browser):
    open_page(browser, served)
    browser.click(selector="#check")
    browser.await_text(selector="#work-log", pattern="check of stage 7")
    browser.reload()
    browser.await_text(selector="#work-log", pattern="check of stage 7")


@pytest.mark.case("browser 11")
def test_a_window_that_is_not_seen_asks_for_no_log(served, browser):
    open_page(browser, served)
    browser.click(selector="#tab-terminal")
    browser.await_text(selector="#terminal .xterm-rows", pattern="test card ready")
    browser.evaluate(code="""(() => {
        const really = window.fetch;
        window.logs = 0;
        window.fetch = (url, ...more) => { if (/serial/.test(url)) window.logs++; return really(url, ...more); };
        Object.defineProperty(document, "hidden", { get: () => window.away, configurable: true });
        window.away = true;
    })()""")
    browser.press(key="F6")
    token = json.loads(served.request("GET", "/state")[2])["token"]
    for _ in range(2):  # each prints
        served.request("POST", "/restart", {"Origin": f"http://{served.host}", "X-MicroK-Token": token, "Content-Length": "0"})
        time.sleep(1)
    assert browser.evaluate(code="window.logs") == 0
    browser.evaluate(code="window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    await_true(lambda: browser.evaluate(code="window.logs") > 0, 5)


@pytest.mark.case("browser 15")
def test_the_first_look_says_what_to_do(lined, browser):
    open_page(browser, lined)
    assert browser.evaluate(code=text_of("#steps")) == "type something."
    assert number(browser, "document.querySelector('#show-handout').hidden") is True
