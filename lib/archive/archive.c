/*
 * The archive is untrusted: every length is checked before it is used. The kernel has a copy of this reader (boot/archive.c), since
 * it loads the first program; tests/host/loader holds both against the same archives.
 *
 * Weighed: seL4 links its programs into the loader's image, Linux unpacks its initramfs into a
 * file system. Here the archive stays where the boot loader put it and is never copied whole.
 */
#include "lib/archive/archive.h"
#include "lib/microk/string.h"

#define MAGIC "070701"
#define HEADER_BYTES 110
#define MODE_TYPE 0170000u
#define MODE_DIRECTORY 0040000u
#define MODE_FILE 0100000u
#define MODE_LINK 0120000u
#define MODE_RIGHTS 07777u
#define END_MARK "TRAILER!!!"

/* Fields of 8 hexadecimal digits after the 6 bytes of the magic (cpio(5)). */
enum header_field { FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME_SIZE = 11 };

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

const char *archive_next(const u8 *archive, size_t bytes, size_t *offset, struct archive_entry *out)
{
	u32 mode, size, name_size;
	size_t at = *offset;

	if (at > bytes || bytes - at < HEADER_BYTES)
		return "the archive ends in the middle of a header";
	const u8 *header = archive + at;
	if (memcmp(header, MAGIC, sizeof(MAGIC) - 1) != 0)
		return "no cpio header (070701) where one must be";
	if (!read_field(header, FIELD_MODE, &mode) || !read_field(header, FIELD_SIZE, &size) ||
	    !read_field(header, FIELD_NAME_SIZE, &name_size))
		return "a header field is not hexadecimal";
	if (name_size == 0 || name_size > bytes - at - HEADER_BYTES)
		return "a name reaches past the archive's end";
	const char *name = (const char *)header + HEADER_BYTES;
	if (strnlen(name, name_size) != name_size - 1)
		return "a name does not end in a NUL, or has one inside";
	size_t data = ALIGN_UP(at + HEADER_BYTES + name_size, 4ul);
	if (data > bytes || size > bytes - data)
		return "a file reaches past the archive's end";
	bool is_end = strcmp(name, END_MARK) == 0;
	*out = (struct archive_entry){
		.name = is_end ? NULL : name,
		.name_length = is_end ? 0 : name_size - 1,
		.is_file = (mode & MODE_TYPE) == MODE_FILE,
		.is_directory = (mode & MODE_TYPE) == MODE_DIRECTORY,
		.is_link = (mode & MODE_TYPE) == MODE_LINK,
		.mode = mode & MODE_RIGHTS,
		.data = archive + data,
		.bytes = size};
	*offset = MIN(ALIGN_UP(data + size, 4ul), bytes);
	return NULL;
}

/* A linear search: a loader looks up a handful of files, once each. */
bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out)
{
	struct archive_entry e;
	size_t at = 0;

	while (!archive_next(archive, bytes, &at, &e) && e.name)
		if (e.is_file && strcmp(e.name, path) == 0) {
			*out = (struct archive_file){e.data, e.bytes};
			return true;
		}
	return false;
}
