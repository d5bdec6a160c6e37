"""The console's logic on the host, under sanitizers: a terminal's behaviour needs no machine to test."""
import gzip
import os
import pathlib
import struct
import subprocess
import sys
import unicodedata

import pytest

SOURCES = "tests/host/console"
DRIVER, TEXT, DISCIPLINE = "drivers/console", "lib/text", "lib/terminal"
FLAGS = ["-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall",
         "-Wextra", "-Werror", "-I.", "-Ikernel/include", f"-I{SOURCES}"]

TERMINAL = ["terminal", "emulate", "answer", "edit", "grid", "history", "mode", "move", "parser", "sgr", "palette"]
SCREEN = [*TERMINAL, "render", "paint_pixels", "paint_text", "vga_colours", "font"]
LAYOUTS = ["us", "uk", "de", "fr", "es", "it", "pt", "se", "ch", "pl"]
KEYBOARD = ["keyboard", "layout", *(f"layouts/{name}" for name in LAYOUTS)]
SESSION = [*SCREEN, *KEYBOARD, "session", "requests", "kept", "delivered", "sending", "readers", "watchers", "written", "output", "mirror", "remote"]
PROGRAMS = {
    "text": [],
    "terminal": TERMINAL,
    "sequences": TERMINAL,
    "keyboard": KEYBOARD,
    "ldisc": [],
    "mirror": ["mirror"],
    "remote": ["remote"],
    "render": SCREEN,
    "journal": ["journal"],
    "session": SESSION,
    "deaths": SESSION,
}


def run(command, root):
    got = subprocess.run(command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=120, check=False)
    assert got.returncode == 0, f"{' '.join(map(str, command))}\n{got.stdout}"
    return got.stdout


@pytest.fixture(scope="module")
def generated(root, tmp_path_factory):
    """The folder of generated files: protocol headers and the font."""
    folder = tmp_path_factory.mktemp("console")
    run(["/usr/bin/python3", "tools/idl/idl.py", "protocols/file.idl", "protocols/log.idl", "protocols/tty.idl", "--out",
         folder / "gen"], root)
    run(["/usr/bin/python3", "tools/font.py", folder / "font_data.c", "--cache", "build/downloads/font"], root)
    return folder


@pytest.mark.parametrize("name", PROGRAMS)
def test_console(name, root, generated, tmp_path):
    objects = [f"{DRIVER}/{source}.c" for source in PROGRAMS[name]]
    objects += [f"{TEXT}/{source}.c" for source in ("compose", "utf8", "width")]
    objects += [f"{DISCIPLINE}/{source}.c" for source in ("ldisc", "ldisc_read", "line", "settings", "settings_message")]
    if "font" in PROGRAMS[name]:
        objects.append(generated / "font_data.c")
    program = tmp_path / name
    run(["gcc", *FLAGS, f"-I{generated}", f"{SOURCES}/test_{name}.c", *objects, "-o", program], root)
    assert run([program], root).endswith(f"{name}: ok\n")


def test_widths_and_compositions_are_unicodes(root, tmp_path):
    """Of each character that this Python knows, too; its Unicode may be newer or older than the table's."""
    program = tmp_path / "text"
    run(["gcc", *FLAGS, f"{SOURCES}/test_text.c", *(f"{TEXT}/{source}.c" for source in ("compose", "utf8", "width")), "-o", program], root)
    widths, *rows = run([program, "table"], root).split("\n")
    wrong = {f"{code:04x}": (width, found) for code, found in enumerate(map(int, widths), 0x20)
             if (width := width_of(chr(code))) not in (None, found)}
    assert len(wrong) <= 40, wrong  # characters whose width another Unicode has changed
    for letter, mark, whole in (map(lambda word: chr(int(word, 16)), row.split()) for row in rows if row):
        assert unicodedata.normalize("NFC", letter + mark) == whole
    assert len(rows) > 150


def width_of(char):
    """As lib/text/width.h defines it; None of a character that Unicode has not assigned, and of controls."""
    category = unicodedata.category(char)
    if category in ("Cn", "Cc", "Cs"):
        return None
    if char == "\u00ad":
        return 1
    if category in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def test_every_program_is_run(root):
    """A test file that is never run would be no test."""
    files = {f for f in os.listdir(os.path.join(root, SOURCES)) if f.startswith("test_")}
    assert files == {f"test_{name}.c" for name in PROGRAMS}


def test_a_font_that_was_half_written_counts_as_none(root, tmp_path):
    """A download whose middle is missing: fetched again, and no traceback."""
    sys.path.insert(0, os.path.join(root, "tools"))
    import font
    whole = gzip.compress(b"glyph" * 99)
    (tmp_path / font.FOLDER).mkdir(parents=True)
    for broken in (b"", whole[:20], bytes(len(whole)), whole[:10] + b"\xff" * 8 + whole[18:]):
        (tmp_path / font.FOLDER / "x.gz").write_bytes(broken)
        assert font.read_verified(tmp_path, "x.gz", "") is None


def test_a_folder_that_is_not_the_fonts_package_stays(root, tmp_path):
    sys.path.insert(0, os.path.join(root, "tools"))
    import font
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "kept").write_text("kept")
    for _ in range(2):
        (tmp_path / "new" / font.FOLDER).mkdir(parents=True)
        with pytest.raises(SystemExit, match="name another folder by --cache"):
            font.put(tmp_path / "new", tmp_path / "root")
        assert (tmp_path / "root" / "kept").exists()
        font.put(tmp_path / "new", tmp_path / "package")
        assert (tmp_path / "package" / font.FOLDER).exists()


def test_a_font_of_another_system_is_read_alike(root, tmp_path):
    """PSF 2, as Fedora and Arch have Terminus, made here of Debian's PSF 1: the same glyphs for the same characters."""
    sys.path.insert(0, os.path.join(root, "tools"))
    import font
    debian = font.parse(font.fonts_get(pathlib.Path(root, "build/downloads/font"))["regular"])
    header = font.PSF2_MAGIC + struct.pack("<7I", 0, 32, 1, len(debian), 16, 16, 8)
    names = b"".join(chr(code).encode() + b"\xfeab\xff" for code in debian)
    whole = header + b"".join(debian.values()) + names
    assert font.parse(whole) == debian
    for name in font.ELSEWHERE_FONTS.values():
        (tmp_path / font.ELSEWHERE[1]).mkdir(parents=True, exist_ok=True)
        (tmp_path / font.ELSEWHERE[1] / name).write_bytes(gzip.compress(whole))
    assert font.find_elsewhere(tmp_path) == {"regular": whole, "bold": whole} and font.find_elsewhere(tmp_path / "none") is None
    assert "0xfffd" in font.convert({"regular": whole, "bold": whole})
    with pytest.raises(SystemExit):
        font.parse(whole[:-1])
