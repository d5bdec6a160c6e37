/* Exercise 2.5, retype: an Untyped over 8 MiB of the host's memory. */
#include "cap/cnode.h"
#include "x86/layout.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "gen/kernel/methods.h"
#include "retype_fakes.h"
#include "unit.h"
#include <string.h>

#define BYTES (8ul << 20)
#define DIRT 0xa5

static u8 *memory;
static ASKED struct slot untyped;
static ASKED struct invocation inv;
static u64 base;
static ASKED struct thread nobody;

/* ---- the scene ---- */
static void begin_at(u64 offset, u64 pages)
{
	memory = unit_object(2ul << 20, BYTES);
	memset(memory, DIRT, BYTES);
	cpu0.current = &nobody;
	base = virt_to_phys(memory) + offset;
	untyped = (struct slot){
		.type = CAP_UNTYPED, .rights = RIGHT_ALL_KERNEL, .size = (u32)pages, .base = base};
	memset(dest, 0, RETYPE_SLOTS * sizeof(dest[0]));
}

static void begin(void)
{
	begin_at(0, BYTES / PAGE_SIZE);
}

static status_t retype_in(struct slot *from, u64 type, u64 size, u64 index, u64 count)
{
	inv = (struct invocation){
		.caller = &nobody,
		.slot = from,
		.label = UNTYPED_RETYPE,
		.word = {type, size, 1, index, count}};
	return untyped_decode(&inv);
}

static status_t retype(u64 type, u64 size, u64 index, u64 count)
{
	return retype_in(&untyped, type, size, index, count);
}

/* As offset in the Untyped. */
static u64 place(const struct slot *s)
{
	if (s->type == CAP_ADDRESS_SPACE)
		return virt_to_phys(s->object) - TABLE_BYTES - base;
	if (s->type == CAP_THREAD)
		return virt_to_phys((u8 *)s->object - offsetof(struct thread, header)) - base;
	if (s->type == CAP_UNTYPED || s->type == CAP_FRAME || s->type == CAP_PAGE_TABLE)
		return s->base - base;
	return virt_to_phys(s->object) - base;
}

static void make(const char *what, u64 type, u64 size, u32 index, u64 wanted)
{
	WANT_STATUS(what, OK, retype(type, size, index, 1), "there is room");
	WANT_U64(text("%s: its place in the Untyped", what), wanted, place(&dest[index]),
		 "after the mark (slot.badge), at the next address that has the object's "
		 "alignment: physical address, not offset");
}

static void row(void)
{
	begin();
	make("an Endpoint", CAP_ENDPOINT, 0, 1, 0);
	make("another", CAP_ENDPOINT, 0, 2, 128);
	make("a Reply", CAP_REPLY, 0, 3, 256);
	make("a Thread, aligned to 2048", CAP_THREAD, 0, 4, 2048);
	make("a CNode of 16 slots", CAP_CNODE, 16, 5, 4096);
	make("a Notification", CAP_NOTIFICATION, 0, 6, 4096 + 64 + 16 * 64);
	make("a Frame of 3 pages", CAP_FRAME, 3, 7, 8192);
	make("an Untyped of a page", CAP_UNTYPED, PAGE_SIZE, 8, 8192 + 3 * PAGE_SIZE);
	make("an AddressSpace", CAP_ADDRESS_SPACE, 0, 9, 8192 + 4 * PAGE_SIZE);
	make("a PageTable", CAP_PAGE_TABLE, 0, 10, 8192 + 6 * PAGE_SIZE);
	WANT_U64("the mark afterwards (slot.badge)", 8192 + 7 * PAGE_SIZE, untyped.badge,
		 "the mark is the end of the last object");
}

static void aligned(void)
{
	begin_at(5 * PAGE_SIZE, 1500);
	make("an Endpoint", CAP_ENDPOINT, 0, 1, 0);
	make("a Frame of 512 pages in an Untyped that begins 5 pages after a multiple of 2 MiB",
	     CAP_FRAME, 512, 2, (512 - 5) * PAGE_SIZE);
}

static void several(void)
{
	begin();
	WANT_STATUS("5 CNodes of 16 slots at once", OK, retype(CAP_CNODE, 16, 1, 5), NULL);
	for (u32 i = 0; i < 5; i++) {
		WANT(dest[1 + i].type == CAP_CNODE, "slots index.. of the CNode, one each",
		     text("slot %u holds a CNode", 1 + i), "it does not");
		WANT_U64(text("the place of number %u", i), i * (64 + 16 * 64), place(&dest[1 + i]),
			 "they lie side by side: each as far from the last as its size, rounded up "
			 "to its alignment");
		WANT_U64("its slots", 16, ((struct cnode *)dest[1 + i].object)->count, NULL);
	}
	WANT_STATUS("3 AddressSpaces' worth of Threads", OK, retype(CAP_THREAD, 0, 10, 3), NULL);
	for (u32 i = 1; i < 3; i++)
		WANT_U64("distance between two Threads", THREAD_BYTES,
			 place(&dest[10 + i]) - place(&dest[9 + i]), NULL);
	WANT_U64("children linked", 8, links, "each is a child of the Untyped: derive_link");
	WANT(untyped.first == &dest[1] && untyped.last == &dest[12], "in the order of their slots",
	     "slot 1 is the first child and slot 12 the last", "not so");
	WANT(dest[6].type == CAP_NULL && dest[13].type == CAP_NULL, NULL,
	     "no more slots than asked for are filled", "a slot after them is");
}

static void full(void)
{
	begin_at(0, 4);
	WANT_STATUS("a Frame of 5 pages out of 4", ERR_MEMORY, retype(CAP_FRAME, 5, 1, 1),
		    "an object that does not fit is refused");
	WANT_STATUS("2 Frames of 3 pages out of 4", ERR_MEMORY, retype(CAP_FRAME, 3, 1, 2),
		    "all of them must fit");
	WANT_STATUS("an Untyped of 2^42 bytes", ERR_MEMORY, retype(CAP_UNTYPED, 1ul << 42, 1, 1),
		    "an object that does not fit is refused");
	WANT_STATUS("64 of them", ERR_MEMORY, retype(CAP_UNTYPED, 1ul << 42, 1, 64),
		    "sizes times counts overflow: compare by dividing");
	WANT_STATUS("33 Untypeds of 2^42 bytes", ERR_MEMORY, retype(CAP_UNTYPED, 1ul << 42, 1, 33),
		    "sizes times counts overflow: compare by dividing");
	WANT(dest[1].type == CAP_NULL && !untyped.badge && !links,
	     "check everything before changing anything", "a refused retype changes nothing",
	     "it changed something");
	WANT_STATUS("4 Frames of a page out of 4", OK, retype(CAP_FRAME, 1, 1, 4),
		    "an object may reach to the last byte");
	bool is_full = untyped.badge == 4 * PAGE_SIZE;
	WANT_STATUS("one Reply more", ERR_MEMORY, retype(CAP_REPLY, 0, 9, 1),
		    is_full ? "all is used"
			    : "the mark (slot.badge) is the end of the last object that was made");
	begin_at(0, 4);
	make("a Frame of 3 pages", CAP_FRAME, 3, 1, 0);
	make("a Reply", CAP_REPLY, 0, 2, 3 * PAGE_SIZE);
	WANT_STATUS("a Frame of a page where 64 bytes of the last page are used", ERR_MEMORY,
		    retype(CAP_FRAME, 1, 3, 1), "rounding up comes before comparing");
	WANT_STATUS("no object", ERR_ARG, retype(CAP_REPLY, 0, 3, 0), "1 to RETYPE_MAX_COUNT");
	WANT_STATUS("65 objects", ERR_ARG, retype(CAP_REPLY, 0, 3, 65), "1 to RETYPE_MAX_COUNT");
	WANT_STATUS("a type that does not exist", ERR_ARG, retype((1ul << 32) + CAP_REPLY, 0, 3, 1),
		    "all 64 bits of the argument count");
	WANT_STATUS("2^32 + 1 objects", ERR_ARG, retype(CAP_REPLY, 0, 3, (1ul << 32) + 1),
		    "all 64 bits of the argument count");
	begin();
	WANT_STATUS("2 AddressSpaces at once", ERR_ARG, retype(CAP_ADDRESS_SPACE, 0, 3, 2),
		    "one at a time: half a table is copied for each, with interrupts off");
	dest[5].type = CAP_ENDPOINT;
	WANT_STATUS("3 Replies into slots of which the last is filled", ERR_OCCUPIED,
		    retype(CAP_REPLY, 0, 3, 3), "decode_slots");
}

static bool is_all(const u8 *p, u64 bytes, u8 value)
{
	for (u64 i = 0; i < bytes; i++)
		if (p[i] != value)
			return false;
	return true;
}

static void zero(void)
{
	begin_at(0, 64);
	make("a Frame of 3 pages", CAP_FRAME, 3, 1, 0);
	WANT(is_all(memory, 3 * PAGE_SIZE, 0),
	     "memory is zeroed before it is given: the old content may be another's secret",
	     "the Frame is zero", "it holds what was there before");
	make("a CNode of 16 slots", CAP_CNODE, 16, 2, 3 * PAGE_SIZE);
	WANT(is_all((u8 *)((struct cnode *)dest[2].object)->slots, 16 * 64, 0),
	     "a slot of a new CNode is empty: all of it is 0", "the slots are zero",
	     "they have the old content");
	u8 *frame = memory;
	memset(frame, 0x77, 3 * PAGE_SIZE); /* its owner uses it */
	make("a Reply", CAP_REPLY, 0, 3, 3 * PAGE_SIZE + 64 + 16 * 64);
	make("another", CAP_REPLY, 0, 4, 3 * PAGE_SIZE + 64 + 16 * 64 + 64);
	WANT(is_all(frame, 3 * PAGE_SIZE, 0x77) && ((struct cnode *)dest[2].object)->count == 16,
	     "memory before the mark is in use", "objects made before are left alone",
	     "one was zeroed");
	make("Frames to the end", CAP_FRAME, 60, 5, 4 * PAGE_SIZE);
	WANT(is_all(memory + 64 * PAGE_SIZE, PAGE_SIZE, DIRT), "the Untyped ends at size pages",
	     "memory after the Untyped is left alone", "it was zeroed");
	begin();
	untyped.flags = SLOT_DEVICE;
	WANT_STATUS("a Frame of a device", OK, retype(CAP_FRAME, 4, 1, 1), NULL);
	WANT(is_all(memory, 4 * PAGE_SIZE, DIRT),
	     "a device's registers are not memory: a write there does something",
	     "a device's frame is not zeroed", "it was");
	WANT(dest[1].flags & SLOT_DEVICE, NULL, "it stays a device's", "it became memory");
}

static void lose_children(void)
{
	untyped.first = untyped.last = NULL;
}

static void again(void)
{
	begin_at(0, 4);
	make("a Frame of 4 pages", CAP_FRAME, 4, 1, 0);
	memset(memory, 0x5a, 4 * PAGE_SIZE);
	WANT_STATUS("another, while the first is there", ERR_MEMORY, retype(CAP_FRAME, 1, 2, 1),
		    "an Untyped with children is in use");
	lose_children();
	inv = (struct invocation){.caller = &nobody, .slot = &untyped, .label = UNTYPED_INFO};
	untyped_decode(&inv);
	WANT_U64("bytes used, when the last child is gone", 0, inv.result[2],
		 "childless, it is all free again: used_bytes");
	make("another, when it is gone", CAP_FRAME, 2, 2, 0);
	WANT(is_all(memory, 2 * PAGE_SIZE, 0),
	     "memory that was zeroed before was used since: it must be zeroed again (slot.aux "
	     "records how far zeroing came)",
	     "memory that is used again is zero again", "it holds its last owner's data");
	make("and another", CAP_FRAME, 1, 3, 2 * PAGE_SIZE);
	WANT(is_all(memory + 2 * PAGE_SIZE, PAGE_SIZE, 0), "slot.aux must start anew, too",
	     "it is zero", "it holds its last owner's data");
}

static void waits_for_the_dying(void)
{
	begin_at(0, 4);
	make("a CNode", CAP_CNODE, 16, 1, 0);
	lose_children();
	dying = true;
	WANT_STATUS(
		"retype while an object there still dies", PREEMPTED, retype(CAP_FRAME, 1, 2, 1),
		"object_release only starts an object's end; until reap_in returns true it lies in "
		"this memory");
	WANT(dest[2].type == CAP_NULL && ((struct cnode *)dest[1].object)->count == 16,
	     "and until then nothing may be changed", "the dying object is left alone",
	     "it was overwritten");
	WANT(reaped_from == base && reaped_bytes == 4 * PAGE_SIZE,
	     "reap_in(base, bytes) of the whole Untyped: all of it is used anew",
	     "it waits for objects that die anywhere in the Untyped",
	     text("0x%lx bytes from 0x%lx on are", reaped_bytes, reaped_from));
	dying = false;
	make("retype when it is gone", CAP_FRAME, 1, 2, 0);
}

static void interrupted(void)
{
	begin_at(0, 64);
	interrupts = true;
	u32 calls = 0;
	status_t s;
	do {
		s = retype(CAP_FRAME, 32, 1, 1);
		calls++;
		WANT(s == OK || dest[1].type == CAP_NULL, "nothing is made until all is ready",
		     "an interrupted retype has made nothing", "the slot is filled");
	} while (s == PREEMPTED && calls < 200);
	WANT_STATUS("retype of 32 pages, interrupted at every look", OK, s,
		    "an interrupted retype goes on where it was: slot.aux records how far zeroing "
		    "came, also when there are no children yet");
	WANT(looks >= 20, "an interrupt must not wait for 2 MiB to be zeroed: look every page",
	     "a look for interrupts about every page", text("%u looks for 32 pages", looks));
	WANT(is_all(memory, 32 * PAGE_SIZE, 0), NULL, "all of it is zero", "it is not");
}

static void child_untyped(void)
{
	begin_at(0, 64);
	WANT_STATUS("a Frame of 8 pages", OK, retype(CAP_FRAME, 8, 1, 1), NULL);
	memset(memory, 0x5a, 8 * PAGE_SIZE);
	lose_children();
	WANT_STATUS("when it is gone, an Untyped of 8 pages", OK,
		    retype(CAP_UNTYPED, 8 * PAGE_SIZE, 2, 1), NULL);
	WANT(dest[2].size == 8 && dest[2].badge == 0, NULL,
	     "the child covers 8 pages, and none is used",
	     text("%u pages, %lu used", dest[2].size, dest[2].badge));
	WANT_STATUS("and of that a Frame", OK, retype_in(&dest[2], CAP_FRAME, 8, 3, 1), NULL);
	WANT(is_all(memory, 8 * PAGE_SIZE, 0),
	     "a child Untyped zeroes for itself; memory before its slot.aux must be zero",
	     "the grandchild is zero", "it holds the old content");
	memset(memory, 0x77, 8 * PAGE_SIZE);
	WANT_STATUS("another object of the parent", OK, retype(CAP_FRAME, 1, 4, 1), NULL);
	WANT(is_all(memory, 8 * PAGE_SIZE, 0x77),
	     "the parent must never again reach into its child: zeroing goes on after it",
	     "objects made of the child are left alone", "it was zeroed");
}

static void many(void)
{
	static const u8 types[] = {CAP_ENDPOINT, CAP_REPLY,        CAP_THREAD,    CAP_CNODE,
				   CAP_FRAME,    CAP_NOTIFICATION, CAP_PAGE_TABLE};
	u64 z = unit_random(0);

	begin_at(3 * PAGE_SIZE, 1500);
	for (u32 step = 0; step < 3000; step++) {
		z = z * 6364136223846793005ul + 1442695040888963407ul;
		u32 type = types[(z >> 40) % ARRAY_LEN(types)], count = 1 + (u32)(z >> 50) % 3,
		    end = 0;
		u64 size = type == CAP_FRAME   ? 1 + (z >> 55) % 4
			   : type == CAP_CNODE ? 16 + (z >> 57)
					       : 0;
		u64 mark = untyped.badge;
		memset(dest, 0, RETYPE_SLOTS * sizeof(dest[0]));
		if (retype(type, size, 1, count) == ERR_MEMORY) {
			WANT(mark > 1200 * PAGE_SIZE, "there was room", "it fits",
			     text("ERR_MEMORY with %lu of 1500 pages used", mark / PAGE_SIZE));
			lose_children();
			continue;
		}
		for (u32 i = 1; i <= count; i++) {
			u64 at = place(&dest[i]),
			    align = type == CAP_THREAD ? 2048
				    : type == CAP_FRAME || type == CAP_PAGE_TABLE
					    ? PAGE_SIZE
					    : 64;
			WANT(at >= end && !((base + at) & (align - 1)),
			     "each object after the one before, aligned",
			     "objects do not overlap, and are aligned",
			     text("type %u, number %u of %u at 0x%lx; the one before ends at 0x%x, "
				  "the mark was 0x%lx",
				  type, i, count, at, end, mark));
			end = (u32)(at + 64);
			WANT(at < 1500 * PAGE_SIZE, "the end of the Untyped is a limit",
			     "objects lie in the Untyped", text("one lies at 0x%lx", at));
		}
		if (untyped.first != &dest[1])
			WANT(place(&dest[1]) >= mark, "memory before the mark is in use",
			     "a new object lies after the mark",
			     text("at 0x%lx, the mark being 0x%lx", place(&dest[1]), mark));
	}
}

static const struct unit_check checks[] = {
	{"2.5.a", row},
	{"2.5.b", aligned},
	{"2.5.c", several},
	{"2.5.d", full},
	{"2.5.e", zero},
	{"2.5.f", again},
	{"2.5.g", waits_for_the_dying},
	{"2.5.h", interrupted},
	{"2.5.i", child_untyped},
	{"2.5.j", many},
};
UNIT_MAIN(checks)
