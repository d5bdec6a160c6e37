"""The pictures of the derivation tree show exactly the tables' content. (make pictures boots a machine for them.)"""
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import picture_caps  # noqa: E402

HEADING = "slot type         rights                   badge     object       self     parent     size  name\n"
INIT = HEADING + """\
   7 Frame        r---:--------                0     235000       42c8          0        3  info
  11 (null)       rwgx:--------                0          0       42cc          0        0  -
  80 Untyped      rwgx:--------           c00000     250000       4311          0    15694  memory
1096 Untyped      rwgx:01234567                0     450000       4709       4311     2048  -
1098 Endpoint     rwgx:01234567                0      ff604       470b       4311        0  -
1165 Untyped      rwgx:01234567           200000     c50000       474e       4311      512  -
1171 Frame        rwgx:01234567           400000     c52000       4754       474e        7  -
1172 Frame        rwgx:01234567           407000     c59000       4755       474e        3  -
1181 Frame        rwgx:01234567     7ffffff00000     ce0000       475b       474e        1  -
1245 Endpoint     -w--:012-----                4      ff604       479e       470b        0  -
"""
CONSOLE = HEADING + """\
   8 Endpoint     rwgx:01234567                0      ff604       6dca       470b        0  console
  11 Irq          rwgx:--------                0          4       6dcd          0        1  a<b&c
"""
SHELL = HEADING + """\
   4 Untyped      rwgx:01234567                0     ce4000       71c7       474e      364  memory
   5 Frame        rw--:--------                0     ce0000       71c8       475b        1  ipc.buffer
   8 Endpoint     -w--:012-----                4      ff604       71cb       479e        0  console
"""
TABLES = {"init": INIT, "console": CONSOLE, "shell": SHELL}


@pytest.fixture(name="drawn")
def all_drawn():
    return picture_caps.pictures(picture_caps.parse(TABLES))


def texts(svg, kind):
    return [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.get("class") == kind]


def test_the_trees_cross_processes():
    caps = {(c.holder, c.slot): c for c in picture_caps.parse(TABLES)}
    at, chain = caps["shell", 8], []
    while at:
        chain.append((at.holder, at.slot))
        at = at.up
    assert chain == [("shell", 8), ("init", 1245), ("init", 1098), ("init", 80)]
    assert ("init", 11) not in caps


def test_a_picture_has_the_capabilities_it_is_about(drawn):
    assert sorted(texts(drawn["caps-console.svg"], "who")) == ["console 8", "init 1098", "init 1245", "init 80", "shell 8"]
    assert sorted(texts(drawn["caps-shell.svg"], "who")) == \
        ["init 1098", "init 1165", "init 1181", "init 1245", "init 80", "shell 4", "shell 5", "shell 8"]
    assert "w : 012 · badge 4" in texts(drawn["caps-console.svg"], "soft")


def test_many_alike_are_one_box_and_no_other(drawn):
    assert sorted(texts(drawn["caps-memory.svg"], "type")) == ["2 Frames", "Frame", "Frame", "Untyped", "Untyped", "Untyped", "Untyped"]
    assert "40 KiB" in texts(drawn["caps-memory.svg"], "soft")


def test_no_two_boxes_lie_on_each_other(drawn):
    for svg in drawn.values():
        corners = re.findall(r'class="cap" x="(\d+)" y="(\d+)"', svg)
        assert len(corners) > 4
        assert len(set(corners)) == len(corners)


def test_names_are_text_not_markup():
    caps = picture_caps.parse(TABLES)
    picture_caps.place(caps[-5:-4], 0, 0)
    svg = picture_caps.draw([c for c in caps if c.type == "Irq"], "t", "a")
    assert "a<b&c" in texts(svg, "soft")


def test_a_system_without_what_is_to_be_drawn_is_refused():
    with pytest.raises(picture_caps.Failed, match="console's endpoint"):
        picture_caps.pictures(picture_caps.parse({"init": INIT, "shell": SHELL}))


def test_a_stage_without_a_shell_is_refused_in_a_sentence(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["picture_caps.py", "--stage", "2"])
    with pytest.raises(SystemExit) as ended:
        picture_caps.main()
    assert ended.value.code == 1
    assert "stage 2 has no shell" in capsys.readouterr().err


def test_a_machine_that_never_prompts_is_ended(monkeypatch):
    """A machine without a prompt in time is not left running."""
    monkeypatch.setattr(picture_caps.machine, "qemu_command", lambda *_, **__: ["sh", "-c", "echo $$; exec sleep 60"])
    monkeypatch.setattr(picture_caps, "TIMEOUT", 2)
    with pytest.raises(picture_caps.Failed, match=r"no prompt after the boot; the machine's last lines: \d+") as said:
        picture_caps.BootedShell(4, None)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(said.value).split()[-1]), 0)


def test_the_pages_show_what_is_drawn(drawn):
    page = (ROOT / "docs/capabilities.md").read_text()
    for name in drawn:
        assert f"images/{name}" in page
        ElementTree.parse(ROOT / "docs/images" / name)
