/*
 * Damaged disks: an input chooses an image by its first byte, and changes a word of it by each twelve bytes that follow. The
 * file system may return any status; it must not read or write outside of its memory or of the disk, and must end.
 */
#include "tests/host/ext2/damage.h"
#include <stdlib.h>
#include <string.h>

static struct {
	u8 *image;
	u64 bytes;
} bases[3];

static void load_all(void)
{
	static const char *const names[] = {
		"build/fuzz/ext2-1024.img", "build/fuzz/ext2-2048.img", "build/fuzz/ext2-4096.img"};

	for (u32 n = 0; n < ARRAY_LEN(bases); n++) {
		kit_load(names[n]);
		bases[n].bytes = kit_image_bytes;
		bases[n].image = malloc(kit_image_bytes);
		memcpy(bases[n].image, kit_image, kit_image_bytes);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 which;

	if (!bases[0].image)
		load_all();
	if (!size)
		return 0;
	which = data[0] % ARRAY_LEN(bases); /* all are of one size, so kit_image has room */
	memcpy(kit_image, bases[which].image, bases[which].bytes);
	for (size_t at = 1; at + 12 <= size; at += 12) {
		u64 what;
		u32 value;

		memcpy(&what, data + at, sizeof(what));
		memcpy(&value, data + at + 8, sizeof(value));
		damage_one(what, value);
	}
	damage_walk(512);
	return 0;
}
