#include "drivers/storage/partitions.h"
#include "lib/microk/string.h"

#define SECTOR 512u

/* ---- Little-endian numbers at any place ---- */

static u32 get4(const u8 *at)
{
	return at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}

static u64 get8(const u8 *at)
{
	return get4(at) | (u64)get4(at + 4) << 32;
}

/* CRC-32 as UEFI uses it: polynomial 0x04c11db7, reflected. */
static u32 crc32(u32 crc, const u8 *data, u32 bytes)
{
	crc = ~crc;
	for (u32 i = 0; i < bytes; i++) {
		crc ^= data[i];
		for (u32 bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* ---- MBR ---- */

#define MBR_TABLE 446
#define MBR_ENTRIES 4
#define MBR_TYPE 4
#define MBR_FIRST 8
#define MBR_SECTORS 12
#define TYPE_GPT 0xee
#define LOGICAL_MAX 32

static bool is_extended(u8 type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

static bool has_signature(const u8 *sector)
{
	return sector[510] == 0x55 && sector[511] == 0xaa;
}

/* A file system's first sector has the signature, too; in a table the first byte of each entry is 0 or 0x80. */
static bool is_table(const u8 *sector)
{
	bool any = false;

	for (u32 i = 0; i < MBR_ENTRIES; i++) {
		const u8 *e = sector + MBR_TABLE + (size_t)i * 16;
		if (e[0] & 0x7f)
			return false;
		any |= e[MBR_TYPE] != 0;
	}
	return has_signature(sector) && any;
}

static bool is_inside(u64 first, u64 sectors, u64 all)
{
	return first > 0 && sectors > 0 && first < all && sectors <= all - first;
}

static struct partition mbr_entry(const u8 *e, u64 base, u64 all)
{
	u64 first = base + get4(e + MBR_FIRST), sectors = get4(e + MBR_SECTORS);

	if (e[MBR_TYPE] == 0 || !is_inside(first, sectors, all))
		return (struct partition){0};
	return (struct partition){.first = first, .sectors = sectors, .type = {e[MBR_TYPE], 0}};
}

/* Logical partitions are a chain of tables in the extended one; each next place is relative to its beginning. */
static u32 find_logical(partitions_read *read, u64 extended, u64 all, struct partition *out)
{
	static u8 sector[SECTOR];
	u64 at = extended;
	u32 count = 0;

	while (count < LOGICAL_MAX && at < all && read(at, sector, SECTOR) && is_table(sector)) {
		const u8 *own = sector + MBR_TABLE, *next = own + 16;

		out[count++] = mbr_entry(own, at, all);
		u64 to = extended + get4(next + MBR_FIRST);
		if (!is_extended(next[MBR_TYPE]) || to <= at)
			break;
		at = to;
	}
	return count;
}

static u32 find_mbr(partitions_read *read, const u8 *sector, u64 all, struct partition *out)
{
	u32 count = MBR_ENTRIES;

	for (u32 i = 0; i < MBR_ENTRIES; i++) {
		const u8 *e = sector + MBR_TABLE + (size_t)i * 16;

		out[i] = mbr_entry(e, 0, all);
		if (!is_extended(e[MBR_TYPE]) || out[i].sectors == 0)
			continue;
		if (count == MBR_ENTRIES)
			count += find_logical(read, out[i].first, all, out + MBR_ENTRIES);
		out[i].sectors = 0; /* its partitions are handed out, and not the chain of tables */
	}
	return count;
}

/* ---- GPT ---- */

#define GPT_ENTRY 128u

/* Of the header (UEFI 2.10, 5.3.2). */
enum {
	GPT_HEADER_BYTES = 12,
	GPT_HEADER_CRC = 16,
	GPT_OWN = 24,
	GPT_FIRST_USABLE = 40,
	GPT_LAST_USABLE = 48,
	GPT_ENTRIES_AT = 72,
	GPT_ENTRIES = 80,
	GPT_ENTRY_BYTES = 84,
	GPT_ENTRIES_CRC = 88,
	GPT_HEADER_LEAST = 92
};

/* And of an entry (5.3.3). */
enum { ENTRY_FIRST = 32, ENTRY_LAST = 40, ENTRY_NAME = 56 };

static u8 table[PARTITIONS_READ];

static bool check_header(u8 *h, u64 block_number, u32 block)
{
	u32 bytes = get4(h + GPT_HEADER_BYTES), crc = get4(h + GPT_HEADER_CRC);

	if (memcmp(h, "EFI PART", 8) != 0 || bytes < GPT_HEADER_LEAST || bytes > block ||
	    get8(h + GPT_OWN) != block_number)
		return false;
	memset(h + GPT_HEADER_CRC, 0, 4);
	return crc32(0, h, bytes) == crc;
}

/* Only tables of the usual form are read: entries of 128 bytes, at most 128. */
static bool read_entries(partitions_read *read, const u8 *h, u64 blocks, u32 block, u32 *entries)
{
	u64 at = get8(h + GPT_ENTRIES_AT);
	u32 count = get4(h + GPT_ENTRIES);

	if (get4(h + GPT_ENTRY_BYTES) != GPT_ENTRY || count == 0 ||
	    count > PARTITIONS_READ / GPT_ENTRY || at >= blocks)
		return false;
	u32 bytes = count * GPT_ENTRY, whole = ALIGN_UP(bytes, block);
	if (whole / block > blocks - at || !read(at * (block / SECTOR), table, whole))
		return false;
	*entries = count;
	return crc32(0, table, bytes) == get4(h + GPT_ENTRIES_CRC);
}

static struct partition gpt_entry(const u8 *e, u64 first_usable, u64 last_usable, u64 blocks,
				  u32 block)
{
	u64 first = get8(e + ENTRY_FIRST), last = get8(e + ENTRY_LAST);
	struct partition p = {.type = {get8(e), get8(e + 8)}};

	/* Blocks 0 and 1 have the MBR and the header. */
	if (first < 2 || (p.type[0] == 0 && p.type[1] == 0) || first < first_usable ||
	    last > last_usable || first > last || last >= blocks)
		return (struct partition){0};
	p.first = first * (block / SECTOR);
	p.sectors = (last - first + 1) * (block / SECTOR);
	for (u32 i = 0; i < PARTITION_NAME; i++) {
		u16 c = (u16)(e[ENTRY_NAME + 2 * i] | e[ENTRY_NAME + 2 * i + 1] << 8);
		if (c == 0)
			break;
		p.name[i] = c >= ' ' && c < 0x7f ? (char)c : '?';
	}
	return p;
}

static u32 find_gpt(partitions_read *read, u64 block_number, u64 blocks, u32 block,
		    struct partition *out)
{
	static u8 header[4096];
	u32 entries;

	if (block > sizeof(header) || block_number >= blocks ||
	    !read(block_number * (block / SECTOR), header, block) ||
	    !check_header(header, block_number, block) ||
	    !read_entries(read, header, blocks, block, &entries))
		return 0;
	entries = MIN(entries, (u32)PARTITIONS_MAX);
	u32 last = 0;
	for (u32 i = 0; i < entries; i++) {
		out[i] = gpt_entry(table + (size_t)i * GPT_ENTRY, get8(header + GPT_FIRST_USABLE),
				   get8(header + GPT_LAST_USABLE), blocks, block);
		if (out[i].sectors > 0)
			last = i + 1;
	}
	return last;
}

/* A partition that overlaps an earlier one would give its holder sectors of that one. */
static void drop_overlaps(struct partition *p, u32 count)
{
	for (u32 i = 1; i < count; i++)
		for (u32 j = 0; j < i; j++)
			if (p[i].sectors > 0 && p[j].sectors > 0 &&
			    p[i].first < p[j].first + p[j].sectors &&
			    p[j].first < p[i].first + p[i].sectors)
				p[i] = (struct partition){0};
}

static u32 find_any(partitions_read *read, u64 sectors, u32 block, struct partition *out)
{
	static u8 first[4096];
	u64 blocks = sectors / (block / SECTOR);
	u32 count;

	if (blocks < 2 || block > sizeof(first) || !read(0, first, block) || !is_table(first))
		return 0;
	for (u32 i = 0; i < MBR_ENTRIES; i++)
		if (first[MBR_TABLE + i * 16 + MBR_TYPE] == TYPE_GPT) {
			count = find_gpt(read, 1, blocks, block, out);
			return count ? count : find_gpt(read, blocks - 1, blocks, block, out);
		}
	return find_mbr(read, first, sectors, out);
}

u32 partitions_find(partitions_read *read, u64 sectors, u32 block,
		    struct partition out[PARTITIONS_MAX])
{
	memset(out, 0, PARTITIONS_MAX * sizeof(out[0]));
	u32 count = find_any(read, sectors, block, out);

	drop_overlaps(out, count);
	return count;
}
