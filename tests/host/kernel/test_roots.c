/* THREAD_CLEAR without a machine: nothing of a root is left in the thread, nor of the thread in the object. */
#include "calls.h"
#include "ipc/notification.h"

enum { M_NOTIFICATION = M_FIRST_FREE, M_FAULTS };

static u32 refs_of(u64 slot)
{
	return machine_root->slots[slot].object->refs;
}

int main(void)
{
	machine_begin(1);
	u32 spaces = refs_of(M_SPACE), nodes = refs_of(M_CNODE);
	MUST(call_thread_suspend(M_THREAD_B) == OK);

	MUST(call_retype(M_UNTYPED, CAP_NOTIFICATION, 0, M_NOTIFICATION, 1) == OK);
	MUST(call_retype(M_UNTYPED, CAP_ENDPOINT, 0, M_FAULTS, 1) == OK);
	MUST(call_thread_configure(
		     M_THREAD_B, &(struct thread_configure){.fault_endpoint = M_FAULTS,
							    .notification = M_NOTIFICATION}) == OK);
	MUST(machine_b->notification && machine_b->buffer);
	MUST(call_thread_clear(M_THREAD_B, THREAD_ROOTS_ALL + 1) == ERR_ARG);
	MUST(call_thread_clear(M_THREAD_B, 0) == OK && machine_b->notification &&
	     machine_b->buffer);
	/* Its report waits in the Endpoint: it is withdrawn with the capability. */
	MUST(call_thread_resume(M_THREAD_B) == OK);
	machine_fault(machine_b);
	machine_switch(machine_a);
	MUST(machine_b->state == THREAD_SENDING);
	MUST(call_thread_clear(M_THREAD_B, THREAD_ROOT_FAULT) == OK);
	MUST(machine_b->state == THREAD_STOPPED && !machine_b->fault_pending &&
	     !machine_b->slots[T_FAULT].type);
	struct notification *n = machine_b->notification;
	MUST(call_thread_clear(M_THREAD_B, THREAD_ROOT_NOTIFICATION) == OK);
	MUST(!machine_b->notification && !n->bound);
	MUST(call_thread_clear(M_THREAD_B, THREAD_ROOTS_ALL) == OK);
	for (u32 i = 0; i < THREAD_SLOTS; i++)
		MUST(!machine_b->slots[i].type);
	MUST(!machine_b->caps && !machine_b->caps_count && !machine_b->buffer);
	MUST(refs_of(M_SPACE) == spaces - 1 && refs_of(M_CNODE) == nodes - 1);
	MUST(call_thread_resume(M_THREAD_B) == ERR_STATE);
	machine_check();
	machine_check_memory();
	puts("roots: none is left");
}
