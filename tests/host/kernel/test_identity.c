/* Identities: the cipher against its authors' test vector, and numbers that are all different and never 0. */
#include "object/identity.h"
#include "machine.h"

#define MANY 200000

/* Beaulieu and others, 2013, appendix C: Speck48/96. The first two bits of the text are the mark of a slot. */
static void check_vector(void)
{
	u64 text = 0x6d2073696874, number = text & ((1ul << 46) - 1);

	MUST(text >> 46 == 1);
	identity_init(0x0a0908020100, 0x1a1918121110);
	MUST(slot_identity((const struct slot *)(host_memory + (number << 6))) == 0x735e10b6445d);
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Objects, slots and memory that begin in the same places, and objects that are made one after the other in one place. */
static void check_unique(void)
{
	static u64 seen[3 * MANY];
	struct kobject *o = (struct kobject *)host_memory;

	identity_init(1, 2);
	for (u64 i = 0; i < MANY; i++) {
		struct slot frame = {.type = CAP_FRAME, .base = i << PAGE_BITS};
		identity_give(o);
		seen[3 * i] = object_identity(o);
		MUST(object_identity(o) == seen[3 * i]);
		seen[3 * i + 1] = slot_identity((const struct slot *)(host_memory + (i << 6)));
		seen[3 * i + 2] = capability_identity(&frame);
		MUST(seen[3 * i + 1] >> IDENTITY_BITS == 0);
	}
	qsort(seen, ARRAY_LEN(seen), sizeof(*seen), compare);
	for (u64 i = 0; i < ARRAY_LEN(seen); i++)
		MUST(seen[i] && (i == 0 || seen[i] != seen[i - 1]));
	MUST(slot_identity(NULL) == 0);
}

int main(void)
{
	machine_begin(1);
	check_vector();
	check_unique();
	printf("%u identities, all different\n", 3 * MANY);
	return 0;
}
