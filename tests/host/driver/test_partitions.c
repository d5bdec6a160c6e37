/* Tables of partitions, in the files that the arguments name; and thousands of damaged ones. */
#include "drivers/storage/partitions.h"
#include "tests/host/check.h"

static u8 *image;
static u64 image_sectors;
static u64 reads_outside;

static bool read_image(u64 sector, void *to, u32 bytes)
{
	if (sector + bytes / 512 > image_sectors || bytes > PARTITIONS_READ) {
		reads_outside++;
		return false;
	}
	memcpy(to, image + sector * 512, bytes);
	return true;
}

static void load(const char *path)
{
	FILE *f = fopen(path, "rb");

	fseek(f, 0, SEEK_END);
	image_sectors = (u64)ftell(f) / 512;
	rewind(f);
	image = malloc(image_sectors * 512);
	CHECK(fread(image, 512, image_sectors, f) == image_sectors);
	fclose(f);
}

/* Each partition lies within the disk and meets no other, whatever the table holds. */
static void check_all(const struct partition *p, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		if (p[i].sectors == 0)
			continue;
		CHECK(p[i].first > 0 && p[i].first + p[i].sectors <= image_sectors);
		CHECK(memchr(p[i].name, 0, sizeof(p[i].name)));
		for (u32 j = 0; j < i; j++)
			CHECK(p[j].sectors == 0 || p[i].first >= p[j].first + p[j].sectors ||
			      p[j].first >= p[i].first + p[i].sectors);
	}
}

static void print_all(u32 block)
{
	struct partition p[PARTITIONS_MAX];
	u32 count = partitions_find(read_image, image_sectors, block, p);

	check_all(p, count);
	for (u32 i = 0; i < count; i++)
		if (p[i].sectors)
			printf("%u %lu %lu %lx %lx %s\n", i + 1, p[i].first, p[i].sectors,
			       p[i].type[0], p[i].type[1], p[i].name);
	printf("--\n");
}

static void damage(unsigned long seed, u32 block)
{
	struct partition p[PARTITIONS_MAX];
	unsigned long state = seed;
	const u64 spots[] = {0, 1, 2, image_sectors - 1, image_sectors - 33, 2048};

	for (u32 round = 0; round < 3000; round++) {
		u8 *at = image + spots[random_next(&state) % 6] * 512 + random_next(&state) % 512;
		u8 was = *at;

		*at = (u8)random_next(&state);
		check_all(p, partitions_find(read_image, image_sectors, block, p));
		if (random_next(&state) % 4)
			*at = was;
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		load(argv[i]);
		print_all(512);
		damage((u64)i, 512);
		damage((u64)i + 100, 4096);
		free(image);
	}
	CHECK(reads_outside == 0);
	return check_result("partitions");
}
