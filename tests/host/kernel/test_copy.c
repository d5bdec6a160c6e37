/*
 * Random copies between Frames, held against the bytes themselves: after each entry of the kernel the destination has exactly
 * the bytes that the caller's words no longer name, as they were before the call, and no other byte has changed. Between two
 * entries a capability is deleted, or replaced by one with fewer rights. Half of the copies are FRAME_COPY, half CNODE_COPY_BYTES.
 *   test_copy SEED SEQUENCES LENGTH
 */
#include "sequences.h"
#include "calls.h"

#define MEMORY_BYTES (28 * PAGE_SIZE) /* in which all of the Frames are */
#define AT_ONCE 1024                  /* bytes between two looks for an interrupt */

enum { FRAME = M_FIRST_FREE, COPY = FRAME + 4, PART = COPY + 4, DEVICE, ENDPOINT, TO, FROM };
static const u32 pages[] = {1, 3, 7, 16};

enum { DONE, REFUSED, INTERRUPTED, FORWARD, BACKWARD, LOST, WEAKENED, CLEARED, BY_SLOTS, PARTS };
static const char *const names[PARTS] = {
	"done", "refused",  "interrupted", "forward", "backward",
	"lost", "weakened", "cleared",     "by slots"};

/* ---- the Frames ---- */
static struct slot *slot_of(u64 index)
{
	return &machine_root->slots[index];
}

static u64 place(u64 slot)
{
	return slot_of(slot)->phys - UNTYPED_PHYS;
}

static void make_all(void)
{
	u8 *memory = phys_to_virt(UNTYPED_PHYS);

	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		MUST(call_retype(M_UNTYPED, CAP_FRAME, pages[i], FRAME + i, 1) == OK);
		MUST(call_copy(COPY + i, FRAME + i, RIGHT_ALL) == OK);
	}
	for (u32 i = 0; i < ARRAY_LEN(pages); i++)
		MUST(place(FRAME + i) + pages[i] * PAGE_SIZE <= MEMORY_BYTES);
	MUST(call_frame_narrow(
		     COPY + 3,
		     &(struct frame_narrow){
			     .first = 5,
			     .count = 4,
			     .cnode = M_CNODE,
			     .index = PART,
			     .rights = RIGHT_ALL}) == OK);
	MUST(call_copy(ENDPOINT, M_PIPE, RIGHT_ALL) == OK);
	MUST(call_copy(DEVICE, FRAME, RIGHT_ALL) == OK);
	slot_of(DEVICE)->flags |= SLOT_DEVICE;
	for (u64 i = 0; i < MEMORY_BYTES; i++)
		memory[i] = (u8)dice();
}

/* ---- one call ---- */
static struct {
	struct frame_copy args;
	bool by_slots;           /* CNODE_COPY_BYTES */
	u8 before[MEMORY_BYTES]; /* the Frames' memory when it began */
} call;

static struct frame_copy rest_of_call(void)
{
	const struct regs *r = &machine_a->regs;

	if (call.by_slots)
		return (struct frame_copy){r->rdx, r->r9, r->r10, r->rbx};
	return (struct frame_copy){r->rsi, r->rdx, r->r8, r->r9};
}

/* `to` and `from`: where the two Frames lie, also when their capabilities have gone. */
static void check_bytes(u64 to, u64 from, struct frame_copy rest)
{
	static u8 wanted[MEMORY_BYTES];
	const struct frame_copy a = call.args;
	u64 begins = rest.offset - a.offset, ends = begins + rest.bytes;

	MUST(rest.source == a.source && rest.source_offset - a.source_offset == begins);
	memcpy(wanted, call.before, MEMORY_BYTES);
	if (begins || ends != a.bytes) {
		MUST(begins <= ends && ends <= a.bytes);
		to += a.offset;
		from += a.source_offset;
		memcpy(wanted + to, call.before + from, begins);
		memcpy(wanted + to + ends, call.before + from + ends, a.bytes - ends);
	}
	MUST(memcmp(wanted, phys_to_virt(UNTYPED_PHYS), MEMORY_BYTES) == 0);
}

static status_t expected(u64 bytes_to, u64 bytes_from)
{
	const struct frame_copy a = rest_of_call();
	const struct slot *to = slot_of(TO),
			  *from = a.source < ROOT_SLOTS ? slot_of(a.source) : NULL;

	if (call.by_slots && (!a.source || !from))
		return ERR_RANGE;
	if (to->type == CAP_NULL)
		return ERR_CAP;
	if (!(to->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	if (!from || from->type == CAP_NULL)
		return ERR_CAP;
	if (from->type != CAP_FRAME)
		return ERR_TYPE;
	if (!(from->rights & RIGHT_READ))
		return ERR_RIGHTS;
	if ((to->flags | from->flags) & SLOT_DEVICE)
		return ERR_ARG;
	if (a.offset > bytes_to || a.bytes > bytes_to - a.offset || a.source_offset > bytes_from ||
	    a.bytes > bytes_from - a.source_offset)
		return ERR_RANGE;
	return OK;
}

/* Loads the call's words, and no more. */
static status_t begin(u64 cap, u64 tag, const u64 *words, u32 count)
{
	machine_load(machine_a, SYS_CALL, cap, tag, words, count);
	return PREEMPTED;
}

static u32 looks; /* until an interrupt comes; 0: none does */

static bool interrupt(void)
{
	return looks && --looks == 0;
}

/* One entry; true when the call has returned. */
static bool enter(void)
{
	u64 left = rest_of_call().bytes;
	u32 until = looks = dice() % 4 ? 0 : 2 + (u32)dice() % 6;

	machine_switch(machine_a);
	if (machine_enter())
		return true;
	u64 copied = left - rest_of_call().bytes;
	/* The first look is before the method. The others are after a part each. */
	MUST(copied && copied <= (until - 1) * AT_ONCE);
	tally[INTERRUPTED]++;
	return false;
}

/* While the call is interrupted, another thread may delete a capability or put a weaker one in its place. */
static void meanwhile(void)
{
	u64 slot = dice() % 2 ? TO : FROM;

	switch (dice() % 12) {
	case 0:
		MUST(call_cnode_delete(M_CNODE, slot) == OK);
		tally[LOST]++;
		break;
	case 1:
		slot_of(slot)->rights &= slot == TO ? ~RIGHT_WRITE : ~RIGHT_READ;
		tally[WEAKENED]++;
		break;
	default: break;
	}
}

/* Of a byte of a Frame, mostly; else of none. */
static u64 any_offset(u64 all)
{
	static const u64 far[] = {1ul << 32, 1ul << 63, ~0ul, ~0ul - 4095};

	switch (dice() % 16) {
	case 0: return all;
	case 1: return all + 1 + dice() % 2;
	case 2: return far[dice() % ARRAY_LEN(far)];
	default: return dice() % all;
	}
}

static u64 any_length(u64 room)
{
	switch (dice() % 8) {
	case 0: return dice() % 20;
	case 1: return room;
	case 2: return room + 1 + dice() % 2;
	case 3: return ~0ul - dice() % 5000;
	default: return room ? dice() % room : 0;
	}
}

static u64 rights_of(u64 wanted)
{
	return dice() % 8 ? wanted | dice() % 16 : dice() % 16;
}

/* Fills the two slots and the call's words. */
static void prepare(void)
{
	static const u64 odd[] = {0, ENDPOINT, ROOT_SLOTS, ~0ul, TO};
	u64 to = FRAME + dice() % (DEVICE + 1 - FRAME);
	u64 from = dice() % 2 ? to : FRAME + dice() % (DEVICE + 1 - FRAME);

	MUST(call_copy(TO, to, rights_of(RIGHT_WRITE)) == OK);
	MUST(call_copy(FROM, from, rights_of(RIGHT_READ)) == OK);
	u64 all_to = slot_of(TO)->pages * PAGE_SIZE, all_from = slot_of(FROM)->pages * PAGE_SIZE;
	call.args = (struct frame_copy){
		.offset = any_offset(all_to),
		.source = dice() % 10 ? FROM : odd[dice() % ARRAY_LEN(odd)],
		.source_offset = any_offset(all_from)};
	/* Near each other, so that they overlap. */
	if (dice() % 3 == 0)
		call.args.source_offset = call.args.offset + dice() % 600 - 300;
	call.args.bytes =
		any_length(MIN(all_to - call.args.offset, all_from - call.args.source_offset));
	call.by_slots = dice() % 2;
	tally[BY_SLOTS] += call.by_slots;
	memcpy(call.before, phys_to_virt(UNTYPED_PHYS), MEMORY_BYTES);
}

static void count_kinds(u64 to, u64 from)
{
	u64 distance = to + call.args.offset - from - call.args.source_offset;

	tally[FORWARD] += 0 - distance < call.args.bytes;
	tally[BACKWARD] += distance && distance < call.args.bytes;
}

static void copy_once(void)
{
	prepare();
	const struct frame_copy a = call.args;
	u64 source = a.source == TO ? TO : FROM, to = place(TO), from = place(source);
	u64 all_to = slot_of(TO)->pages * PAGE_SIZE, all_from = slot_of(source)->pages * PAGE_SIZE;

	machine_method = begin;
	if (call.by_slots)
		call_cnode_copy_bytes(
			M_CNODE,
			&(struct cnode_copy_bytes){
				.index = TO,
				.offset = a.offset,
				.source_cnode = M_CNODE,
				.source_index = a.source,
				.source_offset = a.source_offset,
				.bytes = a.bytes});
	else
		call_frame_copy(TO, &a);
	machine_method = NULL;
	status_t wanted = expected(all_to, all_from);
	if (wanted == OK)
		count_kinds(to, from);
	while (!enter()) {
		check_bytes(to, from, rest_of_call());
		machine_caller = machine_b;
		meanwhile();
		machine_caller = machine_a;
		wanted = expected(all_to, all_from);
	}
	status_t got = TAG_STATUS(machine_a->regs.rax);
	MUST(got == wanted);
	struct frame_copy rest = rest_of_call();
	if (got == OK)
		rest = (struct frame_copy){a.offset, a.source, a.source_offset, 0};
	check_bytes(to, from, rest);
	tally[got == OK ? DONE : REFUSED]++;
	for (u64 slot = TO; slot <= FROM; slot++)
		MUST(call_cnode_delete(M_CNODE, slot) == OK);
}

/* The bytes that the words no longer name are 0, and all others as they were. */
static void check_cleared(u64 at, struct frame_clear args)
{
	static u8 wanted[MEMORY_BYTES];
	u64 begins = machine_a->regs.rsi, left = machine_a->regs.rdx;

	MUST(begins - args.offset + left == args.bytes);
	memcpy(wanted, call.before, MEMORY_BYTES);
	memset(wanted + at + args.offset, 0, begins - args.offset);
	MUST(memcmp(wanted, phys_to_virt(UNTYPED_PHYS), MEMORY_BYTES) == 0);
}

static void clear_once(void)
{
	u64 slot = FRAME + dice() % (DEVICE - FRAME), all = slot_of(slot)->pages * PAGE_SIZE;
	struct frame_clear args = {.offset = dice() % all};

	args.bytes = 1 + dice() % (all - args.offset);
	memcpy(call.before, phys_to_virt(UNTYPED_PHYS), MEMORY_BYTES);
	machine_method = begin;
	call_frame_clear(slot, &args);
	machine_method = NULL;
	for (bool ended = false; !ended; tally[INTERRUPTED] += !ended) {
		looks = dice() % 4 ? 0 : 2 + (u32)dice() % 6;
		machine_switch(machine_a);
		ended = machine_enter();
		if (!ended)
			check_cleared(place(slot), args);
	}
	MUST(TAG_STATUS(machine_a->regs.rax) == OK);
	machine_a->regs.rsi = args.offset + args.bytes;
	machine_a->regs.rdx = 0;
	check_cleared(place(slot), args);
	tally[CLEARED]++;
}

static void run(u64 seed, u32 length)
{
	(void)seed;
	machine_interrupt = interrupt;
	make_all();
	for (u32 i = 0; i < length; i++)
		if (dice() % 4)
			copy_once();
		else
			clear_once();
	machine_check();
}

int main(int argc, char **argv)
{
	if (!sequences(argc, argv, run))
		return 1;
	for (u32 i = 0; i < PARTS; i++) {
		printf("%s: %lu\n", names[i], tally[i]);
		MUST(tally[i]); /* else this case is not tested */
	}
	return 0;
}
