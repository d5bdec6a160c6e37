/*
 *     test_damage IMAGE SEED ROUNDS     ROUNDS times: the image with some words changed at random is walked and changed
 */
#include "damage.h"
#include "tests/host/check.h"
#include <unistd.h>

int main(int count, char **arguments)
{
	unsigned long random, seed;
	u32 rounds, mounted = 0;
	u8 *base;

	if (count < 4)
		return 2;
	kit_load(arguments[1]);
	base = copy_exact(kit_image, kit_image_bytes);
	seed = strtoul(arguments[2], NULL, 10);
	rounds = (u32)strtoul(arguments[3], NULL, 10);
	for (u32 n = 0; n < rounds; n++) {
		random = (seed + n) * 2 + 1;
		random_next(&random);
		random_next(&random);
		memcpy(kit_image, base, kit_image_bytes);
		kit_seed = random_next(&random) % 2 ? random : 0;
		for (u32 i = 1 + random_next(&random) % 6; i; i--) {
			u64 what = random_next(&random);

			damage_one(what, random_next(&random));
		}
		alarm(20); /* an endless loop is a finding; the seed that repeats it is printed first */
		if (getenv("DAMAGE_TRACE"))
			printf("seed %lu\n", seed + n), fflush(stdout);
		mounted += damage_walk(512);
	}
	printf("%u of %u images could be mounted\n", mounted, rounds);
	CHECK(mounted > rounds / 4 || rounds < 20);
	free(base);
	free(kit_image);
	return check_result("damage");
}
