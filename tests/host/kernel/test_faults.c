/* Faults without a machine: a report that its handler drops is queued again, so often and no more; an answer sets the registers
 * that it carries, and nothing else. */
#include "calls.h"
#include "ipc/fault.h"
#include "sched/registers.h"
#include "tests/random.h"

enum { M_FAULTS = M_FIRST_FREE, M_BADGED, M_REPLY };
#define BADGE 0x77
#define ANSWERS 20000
#define CHOICE 0x250dd5ul
#define ALWAYS 0x202ul

/* B faults, with A as its handler. */
static void raise_one(void)
{
	machine_fault(machine_b);
	MUST(machine_b->state == THREAD_SENDING && machine_b->fault_pending);
	machine_switch(machine_a);
}

static u64 receive(void)
{
	MUST(machine_call(machine_a, SYS_RECV, M_FAULTS, TAG_NONBLOCK, NULL, 0));
	return machine_a->regs.rax;
}

static void expect_report(void)
{
	u64 tag = receive();

	MUST(TAG_STATUS(tag) == OK && TAG_LABEL(tag) == LABEL_FAULT &&
	     TAG_LENGTH(tag) == FAULT_WORDS);
	MUST(machine_a->regs.rdi == BADGE && machine_b->state == THREAD_FAULTED);
	MUST(!machine_b->fault_pending && machine_a->bound_reply.caller == machine_b);
	machine_check();
	machine_check_memory();
}

static void expect_stopped(void)
{
	MUST(TAG_STATUS(receive()) == ERR_WOULD_BLOCK);
	MUST(machine_b->state == THREAD_STOPPED && !machine_b->awaiting && !machine_b->sent_link);
	MUST(!machine_root->slots[M_FAULTS].object ||
	     !((struct endpoint *)machine_root->slots[M_FAULTS].object)->senders.head);
	MUST(call_thread_resume(M_THREAD_B) == OK);
}

static void used_up(void)
{
	for (u32 round = 0; round < 3; round++) {
		raise_one();
		for (u32 i = 0; i < FAULT_REPORTS; i++)
			expect_report();
		expect_stopped();
	}
	/* An answer ends the count. */
	for (u32 i = 0; i < 2 * FAULT_REPORTS; i++) {
		raise_one();
		expect_report();
		MUST(machine_call(machine_a, SYS_REPLY, 0, TAG(FAULT_RETRY, 0), NULL, 0));
		MUST(machine_b->state == THREAD_READY);
	}
}

/* The report is held by a Reply object, which goes, or by the thread itself. */
static void held_elsewhere(void)
{
	raise_one();
	expect_report();
	MUST(call_retype(M_UNTYPED, CAP_REPLY, 0, M_REPLY, 1) == OK);
	MUST(call_cnode_save_caller(M_CNODE, M_REPLY) == OK);
	MUST(machine_b->state == THREAD_FAULTED && machine_b->saved_by == machine_a);
	MUST(call_cnode_delete(M_CNODE, M_REPLY) == OK);
	MUST(machine_b->state == THREAD_SENDING && !machine_b->saved_by);
	expect_report();
	MUST(call_thread_suspend(M_THREAD_B) == OK);
	expect_stopped();
}

/* There is no Endpoint to report to any more: at once, or when the handler drops the report. */
static void endpoint_goes(void)
{
	raise_one();
	MUST(call_thread_clear(M_THREAD_B, THREAD_ROOT_FAULT) == OK);
	expect_stopped();
	MUST(call_thread_suspend(M_THREAD_B) == OK);
	MUST(call_thread_configure(
		     M_THREAD_B, &(struct thread_configure){.fault_endpoint = M_BADGED}) == OK);
	MUST(call_thread_resume(M_THREAD_B) == OK);
	raise_one();
	expect_report();
	MUST(call_cnode_revoke(M_CNODE, M_FAULTS) == OK);
	MUST(machine_b->state == THREAD_FAULTED);
	expect_stopped();
}

static u64 draw(void)
{
	static u64 state = 88172645463325252ul;

	return random_word(&state);
}

/* The status that an answer has, and B's registers after it. */
static status_t expected(u64 label, u32 length, const u64 *word, struct general_registers *g)
{
	bool all = length == FAULT_WORDS,
	     takes = label == FAULT_RETRY && (all || length == FAULT_FEW);

	if (length > MSG_WORDS || (label == FAULT_RETRY && length > MSG_REGS && !all))
		return ERR_LENGTH;
	if (takes && word[FAULT_IP] >= USER_TOP)
		return ERR_RANGE;
	if (!takes)
		return OK;
	g->ip = word[FAULT_IP];
	g->sp = word[FAULT_SP];
	g->flags = (word[FAULT_FLAGS] & CHOICE) | ALWAYS;
	for (u32 i = 0; all && i < FAULT_WORDS - FAULT_REGS; i++)
		(&g->rax)[i] = word[FAULT_REGS + i];
	return OK;
}

static void try_answer(u64 label, u32 length)
{
	struct general_registers g, got;
	u64 word[MSG_WORDS];

	raise_one();
	expect_report();
	g = registers_of(machine_b);
	for (u32 i = 0; i < MSG_WORDS; i++)
		machine_a->buffer->words[i] = word[i] = draw();
	if (draw() % 4)
		word[FAULT_IP] %= USER_TOP;
	status_t wanted = expected(label, length, word, &g);
	MUST(machine_call(machine_a, SYS_REPLY, 0, TAG(label, length), word, MSG_REGS));
	MUST(TAG_STATUS(machine_a->regs.rax) == wanted);
	got = registers_of(machine_b);
	MUST(memcmp(&g, &got, sizeof(g)) == 0);
	MUST(machine_b->regs.cs == SEL_UCODE && machine_b->regs.ss == SEL_UDATA);
	MUST(machine_b->state ==
	     (wanted != OK           ? THREAD_FAULTED
	      : label == FAULT_RETRY ? THREAD_READY
				     : THREAD_STOPPED));
	if (wanted != OK)
		MUST(machine_call(machine_a, SYS_REPLY, 0, TAG(FAULT_STAYS, 0), NULL, 0));
	if (machine_b->state == THREAD_STOPPED)
		MUST(call_thread_resume(M_THREAD_B) == OK);
}

static void answers_set_registers(void)
{
	static const u32 lengths[] = {FAULT_WORDS, FAULT_FEW};

	for (u32 length = 0; length < MSG_WORDS + 8; length++)
		for (u64 label = 0; label < 3; label++)
			try_answer(label, length);
	for (u32 i = 0; i < ANSWERS; i++)
		try_answer(FAULT_RETRY, lengths[i % 2]);
}

int main(void)
{
	machine_begin(1);
	MUST(call_retype(M_UNTYPED, CAP_ENDPOINT, 0, M_FAULTS, 1) == OK);
	MUST(call_mint(M_BADGED, M_FAULTS, BADGE, MINT_BADGE) == OK);
	MUST(call_thread_suspend(M_THREAD_B) == OK);
	MUST(call_thread_configure(
		     M_THREAD_B, &(struct thread_configure){.fault_endpoint = M_BADGED}) == OK);
	MUST(call_thread_resume(M_THREAD_B) == OK);
	used_up();
	held_elsewhere();
	answers_set_registers();
	endpoint_goes();
	machine_check();
	machine_check_memory();
	puts("faults: none is lost, and none goes round for ever");
}
