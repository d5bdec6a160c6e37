"""A person's terminal on the serial line: make run in windows of several sizes, as a terminal emulator shows it."""
import os
import subprocess
import sys

import pexpect
import pyte
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run as machine  # noqa: E402  (tools/run.py: the one place that knows the machine)

PROMPT = machine.PROMPT
SECONDS = 240  # on a busy host; the expected text ends a wait at once


@pytest.fixture(scope="module")
def built(copy_stage_4):
    return copy_stage_4(["stage-4", "iso"], ["kernel.elf", "archive.cpio", "microk.iso"])


class Answering(pyte.Screen):
    """A terminal that answers where its cursor is, as every one does."""

    def __init__(self, columns, rows):
        super().__init__(columns, rows)
        self.answers = []

    def write_process_input(self, data):
        self.answers.append(data)


class Terminal:
    """make run's program in a window."""

    def __init__(self, built, boot, rows, columns):
        self.child = pexpect.spawn(sys.executable, [os.path.join(ROOT, "tools/run.py"), "--stage", "4", "--build", str(built),
                                                    "--boot", boot], dimensions=(rows, columns), timeout=SECONDS)
        self.child.delaybeforesend = None
        self.screen = Answering(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.questions = 0
        self.wait(lambda: self.row() == PROMPT.strip())

    def row(self):
        """The row the cursor is in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def rows(self):
        return [row.rstrip() for row in self.screen.display if row.strip()]

    def read(self):
        self.stream.feed(self.child.read_nonblocking(65536, SECONDS))
        for answer in self.screen.answers:
            self.questions += 1
            self.child.send(answer)
        self.screen.answers.clear()

    def wait(self, condition):
        try:
            while not condition():
                self.read()
        except (pexpect.TIMEOUT, pexpect.EOF):
            raise AssertionError("the screen stays like this:\n" + "\n".join(self.rows())) from None

    def type(self, text):
        self.child.send(text)

    def resize(self, rows, columns):
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def close(self):
        self.child.close(force=True)


def numbers(count):
    return " ".join(f"{n:04}" for n in range(count))


@pytest.fixture
def open_terminal(built):
    opened = []

    def start(rows, columns, boot="kernel"):
        opened.append(Terminal(built, boot, rows, columns))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.mark.parametrize("boot", ["kernel", "iso"])  # without a screen, and with one of 128 columns
@pytest.mark.parametrize("rows, columns", [(24, 80), (43, 132)])
def test_a_long_line_is_edited_at_the_terminals_own_width(open_terminal, rows, columns, boot):
    t = open_terminal(rows, columns, boot)
    above = t.rows()[:-1]
    line, room = "echo " + numbers(29), columns - len(PROMPT) - 1
    t.type(line)
    t.wait(lambda: t.row() == PROMPT + line[-room:])
    assert t.screen.cursor.x == columns - 1
    t.type("\x1bb" * 20)  # into the middle, a word at a time
    t.type("XYZ ")
    edited = line[:-len(numbers(20))] + "XYZ " + numbers(29)[-len(numbers(20)):]
    # Both at once, here and below: while the line is drawn anew the row is part old, part new.
    t.wait(lambda: "XYZ " in t.row() and t.row()[len(PROMPT):] in edited)
    assert t.rows()[:-1] == above and t.rows().count(t.row()) == 1, "no old prompt is left over"
    t.type("\x1b[H")
    t.wait(lambda: t.screen.cursor.x == len(PROMPT) and t.row() == PROMPT + edited[:room].rstrip())
    assert t.rows()[:-1] == above
    t.type("\r")
    t.wait(lambda: t.row() == PROMPT.strip())
    shown = "".join(row.ljust(columns) for row in t.screen.display[len(above) + 1:t.screen.cursor.y]).rstrip()
    assert shown == edited[len("echo "):], "what ran is the line as edited; the terminal wraps output at its own width"


def test_a_resize_counts_from_the_next_prompt(open_terminal):
    t = open_terminal(24, 80)
    t.type("echo\r")
    t.wait(lambda: sum(row.startswith(PROMPT.strip()) for row in t.rows()) == 2)
    t.resize(43, 132)
    t.type("\r")
    t.wait(lambda: sum(row.startswith(PROMPT.strip()) for row in t.rows()) == 3 and t.questions >= 3)
    line = "echo " + numbers(29)
    t.type(line)
    t.wait(lambda: t.row() == PROMPT + line[-(132 - len(PROMPT) - 1):])
    t.resize(24, 80)
    t.type("\x15\r")
    t.wait(lambda: t.questions >= 4 and t.row() == PROMPT.strip())
    t.type(line)
    t.wait(lambda: t.row() == PROMPT + line[-(80 - len(PROMPT) - 1):])


def test_answers_are_never_typed(open_terminal):
    """A person's terminal answers in the middle of typed-ahead input: no part of an answer arrives."""
    t = open_terminal(24, 80)
    for n in range(5):
        t.type(f"echo {n}" + f"\x1b[24;80R" + "a\r")
    t.wait(lambda: t.row() == PROMPT.strip() and "4a" in t.rows())
    assert [row for row in t.rows() if row in {f"{n}a" for n in range(5)}] == [f"{n}a" for n in range(5)]
    assert not any("R" in row.replace("Ctrl", "").split(PROMPT.strip())[-1] for row in t.rows()[5:])


@pytest.mark.parametrize("line", ["cp /dev/zero /dev/null", "cat /dev/zero"])
def test_control_c_stops_a_command_without_an_end(open_terminal, line):
    t = open_terminal(24, 80)
    t.type(f"{line}\r")
    t.wait(lambda: t.row() != PROMPT + line and t.row() != PROMPT.strip())
    t.type("\x03echo goes on\r")
    t.wait(lambda: t.row() == PROMPT.strip() and t.rows()[-2] == "goes on")
    assert f"{line.split()[0]}: /dev/zero: interrupted" in t.rows()


def test_a_pipe_is_asked_nothing(built):
    """A script gets 80 by 24; nothing waits, nothing is lost, and no question is in its output."""
    command = [sys.executable, os.path.join(ROOT, "tools/run.py"), "--stage", "4", "--build", str(built), "--boot", "kernel"]
    line = "echo " + numbers(28)
    done = subprocess.run(command, input=f"{line}\rls /proc\rpoweroff\r".encode(), stdout=subprocess.PIPE, timeout=SECONDS,
                          check=False)
    assert done.returncode == 0
    assert machine.SizeQuestions.QUESTION not in done.stdout and b"\x1b[6n" not in done.stdout
    assert numbers(28).encode() + b"\r\n" in done.stdout


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_questions_are_taken_out_however_they_are_cut(piece):
    question = machine.SizeQuestions.QUESTION
    said = b"a" + question + b"\x1b7b\x1b8" + question + question + b"\x1b[6nc\x1b7\x1b[999" + question[:5]
    questions, out = machine.SizeQuestions(), b""
    for at in range(0, len(said), piece):
        out += questions.feed(said[at:at + piece])
    assert out + questions.held == said.replace(question, b"")


def test_the_question_is_the_drivers():
    with open(os.path.join(ROOT, "drivers/console/remote.c"), encoding="utf-8") as f:
        text = f.read()
    spelled = machine.SizeQuestions.QUESTION.decode().replace("\x1b", "\\033")
    assert f'#define QUESTION "{spelled}"' in text


def test_top_is_drawn_in_one_place(open_terminal):
    """A table in place of the one before, without a row too many, until q."""
    t = open_terminal(24, 80)

    def is_table():
        return t.screen.display[0].split()[1:3] == ["processes,", "idle"] and len(t.rows()) == 2 + int(t.screen.display[0].split()[0])

    t.type("top\r")
    t.wait(is_table)
    first = t.rows()
    assert first[1].split() == ["ID", "NAME", "STATE", "PRI", "SHARE", "TIME", "MEMORY", "USED"]
    # While a table is drawn over the one before, a name may be in both parts, or in none.
    t.wait(lambda: t.rows() != first and is_table() and {row.split()[1] for row in t.rows()[2:]} >= {"init", "vfs", "proc", "shell"})
    t.type("xq")
    t.wait(lambda: t.row() == PROMPT.strip())
    t.type("echo after top\r")
    t.wait(lambda: "after top" in t.rows())
