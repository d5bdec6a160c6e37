/*
 * Page tables and the TLB, looked at from outside: every present entry is there by a capability that records it,
 * and so is every entry that the TLB may still hold. The TLB is the worst that is allowed: it holds every entry that there
 * ever was.
 */
#include "check_maps.h"
#include "x86/pte.h"
#include "mm/frame.h"
#include "mm/map.h"
#include "mm/space.h"

#define SLOTS 20000
#define CACHED 200000

static const struct slot *slots[SLOTS];
static u32 slot_count;
static u32 last_said; /* neighbours mostly stand for neighbours */
static struct entry {
	u64 value, address;
	u32 level;
} cached[CACHED];
static u32 cached_count;
static u64 loaded; /* the root of the cached entries */

static bool is_leaf(const struct entry *e)
{
	return e->level == 1 || (e->value & PTE_LARGE);
}

/* As the processor does: an invlpg takes the page's entry, and all that names tables. */
static void forget(u64 root_phys, u64 address)
{
	u32 kept = 0;

	if (root_phys != loaded)
		return;
	for (u32 i = 0; address != MACHINE_TLB_ALL && i < cached_count; i++) {
		u64 span = PAGE_SIZE << 9 * (cached[i].level - 1);
		if (is_leaf(&cached[i]) && ALIGN_DOWN(address, span) != cached[i].address)
			cached[kept++] = cached[i];
	}
	cached_count = kept;
}

void maps_begin(void)
{
	machine_tlb = forget;
	maps_load(0);
}

void maps_load(u64 root_phys)
{
	loaded = root_phys;
	cached_count = 0;
}

/* ---- the capabilities that record it: those of the root's CNode, and of the CNodes in it ---- */
static bool matters(const struct slot *s)
{
	bool is_mapped = (s->type == CAP_FRAME || s->type == CAP_PAGE_TABLE) && s->space;

	return is_mapped || s->type == CAP_ADDRESS_SPACE;
}

static void collect(const struct cnode *c)
{
	for (u64 i = 0; i < c->count; i++) {
		if (matters(&c->slots[i])) {
			MUST(slot_count < SLOTS);
			slots[slot_count++] = &c->slots[i];
		}
		if (c == machine_root && c->slots[i].type == CAP_CNODE &&
		    c->slots[i].object != &c->header)
			collect((const struct cnode *)c->slots[i].object);
	}
}

static bool frame_says(const struct slot *s, const struct entry *e)
{
	u64 mask = e->level == 2 ? ~(LARGE_PAGE - 1) : ~0ul; /* bit 12 is PAT */
	u64 phys = e->value & PTE_ADDRESS & mask;

	return s->type == CAP_FRAME && e->address >= frame_address(s) &&
	       e->address < frame_address(s) + frame_mapped_pages(s) * PAGE_SIZE &&
	       phys - s->base == e->address - frame_address(s) &&
	       (!(e->value & PTE_WRITE) ||
		((s->rights & RIGHT_WRITE) && (s->flags & SLOT_WRITER))) &&
	       ((e->value & PTE_NX) || ((s->rights & RIGHT_EXEC) && (s->flags & SLOT_EXECUTER)));
}

static bool table_says(const struct slot *s, const struct entry *e)
{
	return s->type == CAP_PAGE_TABLE && s->base == (e->value & PTE_ADDRESS) &&
	       s->size == e->level - 1 && s->badge == e->address;
}

static bool slot_says(const struct slot *s, const struct entry *e, const struct space *in)
{
	return s->type != CAP_ADDRESS_SPACE && s->space == in->ref &&
	       (is_leaf(e) ? frame_says(s, e) : table_says(s, e));
}

static void check_entry(const struct entry *e, const struct space *in)
{
	for (u32 n = 0; n < slot_count; n++) {
		u32 i = (last_said + n) % slot_count;
		if (slot_says(slots[i], e, in)) {
			last_said = i;
			return;
		}
	}
	MUST(!"an entry that no capability stands for");
}

/* ---- W^X, in one address space: how each page of memory is mapped there ---- */
static struct {
	bool written, executed;
} pages[HOST_MEMORY_BYTES / PAGE_SIZE];

static void begin_pages(void)
{
	memset(pages, 0, sizeof(pages));
}

static void note_pages(const struct entry *e)
{
	u64 count = e->level == 2 ? 512 : 1;
	u64 phys = e->value & PTE_ADDRESS & ~(count * PAGE_SIZE - 1);

	for (u64 i = 0; i < count; i++) {
		u64 page = phys / PAGE_SIZE + i;
		MUST(page < ARRAY_LEN(pages));
		pages[page].written |= (e->value & PTE_WRITE) != 0;
		pages[page].executed |= (e->value & PTE_NX) == 0;
		MUST(!pages[page].written || !pages[page].executed);
	}
}

/* ---- the entries that exist ---- */
static u64 walk(const struct space *in, const u64 *table, u32 level, u64 address, bool cache)
{
	u64 leaves = 0;

	for (u64 i = 0; i < (level == 4 ? 256 : 512); i++) {
		if (!(table[i] & PTE_PRESENT))
			continue;
		struct entry e = {table[i], address | i << (PAGE_BITS + 9 * (level - 1)), level};
		check_entry(&e, in);
		if (is_leaf(&e)) {
			note_pages(&e);
			leaves++;
		} else
			leaves += walk(in, phys_to_virt(e.value & PTE_ADDRESS), level - 1,
				       e.address, cache);
		MUST(cached_count < CACHED);
		if (cache)
			cached[cached_count++] = e;
	}
	return leaves;
}

u64 maps_check(void)
{
	const struct space *is_loaded = NULL;
	u64 leaves = 0;

	slot_count = 0;
	collect(machine_root);
	for (u32 i = 0; i < slot_count; i++)
		if (slots[i]->type == CAP_ADDRESS_SPACE &&
		    ((const struct space *)slots[i]->object)->root_phys == loaded)
			is_loaded = (const struct space *)slots[i]->object;
	for (u32 i = 0; is_loaded && i < cached_count; i++)
		check_entry(&cached[i], is_loaded);
	cached_count = 0;
	begin_pages();
	if (is_loaded)
		walk(is_loaded, is_loaded->root, 4, 0, true);
	for (u32 i = 0; i < slot_count; i++) {
		if (slots[i]->type != CAP_ADDRESS_SPACE)
			continue;
		const struct space *s = (const struct space *)slots[i]->object;
		MUST(space_find(s->ref) == s);
		begin_pages();
		leaves += walk(s, s->root, 4, 0, false);
	}
	return leaves;
}
