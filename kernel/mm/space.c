/*
 * AddressSpace. A Frame's slot remembers where it is mapped, and the address space may go first;
 * so slots hold a reference that can be recognized as stale. A pointer would need a list of all mappings.
 *
 * seL4's ASIDs are indexes into a table, which holds a fixed number and so has to be shared out by capabilities of its own. Here
 * the reference is the page in which the AddressSpace lies and a number that no other ever had; a bit for each page of
 * memory is set while one lies there. So memory is the only limit to their number; each one's maker pays for it, and no
 * program can use them up for others. The processor needs no number of an address space: nothing here uses PCIDs
 * (docs/fast-path.md). When it does, a number would belong to the few address spaces that ran last, and no idle one would
 * hold any.
 */
#include "mm/space.h"
#include "lib/string.h"
#include "mm/log_account.h"
#include "mm/tlb.h"
#include "pc/paging.h"
#include "x86/layout.h"

#define TOP_SHIFT 39 /* of an address: its entry in the top-level table */
#define PAGE_NUMBER_BITS 26
_Static_assert(PHYS_MAP_BYTES >> PAGE_BITS == 1ul << PAGE_NUMBER_BITS,
	       "a page's number in a reference");

/* Bit n: an AddressSpace's header lies in page n. NULL before the root task is made. */
static u64 *present;
static u64 pages;
static u64 made; /* so far; 38 bits of it are in a reference */

u64 spaces_bytes(u64 end)
{
	return ALIGN_UP(end >> PAGE_BITS, 64) / 8;
}

void spaces_init(void *memory, u64 end)
{
	present = memory;
	pages = end >> PAGE_BITS;
}

static u64 page_of(u64 ref)
{
	return ref & ((1ul << PAGE_NUMBER_BITS) - 1);
}

static void set_present(const struct space *s, bool is_present)
{
	u64 page = page_of(s->ref), bit = 1ul << page % 64;

	if (page >= pages)
		return; /* the first, before there is a map: no slot refers to it */
	present[page / 64] = is_present ? present[page / 64] | bit : present[page / 64] & ~bit;
}

/* All that the kernel's half shows: each lies in one entry of the top-level table. */
static const u64 kernel_parts[] = {PHYS_MAP, DEVICE_MAP, KERNEL_BASE};
_Static_assert(PHYS_MAP_BYTES <= 1ul << TOP_SHIFT, "the physical map lies in one entry");

static u32 top_index(u64 va)
{
	return va >> TOP_SHIFT & 511;
}

void space_init(struct space *s, u64 *root)
{
	s->header.type = CAP_ADDRESS_SPACE;
	s->root = root;
	s->root_phys = virt_to_phys(root);
	s->ref = ++made << PAGE_NUMBER_BITS | virt_to_phys(s) >> PAGE_BITS;
	s->log_account = log_account_take();
	set_present(s, true);
	for (u32 i = 0; i < ARRAY_LEN(kernel_parts); i++)
		root[top_index(kernel_parts[i])] = kernel_pml4[top_index(kernel_parts[i])];
}

struct space *space_find(u64 ref)
{
	u64 page = page_of(ref);

	if (page >= pages || !(present[page / 64] >> page % 64 & 1))
		return NULL;
	/* A header is the first thing in its page, after the top-level table. */
	struct space *s = phys_to_virt(page << PAGE_BITS);

	return s->ref == ref ? s : NULL;
}

void space_destroy(struct space *s)
{
	tlb_leave(s->root_phys);
	set_present(s, false);
	log_account_leave(s->log_account);
}
