/* Exercise 1.2, map a page: page tables in the host's memory. */
#include "mm/map.h"
#include "x86/pte.h"
#include "microk/cap.h"
#include "x86/layout.h"
#include "unit.h"

#define VA 0x00007e8091a2b000ul    /* a different index in each level: 253, 2, 141, 43 */
#define OTHER 0x00003e8091a2b000ul /* its tables are its own, and no check takes them away */
#define BIG 0x0000123456800000ul
#define PAGE 0x3456000ul

static u64 *root;
static ASKED u64 result; /* of map_flags */

static u64 *new_table(void)
{
	return unit_object(PAGE_SIZE, PAGE_SIZE);
}

static u32 part(u64 va, u32 level)
{
	return va >> (12 + 9 * (level - 1)) & 511;
}

/* The tables made here, each below an entry of another: the code under test can change the entry. */
static struct made {
	u64 *table, *below;
	u32 at, level; /* level: of `below` */
} made[32];
static u32 made_count;

static u64 *table_below(u64 *table, u32 at, u32 level)
{
	for (u32 i = 0; i < made_count; i++)
		if (made[i].table == table && made[i].at == at)
			return made[i].below;
	u64 *below = new_table();
	made[made_count++] =
		(struct made){.table = table, .below = below, .at = at, .level = level};
	table[at] = virt_to_phys(below) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return below;
}

/* Tables for va down to `level`, made here, so that they do not depend on the learner's code. */
static u64 *prepare(u64 va, u32 level)
{
	if (!root)
		root = new_table();
	u64 *table = root;
	for (u32 l = 4; l > level; l--)
		table = table_below(table, part(va, l), l - 1);
	return table;
}

/* ---- the walk: a result is shown as the entry that it is ---- */
static bool is_in(const u64 *at, const u64 *table)
{
	return at >= table && at < table + 512;
}

/* The level of the table that the entry is in; 0 if it is in none. */
static u32 level_of(const u64 *at)
{
	if (is_in(at, root))
		return 4;
	for (u32 i = 0; i < made_count; i++)
		if (is_in(at, made[i].below))
			return made[i].level;
	return 0;
}

static const char *place(const u64 *at)
{
	u32 level = level_of(at);

	if (!at)
		return "NULL";
	if (!level)
		return text("0x%lx, which is in no table", (u64)at);
	return text(
		"entry %lu of a level %u table", ((u64)at & (PAGE_SIZE - 1)) / sizeof(*at), level);
}

/* Whether the walk takes the entry that it should return for a further table's. */
static bool goes_too_far(u64 va, u32 level, u64 *entry)
{
	u64 *further = new_table(), before = *entry;

	*entry = virt_to_phys(further) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	u64 *got = map_entry(root, va, level);
	*entry = before;
	return got && is_in(got, further);
}

/* Whether the walk takes the index of `level` in the tables above, too: it then finds tables that lie there. */
static bool has_one_index(u64 va, u32 level)
{
	u32 at = part(va, level);
	u64 *table = root, before = root[at];

	for (u32 l = 4; l > level; l--) {
		u64 *below = new_table();
		table[at] = virt_to_phys(below) | PTE_PRESENT | PTE_WRITE | PTE_USER;
		table = below;
	}
	u64 *got = map_entry(root, va, level);
	root[at] = before;
	return got == &table[at];
}

/* The mistake in a walk that does not come to the entry, though every table is there; NULL if it does, or if none shows. */
static const char *walks_wrongly(u64 va, u32 level)
{
	u64 *table = prepare(va, level), *right = &table[part(va, level)],
	    *got = map_entry(root, va, level);

	if (got == right)
		return NULL;
	if (got == table + 8 * part(va, level))
		return "C adds entries to a pointer, not bytes: `table + i` is entry i, without a "
		       "factor of 8";
	if (has_one_index(va, level))
		return "each table of the walk has an index of its own: that of the level that it "
		       "has reached, not of the one asked for";
	if (goes_too_far(va, level, right))
		return "the walk goes a level too far: it ends where `level` is reached, and the "
		       "entry there is returned and not read";
	if (level_of(got) > level)
		return "the walk ends too early: it goes on while its level is above the one "
		       "asked for";
	if (level_of(got) == level)
		return "a level's index is nine bits of the address: bits 39.. in level 4, 30.. "
		       "in 3, 21.. in 2, 12.. in 1";
	return NULL;
}

static void want_entry(u64 va, u32 level)
{
	u64 *right = &prepare(va, level)[part(va, level)], *got = map_entry(root, va, level);

	if (got == right)
		return;
	unit_fail(walks_wrongly(va, level),
		  text("map_entry(root, 0x%lx, %u): entry %u of a level %u table, as every table "
		       "is there",
		       va, level, part(va, level), level),
		  place(got));
}

static void walk(void)
{
	for (u32 level = 1; level <= 4; level++)
		want_entry(VA, level);
}

/* NULL, where the walk to the level must end at the entry that `why` is about. */
static void want_end(u32 level, const char *what, const char *why)
{
	u64 *got = map_entry(root, VA, level);

	WANT(!got,
	     level_of(got) > level
		     ? "the walk ends too early: it goes on while its level is above "
		       "the one asked for"
		     : why,
	     level == 1 ? text("NULL where %s", what)
			: text("NULL where %s, for an entry of level %u", what, level),
	     place(got));
}

static const char is_not_present[] =
	"an entry that is not present names no table: test PTE_PRESENT before going on";
static const char is_a_page[] =
	"an entry with PTE_LARGE is a page, not a table: its memory must not be read as one";

/* Its memory looks like a table with one below it. */
static void walk_ends_at_a_page_of_level_3(void)
{
	u64 *entry = &prepare(VA, 3)[part(VA, 3)], *page = new_table(), before = *entry;

	page[part(VA, 2)] = virt_to_phys(new_table()) | PTE_PRESENT | PTE_USER;
	*entry = virt_to_phys(page) | PTE_PRESENT | PTE_USER | PTE_LARGE;
	want_end(1, "a page of 1 GiB is in the way", is_a_page);
	want_end(2, "a page of 1 GiB is in the way", is_a_page);
	*entry = before;
}

static void walk_ends(void)
{
	u64 *level2 = prepare(VA, 2);

	want_end(1, "the table of level 1 is missing", is_not_present);
	level2[part(VA, 2)] = virt_to_phys(new_table()) | PTE_WRITE | PTE_USER;
	want_end(1, "an entry has an address and no PTE_PRESENT", is_not_present);
	level2[part(VA, 2)] = 0x40000000 | PTE_PRESENT | PTE_USER | PTE_LARGE;
	want_end(1, "a page of 2 MiB is in the way", is_a_page);
	walk_ends_at_a_page_of_level_3();
	u64 *level1 = new_table();
	level2[part(VA, 2)] = virt_to_phys(level1) | PTE_NX | PTE_PRESENT | PTE_USER | 0x60;
	u64 *right = &level1[part(VA, 1)], *got = map_entry(root, VA, 1);
	WANT(got == right,
	     got == level1 + 8 * part(VA, 1) || !got ? walks_wrongly(OTHER, 1)
	     : !level_of(got) ? "of an entry only the bits PTE_ADDRESS are an address; bit 63 "
				"is NX and the low twelve are flags"
			      : NULL,
	     text("entry %u of the table that an entry with NX and other flags names", part(VA, 1)),
	     place(got));
}

static u64 flags_of(u32 rights, u32 attributes)
{
	status_t s = map_flags(rights, attributes, (result = 0, &result));

	WANT_STATUS(text("map_flags(0x%x, 0x%x)", rights, attributes), OK, s,
		    "these rights are allowed");
	return result;
}

static void flags(void)
{
	u64 read = flags_of(RIGHT_READ, 0), write = flags_of(RIGHT_READ | RIGHT_WRITE, 0),
	    exec = flags_of(RIGHT_READ | RIGHT_EXEC, 0);

	WANT(read & PTE_PRESENT && read & PTE_USER,
	     read & PTE_PRESENT ? "without PTE_USER the page is not the user's"
				: "without PTE_PRESENT there is no page",
	     "a readable page has PTE_PRESENT and PTE_USER", text("0x%lx", read));
	WANT(!(read & PTE_WRITE), "PTE_WRITE only with RIGHT_WRITE",
	     "a page without RIGHT_WRITE has no PTE_WRITE", text("0x%lx", read));
	WANT(write & PTE_WRITE, "RIGHT_WRITE becomes PTE_WRITE",
	     "a page with RIGHT_WRITE has PTE_WRITE", text("0x%lx", write));
	WANT(!(read & PTE_GLOBAL), "a global page stays in the TLB over a change of address space",
	     "no PTE_GLOBAL on a user's page", text("0x%lx", read));
	WANT(!(exec & PTE_NX) && !(exec & PTE_WRITE),
	     exec & PTE_NX ? "PTE_NX is for pages without RIGHT_EXEC"
			   : "PTE_WRITE only with RIGHT_WRITE",
	     "an executable page has neither PTE_NX nor PTE_WRITE", text("0x%lx", exec));
}

static void w_xor_x(void)
{
	status_t s = map_flags(RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC, 0, &result);

	WANT_STATUS(
		"map_flags(read, write and exec)", ERR_RIGHTS, s,
		"a page that can be written and run is an attacker's wish: refuse both at once");
	WANT(flags_of(RIGHT_READ | RIGHT_WRITE, 0) & PTE_NX && flags_of(RIGHT_READ, 0) & PTE_NX,
	     "a page is executable only on request: set PTE_NX unless RIGHT_EXEC is there",
	     "pages without RIGHT_EXEC have PTE_NX", "no PTE_NX");
}

static void refused_rights(void)
{
	WANT_STATUS("map_flags(write without read)", ERR_RIGHTS, map_flags(RIGHT_WRITE, 0, &result),
		    "x86 cannot map a page that is not readable: refuse it rather than give more "
		    "than was asked");
	WANT_STATUS("map_flags(nothing)", ERR_RIGHTS, map_flags(0, 0, &result),
		    "x86 cannot map a page that is not readable");
	WANT_STATUS("map_flags with an attribute bit that does not exist", ERR_ARG,
		    map_flags(RIGHT_READ, 0x40, &result),
		    "unknown bits are an error now, or they can never be given a meaning");
	WANT_STATUS("map_flags with MAP_UNCACHED and a bit that does not exist", ERR_ARG,
		    map_flags(RIGHT_READ, MAP_UNCACHED | 0x40, &result),
		    "an attribute that is known does not make up for one that is not");
}

static void attributes(void)
{
	u64 plain = flags_of(RIGHT_READ, 0), uncached = flags_of(RIGHT_READ, MAP_UNCACHED),
	    combining = flags_of(RIGHT_READ, MAP_WRITE_COMBINING);

	WANT_U64("bits of an uncached page beyond those of a plain one", PTE_PCD | PTE_PWT,
		 uncached & ~plain, "PCD and PWT together choose PAT entry 3, which is uncached");
	WANT_U64("bits of a write-combining page beyond those of a plain one", 0x80,
		 combining & ~plain,
		 "the PAT bit alone chooses PAT entry 4; in level 1 it is bit 7");
	WANT_U64("bits beyond those of a plain page, if both are asked for", PTE_PCD | PTE_PWT,
		 flags_of(RIGHT_READ, MAP_UNCACHED | MAP_WRITE_COMBINING) & ~plain,
		 "MAP_UNCACHED wins: with the PAT bit beside it the page has another PAT entry");
}

static void maps(void)
{
	u64 *level1 = prepare(VA, 1), *level2 = prepare(BIG, 2),
	    f = PTE_PRESENT | PTE_USER | PTE_NX;

	status_t s = map_page(root, VA, PAGE, f, 1);
	WANT_STATUS("map_page, with every table there", OK, s, walks_wrongly(VA, 1));
	WANT_U64("the entry of the page", PAGE | f, level1[part(VA, 1)],
		 level1[part(VA, 1)]
			 ? "an entry is the physical address and the flags, nothing else"
			 : walks_wrongly(VA, 1));
	for (u32 i = 0; i < 512; i++)
		WANT(i == part(VA, 1) || !level1[i], "one page is one entry",
		     "no other entry of the table changes", text("entry %u did", i));
	WANT_STATUS(
		"map_page of 2 MiB", OK, map_page(root, BIG, 0x600000, f, 2), "level 2 maps 2 MiB");
	WANT_U64("its entry", 0x600000 | f | PTE_LARGE, level2[part(BIG, 2)],
		 level2[part(BIG, 2)] == (0x600000 | f)
			 ? "in level 2 PTE_LARGE stands for a page; without it the entry is a table"
			 : NULL);
}

static void large_pat(void)
{
	u64 *level2 = prepare(BIG, 2), f = PTE_PRESENT | PTE_USER | 0x80;

	level2[part(BIG, 2)] = 0;
	WANT_STATUS("map_page of 2 MiB, write-combining", OK, map_page(root, BIG, 0x600000, f, 2),
		    NULL);
	WANT_U64("its entry", 0x600000 | PTE_PRESENT | PTE_USER | PTE_LARGE | 0x1000,
		 level2[part(BIG, 2)],
		 level2[part(BIG, 2)] & PTE_LARGE && !(level2[part(BIG, 2)] & 0x1000)
			 ? "bit 7 is PAT in level 1 but PTE_LARGE in level 2, where PAT is bit 12: "
			   "the bit has to move"
			 : NULL);
}

static void unaligned(void)
{
	u64 *level1 = prepare(VA, 1), *level2 = prepare(BIG, 2), f = PTE_PRESENT | PTE_USER;
	const char *why = "address and physical address are both multiples of the page's size, "
			  "which is 2 MiB in level 2";

	WANT_STATUS("map_page of an address that is not a multiple of 4 KiB", ERR_ALIGN,
		    map_page(root, VA + 8, PAGE, f, 1), why);
	WANT_STATUS("map_page of a physical address that is not one", ERR_ALIGN,
		    map_page(root, VA, PAGE + 0x800, f, 1), why);
	WANT_STATUS("map_page of 2 MiB at an address that is a multiple of 4 KiB only", ERR_ALIGN,
		    map_page(root, BIG + 0x1000, 0x600000, f, 2), why);
	WANT_STATUS("map_page of 2 MiB from a physical address that is one of 4 KiB only",
		    ERR_ALIGN, map_page(root, BIG, 0x601000, f, 2), why);
	WANT_STATUS("map_page of an unaligned address in the kernel's half", ERR_ALIGN,
		    map_page(root, 0xffff800000000008ul, PAGE, f, 1),
		    "the order of the checks is part of the interface: alignment first, then the "
		    "user's half");
	WANT(!level1[part(VA, 1)] && !level2[part(BIG, 2)],
	     "check everything before changing anything", "nothing was changed",
	     "an entry was written");
}

/* No table is there: an address is refused before any is looked for. */
static void before_the_tables(void)
{
	u64 absent = 0xffffc00000000000ul, f = PTE_PRESENT | PTE_USER;
	const char *why = "the order of the checks is part of the interface: alignment, the user's "
			  "half, the tables";

	WANT_STATUS("map_page in the kernel's half, where no table is", ERR_RANGE,
		    map_page(root, absent, PAGE, f, 1), why);
	WANT_STATUS("map_page of an unaligned address in the user's half, where no table is",
		    ERR_ALIGN, map_page(root, OTHER + 8, PAGE, f, 1), why);
}

static void out_of_range(void)
{
	u64 f = PTE_PRESENT | PTE_USER;
	const char *why = "from USER_TOP on an address is the kernel's (or has no meaning): a "
			  "user's page there is a hole in the kernel";

	prepare(VA, 1);
	/* The kernel's half, with tables in place, as every address space has them. */
	u64 *kernel = prepare(0xffff800000000000ul, 1);
	WANT_STATUS("map_page in the kernel's half", ERR_RANGE,
		    map_page(root, 0xffff800000000000ul, PAGE, f, 1), why);
	WANT(!kernel[0], "check everything before changing anything",
	     "the kernel's tables stay as they are", "an entry was written");
	prepare(USER_TOP, 1);
	WANT_STATUS("map_page at USER_TOP", ERR_RANGE, map_page(root, USER_TOP, PAGE, f, 1), why);
	prepare(USER_TOP - PAGE_SIZE, 1);
	status_t s = map_page(root, USER_TOP - PAGE_SIZE, PAGE, f, 1);
	WANT_STATUS("map_page of the last page below USER_TOP", OK, s,
		    s == ERR_RANGE ? "that page is the user's" : walks_wrongly(OTHER, 1));
	prepare(0x7fffffe00000ul, 2);
	WANT_STATUS("map_page of 2 MiB that begins below USER_TOP and ends above it", ERR_RANGE,
		    map_page(root, 0x7fffffe00000ul, 0, f, 2), why);
	/* Its end is 2^64. */
	u64 *last = prepare(0ul - PAGE_SIZE, 1);
	WANT_STATUS("map_page of the very last page, 0xfffffffffffff000", ERR_RANGE,
		    map_page(root, 0ul - PAGE_SIZE, PAGE, f, 1),
		    "va + size does not fit into 64 bits there, and comes out as 0: compare "
		    "without adding");
	WANT(!last[511], "check everything before changing anything",
	     "the kernel's tables stay as they are", "an entry was written");
}

static void missing_table(void)
{
	prepare(VA, 3);
	WANT_STATUS("map_page where a table is missing", ERR_TABLE,
		    map_page(root, VA, PAGE, PTE_PRESENT, 1),
		    "map.c allocates nothing: the caller gets ERR_TABLE and provides a table");
}

static void occupied(void)
{
	u64 *level1 = prepare(VA, 1), f = PTE_PRESENT | PTE_USER;

	level1[part(VA, 1)] = 0x7000 | PTE_USER;
	status_t s = map_page(root, VA, PAGE, f, 1);
	const char *walk = s == OK ? NULL : walks_wrongly(OTHER, 1);
	WANT_STATUS("map_page over an entry without PTE_PRESENT", OK, s,
		    walk ? walk
			 : "PTE_PRESENT alone decides whether an entry is occupied, in each level");
	level1[part(VA, 1)] = 0x7000 | f;
	s = map_page(root, VA, PAGE, f, 1);
	WANT_STATUS("map_page where a page is already", ERR_OCCUPIED, s,
		    level1[part(VA, 1)] != (0x7000 | f)
			    ? "a mapping must be taken out before another comes: silently "
			      "replaced, its slot would be wrong"
			    : walks_wrongly(OTHER, 1));
	WANT_U64("the entry that was there", 0x7000 | f, level1[part(VA, 1)],
		 "check everything before changing anything");
}

static void occupied_large(void)
{
	u64 *level2 = prepare(BIG, 2), f = PTE_PRESENT | PTE_USER;

	level2[part(BIG, 2)] = 0x800000 | f | PTE_LARGE;
	WANT_STATUS("map_page of 2 MiB where such a page is already", ERR_OCCUPIED,
		    map_page(root, BIG, 0x600000, f, 2),
		    "PTE_PRESENT alone decides whether an entry is occupied, in each level");
	/* A table of level 1 is in its place. */
	level2[part(BIG, 2)] = virt_to_phys(new_table()) | f | PTE_WRITE;
	WANT_STATUS("map_page of 2 MiB where a table of level 1 is", ERR_OCCUPIED,
		    map_page(root, BIG, 0x600000, f, 2),
		    "PTE_PRESENT alone decides whether an entry is occupied, in each level");
}

static void bits(void)
{
	flags(), attributes();
}
static void pages(void)
{
	maps(), large_pat();
}
static void limits(void)
{
	unaligned(), out_of_range(), before_the_tables();
}
static void taken(void)
{
	missing_table(), occupied(), occupied_large();
}

static const struct unit_check checks[] = {
	{"1.2.a", walk},           {"1.2.b", walk_ends}, {"1.2.c", bits},   {"1.2.d", w_xor_x},
	{"1.2.e", refused_rights}, {"1.2.f", pages},     {"1.2.g", limits}, {"1.2.h", taken},
};
UNIT_MAIN(checks)
