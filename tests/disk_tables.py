"""Tables of partitions for the images of tests: GPT (UEFI Specification 2.10, chapter 5) and MBR, as {place in bytes: bytes}."""
import struct
import uuid
import zlib

SECTOR = 512
LINUX = uuid.UUID("0FC63DAF-8483-4772-8E79-3D69D8477DE4")
ENTRIES, ENTRY_BYTES = 128, 128
ENTRY_SECTORS = ENTRIES * ENTRY_BYTES // SECTOR


def image(path, mib, parts):
    """Writes an image of this size, all 0 but for the parts; returns its path."""
    with open(path, "wb") as f:
        f.truncate(mib << 20)
        for place, data in parts.items():
            f.seek(place)
            f.write(data)
    return path


def mbr_sector(entries):
    """The first sector with entries (first, sectors, type)."""
    table = b"".join(struct.pack("<B3sB3sII", 0, b"", kind, b"", first, sectors) for first, sectors, kind in entries)
    return b"\0" * 446 + table.ljust(64, b"\0") + b"\x55\xaa"


def mbr(entries, logical=None):
    """`logical`: {place of its table in sectors: (first, sectors, type), its first relative to that}, in the extended partition."""
    parts, places = {0: mbr_sector(entries)}, sorted(logical or {})
    for at, following in zip(places, [*places[1:], None]):
        link = [] if following is None else [(following - places[0], 1, 5)]
        parts[at * SECTOR] = mbr_sector([logical[at], *link])
    return parts


def gpt_header(own, other, entries_at, sectors, entries_crc):
    def pack(crc):
        return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, own, other, 2 + ENTRY_SECTORS,
                           sectors - 2 - ENTRY_SECTORS, uuid.UUID(int=1).bytes_le, entries_at, ENTRIES, ENTRY_BYTES, entries_crc)
    return pack(zlib.crc32(pack(0)))


def gpt(sectors, partitions):
    """A disk of this many sectors with partitions (first, sectors, name), all of Linux's type."""
    entries = b"".join(struct.pack("<16s16sQQQ72s", LINUX.bytes_le, uuid.UUID(int=number + 2).bytes_le, first, first + count - 1, 0,
                                   name.encode("utf-16-le")) for number, (first, count, name) in enumerate(partitions))
    entries = entries.ljust(ENTRIES * ENTRY_BYTES, b"\0")
    crc, last = zlib.crc32(entries), sectors - 1
    return {0: mbr_sector([(1, last, 0xee)]),
            SECTOR: gpt_header(1, last, 2, sectors, crc), 2 * SECTOR: entries,
            (last - ENTRY_SECTORS) * SECTOR: entries,
            last * SECTOR: gpt_header(last, 1, last - ENTRY_SECTORS, sectors, crc)}
