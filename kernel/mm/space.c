/*
 * AddressSpace. A Frame's slot remembers where it is mapped, and the address space may go first;
 * so slots hold a reference (index and generation) that can be seen to be stale, as seL4's ASIDs
 * do, rather than a pointer, which would need a list of all mappings.
 */
#include "mm/space.h"
#include "cap/identity.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "sched/switch.h"
#include "x86/paging.h"

#define INDEX_BITS 12
_Static_assert(SPACES == 1 << INDEX_BITS, "index of a reference");

static struct {
	struct space *space; /* NULL: free */
	u64 generation;
	u16 next_free;
} table[SPACES];
static u16 first_free; /* 0: none left, once the table is set up */
static u32 never_used = 1;

bool space_available(void)
{
	return first_free != 0 || never_used < SPACES;
}

bool space_init(struct space *s, u64 *root)
{
	u32 index;

	if (first_free) {
		index = first_free;
		first_free = table[index].next_free;
	} else if (never_used < SPACES) {
		index = never_used++;
	} else {
		return false;
	}
	table[index].space = s;
	s->header.type = CAP_ADDRESS_SPACE;
	s->root = root;
	s->root_phys = virt_to_phys(root);
	s->ref = ++table[index].generation << INDEX_BITS | index;
	memcpy(root + 256, kernel_pml4 + 256, 256 * sizeof(u64));
	return true;
}

struct space *space_find(u64 ref)
{
	u32 index = ref & (SPACES - 1);
	struct space *s = table[index].space;

	return s && s->ref == ref ? s : NULL;
}

void space_destroy(struct space *s)
{
	u32 index = s->ref & (SPACES - 1);

	space_leave(s->root_phys);
	table[index].space = NULL;
	table[index].next_free = first_free;
	first_free = (u16)index;
}

status_t address_space_decode(struct invocation *inv)
{
	struct space *s = (struct space *)inv->slot->object;

	if (inv->label != SPACE_INFO)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_READ))
		return ERR_RIGHTS;
	inv->result[0] = object_identity(&s->header);
	inv->results = 1;
	return OK;
}
