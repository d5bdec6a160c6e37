#!/usr/bin/python3
"""font.py OUTPUT.c --cache FOLDER: the console's font as a C table.

The font is Terminus (regular and bold, 8x16; SIL Open Font License 1.1) from Debian's package
console-setup-linux. It is not kept in this tree: an installed copy is used where there is one,
else the package is fetched by apt and unpacked into the cache folder, which needs no root and
changes nothing on the machine. For any version of the package the fonts themselves must have
the SHA-256 below. Where there is no apt, the Terminus of Fedora's package terminus-fonts-console or Arch's terminus-font
is used: the same font, in a selection of its own, for which the system's package manager answers.

Glyphs are found by the table of Unicode code points inside the font (format PSF 1, or PSF 2, whose header is longer and
whose table is UTF-8; see psfgettable(1) in package kbd).
"""
import argparse
import gzip
import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import ending
import whole

PACKAGE = "console-setup-linux"
FOLDER = "usr/share/consolefonts"
FONTS = {
    "regular": ("Uni2-Terminus16.psf.gz", "002f331400ea0257f894a6b81fafa7a0ab8ba8b816149b81487043dbf2d37e1a"),
    "bold": ("Uni2-TerminusBold16.psf.gz", "a89dcd6a1038279a64965ce07eab69e59356014b613e46e24ab558a873651d4d"),
}
# The same font elsewhere: below which folder, and the files for both faces.
ELSEWHERE = ("usr/lib/kbd/consolefonts", "usr/share/kbd/consolefonts")
ELSEWHERE_FONTS = {"regular": "ter-v16n.psf.gz", "bold": "ter-v16b.psf.gz"}
PSF1_MAGIC = b"\x36\x04"
PSF2_MAGIC = b"\x72\xb5\x4a\x86"
PSF1_512_GLYPHS, PSF1_UNICODE = 1, 2
PSF1_SEPARATOR, PSF1_SEQUENCE = 0xFFFF, 0xFFFE
HEIGHT = 16


def fail(text):
    sys.exit(f"font: {text}")


def read_verified(root, name, sha256):
    """The unpacked font below root; None if it is missing or not the expected one."""
    try:
        data = gzip.decompress((root / FOLDER / name).read_bytes())
    except (OSError, EOFError, zlib.error):  # missing, or only half written
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def find_fonts(root):
    fonts = {face: read_verified(root, *source) for face, source in FONTS.items()}
    return fonts if all(fonts.values()) else None


def find_elsewhere(root):
    """The unpacked fonts of a system that is not Debian; None where they are missing."""
    for folder in ELSEWHERE:
        try:
            return {face: gzip.decompress((root / folder / name).read_bytes()) for face, name in ELSEWHERE_FONTS.items()}
        except (OSError, EOFError, zlib.error):
            continue
    return None


def apt(arguments, folder):
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def download(folder):
    """Fetches the package by the machine's package lists. If these do not work (a container often has none), uses lists of
    its own, kept beside the package."""
    got = apt(["download", PACKAGE], folder)
    if got.returncode != 0:
        own = ["-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]
        (folder / "lists/partial").mkdir(parents=True, exist_ok=True)
        (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
        got = apt([*own, "update"], folder)
        if got.returncode == 0:
            got = apt([*own, "download", PACKAGE], folder)
    if got.returncode != 0:
        fail(f"apt could not fetch Debian's package {PACKAGE}, which holds the console's font:\n"
             f"{got.stderr.strip()}\nInstall {PACKAGE} or get this machine on line, then try again.")


def put(unpacked, place):
    """Moves the unpacked package to its place, where an older or a broken one may be. For --cache / that would be root's home."""
    if place.exists() and not (place / FOLDER).exists():
        fail(f"{place} is something else than the unpacked package; name another folder by --cache")
    shutil.rmtree(place, ignore_errors=True)
    unpacked.rename(place)


def fetch(cache):
    """Puts the unpacked package into cache/root, whole or not at all, because builds may run at the same time."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = pathlib.Path(name)
        try:
            download(folder)
            package, = folder.glob(f"{PACKAGE}_*.deb")
            subprocess.run(["dpkg-deb", "-x", package, folder / "root"], check=True)
        except FileNotFoundError as error:
            fail(f"{error.filename} is missing: this is not Debian. Install the system's Terminus for the console "
                 f"(tools/setup.sh build names it), or put {FOLDER}/ of Debian's package "
                 f"{PACKAGE} below / or below {cache}/root/, then try again.")
        except (ValueError, subprocess.CalledProcessError):
            fail(f"Debian's package {PACKAGE} could not be unpacked")
        if find_fonts(folder / "root") and not find_fonts(cache / "root"):
            put(folder / "root", cache / "root")


def fonts_get(cache):
    fonts = find_fonts(pathlib.Path("/")) or find_fonts(cache / "root")
    if not fonts and not shutil.which("apt-get"):
        fonts = find_elsewhere(pathlib.Path("/"))
    if not fonts:
        fetch(cache)
        fonts = find_fonts(cache / "root")
    if not fonts:
        names = " and ".join(name for name, _ in FONTS.values())
        fail(f"{names} of {PACKAGE} are not the files known to tools/font.py (their SHA-256 differ). "
             f"If Debian changed the fonts, look at the result and enter the new sums there.")
    return fonts


def parse_psf2(psf):
    """{code point: 16 rows} of a PSF 2 font: eight words of header, the glyphs, for each its characters in UTF-8."""
    _, header, flags, count, size, height, width = struct.unpack_from("<7I", psf, 4)
    if (size, height, width) != (HEIGHT, HEIGHT, 8) or not flags & 1 or len(psf) < header + count * size:
        fail("the font is not an 8x16 PSF 2 font with a Unicode table")
    entries = psf[header + count * size:].split(b"\xff")[:-1]
    if len(entries) != count:
        fail(f"the font's Unicode table is for {len(entries)} glyphs, but it has {count}")
    table = {}
    for glyph, entry in enumerate(entries):
        for character in entry.split(b"\xfe")[0].decode("utf-8", "replace"):  # after fe: several shown as one
            table.setdefault(ord(character), psf[header + glyph * size:header + (glyph + 1) * size])
    return table


def parse(psf):
    """{code point: 16 rows} of a font."""
    if psf[:4] == PSF2_MAGIC:
        return parse_psf2(psf)
    mode, height = psf[2], psf[3]
    if psf[:2] != PSF1_MAGIC or height != HEIGHT or not mode & PSF1_UNICODE:
        fail("the font is not an 8x16 PSF 1 font with a Unicode table")
    count = 512 if mode & PSF1_512_GLYPHS else 256
    glyphs = [psf[4 + i * height:4 + (i + 1) * height] for i in range(count)]
    table, glyph, sequence = {}, 0, False
    for i in range(4 + count * height, len(psf) - 1, 2):
        code = psf[i] | psf[i + 1] << 8
        if code == PSF1_SEPARATOR:
            glyph, sequence = glyph + 1, False
        elif code == PSF1_SEQUENCE:
            sequence = True  # several code points shown as one: not for a grid of single ones
        elif not sequence:
            table.setdefault(code, glyphs[glyph])
    if glyph != count:
        fail(f"the font's Unicode table is for {glyph} glyphs, but it has {count}")
    return table


def c_table(name, table, codes):
    rows = (", ".join(f"0x{byte:02x}" for byte in table[code]) for code in codes)
    body = "".join(f"\t{{{row}}}, /* U+{code:04X} */\n" for row, code in zip(rows, codes))
    return f"const u8 font_{name}[][FONT_HEIGHT] = {{\n{body}}};\n"


def convert(fonts):
    regular, bold = parse(fonts["regular"]), parse(fonts["bold"])
    for table in (regular, bold):  # the sign for characters without a glyph, if the font has none
        table.setdefault(0xFFFD, table.get(ord("?"), bytes(HEIGHT)))
    codes = sorted(regular.keys() & bold.keys())
    for code in [*range(0x20, 0x7F), *range(0x2500, 0x2503), 0xFFFD]:
        if code not in codes:
            fail(f"the font has no glyph for U+{code:04X}")
    numbers = "".join(f"\t0x{code:04x},\n" for code in codes)
    return (f"/* Generated by tools/font.py from {FONTS['regular'][0]} and {FONTS['bold'][0]}. */\n"
            '#include "drivers/console/font.h"\n\n'
            f"const u32 font_count = {len(codes)};\n\n"
            f"const u16 font_codes[] = {{\n{numbers}}};\n\n"
            + c_table("regular", regular, codes) + "\n" + c_table("bold", bold, codes))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("output", type=pathlib.Path)
    arguments.add_argument("--cache", type=pathlib.Path, required=True)
    chosen = arguments.parse_args()
    text = convert(fonts_get(chosen.cache.resolve()))
    whole.write(chosen.output, text)


if __name__ == "__main__":
    ending.run("font", main)
