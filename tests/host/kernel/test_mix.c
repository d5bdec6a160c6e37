/*
 * Several threads change the same capabilities, each between the preemptions of the others' operations, while the timer's
 * interrupt takes apart dying objects. No model: only the invariants, after each entry of the kernel.
 *   test_mix SEED SEQUENCES LENGTH
 */
#include "sequences.h"
#include "calls.h"
#include "cap/reap.h"
#include "x86/cpu.h"
#include "ipc/inherit.h"
#include "pc/apic.h"

#define NESTED 16 /* slots of the CNodes that are made */
#define TICK                                                                                       \
	500 /* of the TSC: an interrupt takes apart few dying objects, so that some are left to others */
#define OP_KINDS 20
#define MESSAGES 3 /* of those */

enum { PREEMPTED_CALLS, FINISHED_CALLS, WAITS, HELPED, WORKED, MOST_DYING, MOST_LATER };

struct call {
	u64 op, cap, tag, word[MSG_REGS];
};

/* ---- the slots that the operations name: mostly filled ones ---- */
static u64 any_filled(void)
{
	for (u32 i = 0; i < 8; i++) {
		u64 slot = M_FIRST_FREE + dice() % (ROOT_SLOTS - M_FIRST_FREE);
		if (machine_root->slots[slot].type)
			return slot;
	}
	return dice() % ROOT_SLOTS;
}

static u64 any_cnode(void)
{
	u64 slot = dice() % 3 ? 0 : any_of(CAP_CNODE);

	return slot ? slot : M_CNODE;
}

static u64 slot_in(u64 cnode, bool empty)
{
	if (cnode != M_CNODE)
		return 1 + dice() % (NESTED - 1);
	return empty ? any_of(CAP_NULL) : any_filled();
}

/* A slot to delete, except those of the machine's own objects. */
static u64 victim_in(u64 cnode)
{
	u64 slot = slot_in(cnode, false);

	return cnode == M_CNODE ? MAX(slot, M_FIRST_FREE) : slot;
}

static u64 perhaps(u64 slot)
{
	return dice() % 3 ? slot : 0;
}

/* ---- the operations ---- */
/* A typed call is not made, but noted here: a thread makes it later. */
static struct call noted;

static status_t note(u64 cap, u64 tag, const u64 *words, u32 count)
{
	noted = (struct call){.op = SYS_CALL, .cap = cap, .tag = tag};
	for (u32 i = 0; i < count; i++)
		noted.word[i] = words[i];
	return OK;
}

/* To an empty slot, from a filled one. */
struct two_slots {
	u64 cnode, index, source_cnode, source_index;
};

static struct two_slots any_two(void)
{
	struct two_slots s = {.cnode = any_cnode()};

	s.index = slot_in(s.cnode, true);
	s.source_cnode = any_cnode();
	s.source_index = slot_in(s.source_cnode, false);
	return s;
}

static void copy(void)
{
	struct two_slots s = any_two();

	call_cnode_copy(s.cnode, &(struct cnode_copy){.index = s.index,
						      .source_cnode = s.source_cnode,
						      .source_index = s.source_index,
						      .rights = dice() % 4 ? RIGHT_ALL : dice()});
}

static void mint(void)
{
	struct two_slots s = any_two();
	struct cnode_mint m = {
		.index = s.index,
		.source_cnode = s.source_cnode,
		.source_index = s.source_index,
		.rights = RIGHT_ALL};

	if (m.source_cnode == M_CNODE)
		m.source_index = any_of(CAP_ENDPOINT);
	m.badge = dice();
	m.flags = dice() % 4;
	call_cnode_mint(s.cnode, &m);
}

static void move(void)
{
	struct two_slots s = any_two();

	call_cnode_move(s.cnode, &(struct cnode_move){.index = s.index,
						      .source_cnode = s.source_cnode,
						      .source_index = s.source_index});
}

static void delete_one(void)
{
	u64 cnode = any_cnode();

	call_cnode_delete(cnode, victim_in(cnode));
}

static void revoke(void)
{
	u64 cnode = any_cnode(), slot = victim_in(cnode);

	call_cnode_revoke(cnode, cnode == M_CNODE && dice() % 8 == 0 ? M_UNTYPED : slot);
}

static void retype(void)
{
	static const struct {
		u32 type;
		u64 size;
	} kind[] = {{CAP_ENDPOINT, 0},     {CAP_NOTIFICATION, 0},  {CAP_REPLY, 0},
		    {CAP_THREAD, 0},       {CAP_THREAD, 0},        {CAP_CNODE, NESTED},
		    {CAP_CNODE, NESTED},   {CAP_FRAME, 1},         {CAP_FRAME, 3},
		    {CAP_UNTYPED, 0x4000}, {CAP_UNTYPED, 0x10000}, {CAP_PAGE_TABLE, 0},
		    {CAP_ADDRESS_SPACE, 0}};
	u64 which = dice() % ARRAY_LEN(kind), untyped = perhaps(any_of(CAP_UNTYPED));
	struct untyped_retype r = {
		.type = kind[which].type, .size = kind[which].size, .cnode = any_cnode()};

	r.index = slot_in(r.cnode, true);
	r.count = r.type == CAP_ADDRESS_SPACE ? 1 : 1 + dice() % 3;
	call_untyped_retype(untyped ? untyped : M_UNTYPED, &r);
}

static void configure(void)
{
	u64 thread = any_of(CAP_THREAD);
	struct thread_configure c = {0};

	c.cnode = dice() % 4 ? M_CNODE : perhaps(any_of(CAP_CNODE));
	c.address_space = dice() % 4 ? M_SPACE : perhaps(any_of(CAP_ADDRESS_SPACE));
	c.fault_endpoint = perhaps(any_of(CAP_ENDPOINT));
	c.ipc_buffer_frame = perhaps(any_of(CAP_FRAME));
	c.notification = perhaps(any_of(CAP_NOTIFICATION));
	call_thread_configure(thread, &c);
}

static void control(void)
{
	u64 thread = any_of(CAP_THREAD);

	switch (dice() % 4) {
	case 0: call_thread_suspend(thread); break;
	case 1: call_thread_cancel(thread); break;
	default: call_thread_start(thread, &(struct thread_start){.instruction_pointer = 0x1000});
	}
}

/* The machine's own two threads never wait, so that one thread always goes on. */
static bool never_waits(const struct thread *t)
{
	return t == machine_a || t == machine_b;
}

static struct call message(const struct thread *t)
{
	static const u64 ops[] = {
		SYS_CALL, SYS_SEND, SYS_RECV, SYS_REPLY_RECV, SYS_WAIT, SYS_SIGNAL, SYS_REPLY};
	struct call c = {.op = ops[dice() % ARRAY_LEN(ops)]};

	if (c.op == SYS_WAIT || c.op == SYS_SIGNAL)
		c.cap = any_of(CAP_NOTIFICATION);
	else
		c.cap = any_of(dice() % 5 ? CAP_ENDPOINT : CAP_REPLY);
	if (c.op == SYS_CALL && (never_waits(t) || machine_root->slots[c.cap].type != CAP_ENDPOINT))
		c.op = SYS_SEND;
	c.tag = never_waits(t) ? TAG_NONBLOCK : 0;
	if (t->buffer && dice() % 3 == 0) {
		c.tag |= 1ul << TAG_CAPS_SHIFT;
		t->buffer->send_caps[0] = (u32)any_filled();
	}
	if (t->buffer)
		t->buffer->recv_caps[0] = (u32)any_of(CAP_NULL);
	return c;
}

static void any_method(u32 kind)
{
	switch (kind) {
	case 0: copy(); break;
	case 1: mint(); break;
	case 2: move(); break;
	case 3:
	case 4: delete_one(); break;
	case 5: dice() % 3 ? delete_one() : revoke(); break;
	case 6:
	case 7: configure(); break;
	case 8:
	case 9: control(); break;
	case 10: call_cnode_fail(M_CNODE, any_of(CAP_ENDPOINT)); break;
	case 11: call_cnode_save_caller(M_CNODE, any_of(CAP_REPLY)); break;
	default: retype();
	}
}

static struct call any_call(const struct thread *t)
{
	u32 kind = dice() % OP_KINDS;

	if (kind < MESSAGES)
		return message(t);
	any_method(kind - MESSAGES);
	return noted;
}

static void begin_call(struct thread *t)
{
	struct call c = any_call(t);

	/* A method that turns out to be a call on an endpoint would wait. */
	if (never_waits(t) && c.op == SYS_CALL &&
	    t->caps[c.cap % t->caps_count].type == CAP_ENDPOINT)
		c.cap = 0;
	machine_load(t, c.op, c.cap, c.tag, c.word, MSG_REGS);
}

/* ---- the sequence ---- */
static bool can_run(const struct thread *t)
{
	return t->state == THREAD_READY && t->header.refs && t->caps_count &&
	       t->caps == machine_root->slots;
}

/* A thread that may run; NULL if none. */
static struct thread *any_thread(void)
{
	struct thread *list[ROOT_SLOTS + 2];
	u32 count = 0;

	if (can_run(machine_a))
		list[count++] = machine_a;
	if (can_run(machine_b))
		list[count++] = machine_b;
	for (u32 i = M_FIRST_FREE; i < ROOT_SLOTS; i++) {
		const struct slot *s = &machine_root->slots[i];
		if (s->type != CAP_THREAD)
			continue;
		struct thread *t =
			(struct thread *)((u8 *)s->object - offsetof(struct thread, header));
		if (can_run(t))
			list[count++] = t;
	}
	return count ? list[dice() % count] : NULL;
}

static u64 length_of(const struct kobject *list)
{
	u64 n = 0;

	for (; list; list = list->dying_next)
		n++;
	return n;
}

static void count_dying(const struct thread *t)
{
	u64 later = 0;

	for (u32 p = 0; p < PRIORITIES; p++)
		later += length_of(cpu0.later[p].first);
	tally[MOST_DYING] = MAX(tally[MOST_DYING], length_of(t->dying));
	tally[MOST_LATER] = MAX(tally[MOST_LATER], later);
}

/* Objects that wait for their urgency are taken apart, or their memory is wanted meanwhile. */
static void end_more(const struct thread *t)
{
	if (dice() % 8 == 0 && machine_work())
		tally[WORKED]++;
	else if (t->dying && cpu0.current && dice() % 4 == 0 && ++tally[HELPED])
		reap_in(UNTYPED_PHYS, UNTYPED_PAGES * PAGE_SIZE);
}

static void run(u64 seed, u32 length)
{
	struct thread *t;

	(void)seed;
	tsc_hz = TICK * 100000ul;
	machine_method = note;
	inherit_set_own(machine_b, 5);
	for (u32 i = 0; i < length && (t = any_thread()); i++) {
		/* A preempted thread goes on with the same call, mostly: it may have been started anew. */
		if (t->regs.rip != MACHINE_AGAIN || dice() % 8 == 0)
			begin_call(t);
		machine_switch(t);
		tally[machine_enter() ? FINISHED_CALLS : PREEMPTED_CALLS]++;
		tally[WAITS] += t->state != THREAD_READY;
		count_dying(t);
		machine_check_memory();
		machine_check();
		end_more(t);
		machine_check_memory();
		machine_check();
	}
}

int main(int argc, char **argv)
{
	if (!sequences(argc, argv, run))
		return 1;
	printf("%lu calls finished, %lu preemptions, %lu waits; %lu times that others wanted what "
	       "was dying, at most %lu; %lu times that what had waited was worked off, at most "
	       "%lu\n",
	       tally[FINISHED_CALLS], tally[PREEMPTED_CALLS], tally[WAITS], tally[HELPED],
	       tally[MOST_DYING], tally[WORKED], tally[MOST_LATER]);
	for (u32 i = 0; i <= MOST_LATER; i++)
		MUST(tally[i]); /* else the interesting cases did not occur */
	return 0;
}
