/* The kernel's own copy of lib/archive: the first program is loaded before there is user space. cpio "newc" is the format of
 * Linux's initramfs, and every system has a tool that makes it. ELF sections or a format of our own would save a few bytes a
 * file, but would need a tool of our own. */
#include "boot/archive.h"
#include "lib/string.h"

#define MAGIC "070701"
#define HEADER_BYTES 110
#define MODE_TYPE 0170000u
#define MODE_FILE 0100000u
#define END_MARK "TRAILER!!!"

/* Fields of 8 hexadecimal digits after the 6 bytes of the magic (cpio(5)). */
enum header_field { FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME_SIZE = 11 };

struct entry {
	const char *name;  /* as stored, with its NUL */
	size_t name_bytes; /* with the NUL */
	u32 mode;
	struct archive_file file;
};

static bool read_field(const u8 *header, enum header_field field, u32 *value)
{
	const u8 *digits = header + 6 + 8ul * field;

	*value = 0;
	for (u32 i = 0; i < 8; i++) {
		u32 digit = digits[i] - (u32)'0', letter = (digits[i] | 0x20u) - 'a';

		if (digit > 9 && letter > 5)
			return false;
		*value = *value << 4 | (digit <= 9 ? digit : letter + 10);
	}
	return true;
}

/* Reads the entry at *offset and moves *offset past it. False: it is damaged. */
static bool next_entry(const u8 *archive, size_t bytes, size_t *offset, struct entry *out)
{
	u32 size, name_size;
	size_t at = *offset, data;
	const u8 *header = archive + at;

	if (at > bytes || bytes - at < HEADER_BYTES ||
	    memcmp(header, MAGIC, sizeof(MAGIC) - 1) != 0 ||
	    !read_field(header, FIELD_MODE, &out->mode) || !read_field(header, FIELD_SIZE, &size) ||
	    !read_field(header, FIELD_NAME_SIZE, &name_size))
		return false;
	if (name_size == 0 || name_size > bytes - at - HEADER_BYTES)
		return false;
	out->name = (const char *)header + HEADER_BYTES;
	out->name_bytes = name_size;
	if (out->name[name_size - 1] != 0 || strlen(out->name) != name_size - 1)
		return false;
	data = ALIGN_UP(at + HEADER_BYTES + name_size, 4ul);
	if (data > bytes || size > bytes - data)
		return false;
	out->file = (struct archive_file){archive + data, size};
	*offset = MIN(ALIGN_UP(data + size, 4ul), bytes);
	return true;
}

static bool is_named(const struct entry *e, const char *name)
{
	return e->name_bytes == strlen(name) + 1 && memcmp(e->name, name, e->name_bytes) == 0;
}

bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out)
{
	struct entry e;
	size_t at = 0;

	while (next_entry(archive, bytes, &at, &e) && !is_named(&e, END_MARK))
		if ((e.mode & MODE_TYPE) == MODE_FILE && is_named(&e, path)) {
			*out = e.file;
			return true;
		}
	return false;
}
