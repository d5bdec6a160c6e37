"""Reads the text off a machine's screen: VGA text out of its memory, pixels by the two fonts that are drawn with."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import font as terminus  # noqa: E402  (tools/font.py: the console's font)

TEXT_COLUMNS, TEXT_ROWS = 80, 25
BRIGHT = bytes(i > 0x60 for i in range(256))
KERNEL_CELL, KERNEL_GLYPH = (6, 9), (5, 8)  # dots: kernel/screen/pixels.c
CONSOLE_CELL = (8, 16)


def read_memory(data):
    """The rows of a page of VGA text: a character and its colours, 80 times 25."""
    codes = data[:TEXT_COLUMNS * TEXT_ROWS * 2:2]
    text = codes.decode("cp437").translate({0: " "})
    return [text[i:i + TEXT_COLUMNS].rstrip() for i in range(0, len(text), TEXT_COLUMNS)]


class Picture:
    """A PPM picture as dots that are lit or not, by the green of each pixel."""

    def __init__(self, data):
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        self.width, self.height = int(head[1]), int(head[2])
        lit = data[head.end():][1::3].translate(BRIGHT)
        self.rows = [lit[y * self.width:(y + 1) * self.width] for y in range(self.height)]
        if self.height % 2:  # of some screens QEMU leaves the last row out
            self.rows.append(bytes(self.width))
            self.height += 1


def kernel_glyphs():
    """{character: rows of dots} of the kernel's font."""
    with open(os.path.join(ROOT, "kernel/screen/font.c"), encoding="utf-8") as source:
        found = re.findall(r"\['(\\?.)' - ' '\] = \{([^}]*)\}", source.read())
    glyphs = {name[-1]: [int(row, 16) for row in rows.split(",")] for name, rows in found}
    assert len(glyphs) == 95
    return glyphs


def bits(value, count):
    return bytes(value >> i & 1 for i in reversed(range(count)))


def read_kernel(picture):
    """The text that kernel/screen/pixels.c drew."""
    scale_x = max(picture.width // (80 * KERNEL_CELL[0]), 1)
    scale_y = max(scale_x, 2)
    known = {b"".join(bits(row, KERNEL_GLYPH[0]) for row in rows): name for name, rows in kernel_glyphs().items()}
    lines = []
    for row in range(picture.height // (KERNEL_CELL[1] * scale_y)):
        dots = [picture.rows[(row * KERNEL_CELL[1] + y) * scale_y][::scale_x] for y in range(KERNEL_GLYPH[1])]
        cells = range(0, picture.width // scale_x - KERNEL_CELL[0] + 1, KERNEL_CELL[0])
        lines.append("".join(known.get(b"".join(d[x:x + KERNEL_GLYPH[0]] for d in dots), "\ufffd") for x in cells).rstrip())
    return lines


def read_console(picture, cache):
    """The text that the console drew; bold text reads as well."""
    known = {}
    for psf in terminus.fonts_get(cache).values():
        for code, rows in terminus.parse(psf).items():
            known.setdefault(b"".join(bits(row, CONSOLE_CELL[0]) for row in rows), chr(code))
    known[b"\0" * 128] = known[b"\1" * 128] = " "  # the cursor is a lit blank
    columns, rows = picture.width // CONSOLE_CELL[0], picture.height // CONSOLE_CELL[1]
    left = (picture.width - columns * CONSOLE_CELL[0]) // 2 & ~1
    top = (picture.height - rows * CONSOLE_CELL[1]) // 2
    lines = []
    for row in range(rows):
        dots = picture.rows[top + row * CONSOLE_CELL[1]:top + (row + 1) * CONSOLE_CELL[1]]
        cells = range(left, left + columns * CONSOLE_CELL[0], CONSOLE_CELL[0])
        lines.append("".join(known.get(b"".join(d[x:x + CONSOLE_CELL[0]] for d in dots), "\ufffd") for x in cells).rstrip())
    return lines
