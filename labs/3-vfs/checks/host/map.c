/* Exercise 3.5, ext2 block map: an inode on a device with blocks of 1 KiB, so 256 pointers in each. */
#include "map_fakes.h"
#include "unit.h"

#define BLOCKS 2000u
#define SINGLE (EXT2_DIRECT)
#define DOUBLE (SINGLE + POINTERS)
#define TRIPLE (DOUBLE + POINTERS * POINTERS)
#define END (TRIPLE + (u64)POINTERS * POINTERS * POINTERS)
#define WALK                                                                                       \
	"12 pointers in the inode; behind block[12] one level of blocks of pointers, behind "      \
	"block[13] two, behind block[14] three"

#define MISSING                                                                                    \
	"where a block of pointers is missing, all that it would lead to is one hole: as many "    \
	"blocks as from here to the end of that"
#define CHECKED                                                                                    \
	"a number from the disk is checked before it is used: a file must not read what lies "     \
	"outside, or the superblock"

static struct ext2 *e;
static struct inode *inode;
static ASKED u32 found, run;
static u32 tables;

static void begin(void)
{
	e = unit_object(64, sizeof(*e));
	inode = unit_object(64, sizeof(*inode));
	inode->raw = unit_object(64, sizeof(*inode->raw));
	inode->number = 12;
	inode->block = NO_META;
	e->pointers = POINTERS;
	e->block_bits = 10;
	e->block_bytes = 1024;
	e->blocks = BLOCKS;
	e->first_block = 1;
	e->group_inodes = 128;
	e->group_blocks = 8192;
}

/* The pointer of a logical block, by division: the model. Without `make`, NULL where a block of pointers is missing, and
 * *hole is how many blocks are. */
static u32 *pointer_of(u64 logical, bool make, u64 *hole)
{
	u64 first[] = {0, SINGLE, DOUBLE, TRIPLE}, span = 1;
	u32 level = logical < SINGLE ? 0 : logical < DOUBLE ? 1 : logical < TRIPLE ? 2 : 3;
	u64 within = logical - first[level];
	u32 *p = level ? &inode->raw->block[EXT2_DIRECT + level - 1] : &inode->raw->block[within];

	for (u32 i = 0; i < level; i++)
		span *= POINTERS;
	for (; level; level--) {
		if (!*p && !make) {
			*hole = span - within % span;
			return NULL;
		}
		if (!*p)
			*p = FIRST + tables++;
		span /= POINTERS;
		p = &content[*p - FIRST][within / span % POINTERS];
	}
	return p;
}

static void put_at(u64 logical, u32 block)
{
	*pointer_of(logical, true, NULL) = block;
}

static enum microk_status find_up_to(u64 logical, u32 most)
{
	blocks_taken = blocks_given = 0;
	found = run = 0;
	enum microk_status status = map_find(e, inode, logical, most, &found, &run);
	WANT_U64(text("blocks that a look-up of block %lu gives back (block_put)", logical),
		 blocks_taken, blocks_given, "a block that stays pinned can never leave the cache");
	return status;
}

static enum microk_status find(u64 logical)
{
	return find_up_to(logical, 1024);
}

static void want(u64 logical, u32 block)
{
	WANT_STATUS(text("map_find(block %lu)", logical), OK, find(logical), WALK);
	WANT_U64(text("place of the file's block %lu", logical), block, found, WALK);
}

static u32 some_block(u32 i)
{
	return 300 + (u32)(unit_random(i) % 1600);
}

/* Whether blocks below two and three levels are found: only then can a failure be about anything else. */
static bool finds_blocks(void)
{
	const u64 of[] = {DOUBLE + 256 * 77 + 5, TRIPLE + 65536 * 3 + 256 * 2 + 9};
	bool right = true;

	begin();
	for (u32 i = 0; i < ARRAY_LEN(of); i++)
		put_at(of[i], 800 + i);
	for (u32 i = 0; i < ARRAY_LEN(of); i++)
		right &= map_find(e, inode, of[i], 1, &found, &run) == OK && found == 800 + i;
	return right;
}

/* ---- the checks ---- */
static void direct(void)
{
	begin();
	for (u32 i = 0; i < EXT2_DIRECT; i++)
		put_at(i, some_block(i) & ~1u);
	for (u32 i = 0; i < EXT2_DIRECT; i++)
		want(i, some_block(i) & ~1u);
}

static void several(const u64 *logical, u32 count)
{
	begin();
	for (u32 i = 0; i < count; i++)
		put_at(logical[i], some_block(i));
	for (u32 i = 0; i < count; i++)
		want(logical[i], some_block(i));
}

static void single(void)
{
	const u64 of[] = {SINGLE, SINGLE + 1, SINGLE + 17, DOUBLE - 1};

	several(of, ARRAY_LEN(of));
}

static void twice(void)
{
	const u64 of[] = {DOUBLE, DOUBLE + 255, DOUBLE + 256, DOUBLE + 256 * 77 + 5, TRIPLE - 1};

	several(of, ARRAY_LEN(of));
}

static void thrice(void)
{
	const u64 of[] = {TRIPLE, TRIPLE + 65535, TRIPLE + 65536,
			  TRIPLE + 65536 * 200 + 256 * 9 + 3, END - 1};

	several(of, ARRAY_LEN(of));
}

static void want_hole(u64 logical, u64 blocks, const char *cause)
{
	WANT_STATUS(text("map_find(block %lu)", logical), OK, find(logical),
		    "a hole is not an error: it reads as 0");
	WANT_U64(text("place of block %lu, which is a hole (NO_BLOCK)", logical), NO_BLOCK, found,
		 NULL);
	WANT_U64(text("blocks of the hole from block %lu on", logical), blocks, run, cause);
}

static void holes(void)
{
	const char *missing = finds_blocks() ? MISSING : WALK;

	begin();
	put_at(3, 500);
	want_hole(4, EXT2_DIRECT - 4, "a run ends with the array of pointers in which it lies");
	want_hole(SINGLE + 6, POINTERS - 6, missing);
	want_hole(DOUBLE + 300, POINTERS * POINTERS - 300, missing);
	put_at(DOUBLE + 256 * 3, 501);
	want_hole(DOUBLE + 256 * 2 + 10, POINTERS - 10, missing);
	want_hole(DOUBLE + 256 * 3 + 250, 6,
		  "a run ends with the array of pointers in which it lies");
	want_hole(TRIPLE + 5, (1ul << 24) - 5, missing);
	put_at(TRIPLE, 502);
	want_hole(TRIPLE + 65536, 65536, missing);
	want_hole(TRIPLE + 256, 256, missing);
}

static void runs(void)
{
	begin();
	for (u32 i = 0; i < 8; i++)
		put_at(2 + i, 700 + i);
	put_at(6, 900); /* 700 701 702 703 900 705 … */
	want(2, 700);
	WANT_U64("run from block 2 on", 4, run, "a run is contiguous on the disk");
	want(7, 705);
	WANT_U64("run from block 7 on", 3, run, NULL);
	WANT_STATUS("map_find(block 2, 3 wanted)", OK, find_up_to(2, 3), NULL);
	WANT_U64("run from block 2 on, of which 3 are wanted", 3, run,
		 "no more than `want` pointers are looked at: most look-ups want one block");
	for (u32 i = 0; i < POINTERS; i++)
		put_at(SINGLE + i, 1000 + i);
	want(SINGLE + 100, 1100);
	WANT_U64("run to the end of a block of pointers", 156, run,
		 "a run ends with the array of pointers in which it lies");
}

static void too_far(void)
{
	begin();
	WANT_STATUS("map_find(the first block that no pointer leads to)", ERR_TOO_LARGE, find(END),
		    "there are three levels, and no more: levels_of returns EXT2_POINTERS");
	WANT_STATUS("map_find(far behind that)", ERR_TOO_LARGE,
		    find(END + (unit_random(1) & 0xffffffff)), NULL);
}

static void want_damage(u64 logical, u32 block, const char *cause)
{
	damage = 0;
	WANT_STATUS(text("map_find(block %lu), which a pointer places at %u of %u", logical, block,
			 BLOCKS),
		    ERR_DAMAGED, find(logical), cause);
	WANT_U64("damage that is reported, once", 1, damage, "damaged() reports it");
}

static void damage_is_found(void)
{
	const char *deep = finds_blocks() ? CHECKED : WALK;

	begin();
	put_at(1, BLOCKS);
	want_damage(1, BLOCKS, CHECKED);
	put_at(1, 1);
	want_damage(1, 1, CHECKED);
	inode->raw->block[EXT2_DIRECT] = BLOCKS + 7;
	want_damage(SINGLE + 3, BLOCKS + 7, CHECKED);
	put_at(DOUBLE, 400);
	content[inode->raw->block[EXT2_DIRECT + 1] - FIRST][0] = 0xfffffff0;
	want_damage(DOUBLE, 0xfffffff0, deep);
	put_at(5, BLOCKS - 2);
	put_at(6, BLOCKS - 1);
	put_at(7, BLOCKS); /* the run leads out */
	want_damage(5, BLOCKS - 2, CHECKED);
	put_at(DOUBLE + 256 * 9, 400);
	unreadable = content[inode->raw->block[EXT2_DIRECT + 1] - FIRST][9];
	WANT_STATUS("map_find(behind a block of pointers that cannot be read)", ERR_IO,
		    find(DOUBLE + 256 * 9), NULL);
}

static u64 random_logical(u32 i)
{
	u64 r = unit_random(i), which = r >> 60;

	return which < 3    ? r % EXT2_DIRECT
	       : which < 6  ? SINGLE + r % POINTERS
	       : which < 11 ? DOUBLE + r % 4 * 256 * 61 + (r >> 20) % POINTERS
			    : TRIPLE + r % 4 * 65536 * 50 + (r >> 20) % POINTERS;
}

static void at_random(void)
{
	begin();
	for (u32 i = 0; i < 150; i++) {
		u64 at = random_logical(i);
		put_at(at, some_block(i));
	}
	for (u32 i = 0; i < 600; i++) {
		u64 at = random_logical(i), hole = 0;
		const u32 *p = pointer_of(at, false, &hole);
		WANT_STATUS(text("map_find(block %lu)", at), OK, find(at), WALK);
		WANT_U64(text("place of block %lu", at), p && *p ? *p : NO_BLOCK, found, WALK);
		if (!p)
			WANT_U64(text("blocks of the hole from block %lu on", at), hole, run, NULL);
	}
}

static void makes(void)
{
	static ASKED struct made made;
	const u64 of[] = {4, SINGLE + 9, DOUBLE + 700, TRIPLE + 65536 + 4};
	const char *written =
		finds_blocks() ? "the pointer is written where a look-up of the same "
				 "block finds it"
			       : WALK;

	begin();
	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		u64 hole;
		blocks_taken = blocks_given = 0;
		WANT_STATUS(text("map_make(block %lu)", of[i]), OK,
			    make_blocks(e, inode, of[i], 3, &made),
			    "slot_find with `make` makes the blocks of pointers that are missing");
		WANT(made.fresh && made.run >= 1, NULL,
		     "a new place on the disk, of one block or more", "not so");
		const u32 *p = pointer_of(of[i], false, &hole);
		WANT(p && *p == made.block, written,
		     text("the pointer of block %lu is %u", of[i], made.block),
		     p ? text("%u", *p) : "no block of pointers is there");
		WANT_U64("blocks given back", blocks_taken, blocks_given, "block_put");
	}
	WANT_U64("blocks of pointers made: one for the first level, two, three", 6, allocations,
		 NULL);
	WANT_U64("pointers written outside of their block", 0, written_elsewhere, NULL);
	WANT_U64("sectors that the file has: three blocks each time, and the blocks of pointers",
		 (4 * 3 + 6) * 2, inode->raw->blocks, NULL);
}

static const struct unit_check checks[] = {
	{"3.5.a", direct},    {"3.5.b", single}, {"3.5.c", twice},   {"3.5.d", thrice},
	{"3.5.e", holes},     {"3.5.f", runs},   {"3.5.g", too_far}, {"3.5.h", damage_is_found},
	{"3.5.i", at_random}, {"3.5.j", makes},
};
UNIT_MAIN(checks)
