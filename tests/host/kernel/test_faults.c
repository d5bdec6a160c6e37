/* Faults without a machine: a report that its handler drops is queued again, so often and no more. */
#include "calls.h"
#include "ipc/fault.h"

enum { M_FAULTS = M_FIRST_FREE, M_BADGED, M_REPLY };
#define BADGE 0x77

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
	endpoint_goes();
	machine_check();
	machine_check_memory();
	puts("faults: none is lost, and none goes round for ever");
}
