/* cpio "newc": the format of Linux's initramfs, made by a tool every system has; ELF sections or a
 * format of our own would save a few bytes a file and need one. */
#include "boot/archive.h"
#include "lib/string.h"

#define HEADER_BYTES 110
#define MODE_TYPE 0170000
#define MODE_REGULAR 0100000

/* Fields of 8 hexadecimal digits after the 6 of the magic (cpio(5)). */
enum { FIELD_MODE = 1, FIELD_FILESIZE = 6, FIELD_NAMESIZE = 11 };

static bool read_field(const u8 *header, u32 field, u64 *value)
{
	const u8 *digits = header + 6 + 8ul * field;

	*value = 0;
	for (u32 i = 0; i < 8; i++) {
		u32 c = digits[i], letter = (c | 0x20) - 'a', digit = c - '0';

		if (digit > 9 && letter > 5)
			return false;
		*value = *value << 4 | (digit <= 9 ? digit : letter + 10);
	}
	return true;
}

bool archive_find(const void *archive, size_t bytes, const char *path, struct archive_file *out)
{
	const u8 *base = archive;
	size_t length = strlen(path) + 1; /* names are stored with their NUL */
	u64 at = 0;

	while (bytes - at >= HEADER_BYTES) {
		const u8 *header = base + at;
		u64 mode, file_bytes, name_bytes, data_at;

		if (memcmp(header, "070701", 6) || !read_field(header, FIELD_MODE, &mode) ||
		    !read_field(header, FIELD_FILESIZE, &file_bytes) ||
		    !read_field(header, FIELD_NAMESIZE, &name_bytes))
			return false;
		/* Each term is below 2^33 + at, and at <= bytes: nothing overflows. */
		data_at = ALIGN_UP(at + HEADER_BYTES + name_bytes, 4ul);
		if (data_at > bytes || file_bytes > bytes - data_at)
			return false;
		if (name_bytes == length && !memcmp(header + HEADER_BYTES, path, length) &&
		    (mode & MODE_TYPE) == MODE_REGULAR) {
			*out = (struct archive_file){base + data_at, file_bytes};
			return true;
		}
		if (name_bytes == 11 && !memcmp(header + HEADER_BYTES, "TRAILER!!!", 11))
			return false;
		at = ALIGN_UP(data_at + file_bytes, 4ul);
		if (at > bytes)
			return false;
	}
	return false;
}
