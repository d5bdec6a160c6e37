/*
 * A linear search is enough: init looks up a few files, once each.
 *
 * Weighed: seL4 links its programs into the loader's image, Linux unpacks its initramfs into a
 * file system. Here the archive stays where the boot loader put it and is never copied whole.
 */
#include "lib/archive/archive.h"
#include "lib/microk/string.h"

#define HEADER_BYTES 110
#define FIELD_SIZE 6  /* index of c_filesize among the 8-digit fields */
#define FIELD_NAME 11 /* of c_namesize, which counts the closing zero */

static bool read_field(const u8 *header, u32 index, u64 *out)
{
	const u8 *digits = header + 6 + 8ul * index;
	u64 value = 0;

	for (u32 i = 0; i < 8; i++) {
		u8 c = digits[i];
		u64 digit = c >= '0' && c <= '9'   ? c - (u64)'0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10ul
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10ul
						   : 16;
		if (digit == 16)
			return false;
		value = value << 4 | digit;
	}
	*out = value;
	return true;
}

bool archive_find(const u8 *archive, size_t bytes, const char *path, struct archive_file *out)
{
	size_t wanted = strlen(path) + 1, at = 0;

	while (bytes - at >= HEADER_BYTES) {
		const u8 *header = archive + at;
		u64 size, name;
		if (memcmp(header, "070701", 6) != 0 || !read_field(header, FIELD_SIZE, &size) ||
		    !read_field(header, FIELD_NAME, &name))
			return false;
		/* Both are below 2^32, so none of these sums can wrap. */
		u64 data = ALIGN_UP(HEADER_BYTES + name, 4ul), next = ALIGN_UP(data + size, 4ul);
		if (name == 0 || data + size > bytes - at ||
		    header[HEADER_BYTES + name - 1] != '\0')
			return false;
		const char *found = (const char *)header + HEADER_BYTES;
		if (name == wanted && memcmp(found, path, wanted) == 0) {
			*out = (struct archive_file){header + data, size};
			return true;
		}
		if (name == 11 && memcmp(found, "TRAILER!!!", 11) == 0)
			return false;
		if (next > bytes - at)
			return false;
		at += next;
	}
	return false;
}
