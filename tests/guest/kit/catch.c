/* Threads whose faults the test takes, sleeping, and features of the processor. */
#include "tests/guest/kit/catch.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"

#define PATIENCE 10000 /* microseconds */

void nap(u64 n_microseconds)
{
	cap_t never = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = now() + microseconds(n_microseconds);
	EXPECT(ERR_DEADLINE, ipc(SYS_WAIT, never, &m));
}

struct fault catch_fault_after_steps(void (*f)(u64), u64 argument, u32 steps)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(f, argument, KIT_PRIORITY - 10);
	struct fault fault = {0};

	give_fault_endpoint(t.thread, faults);
	for (u32 i = 0; i <= steps; i++) {
		struct message m = {.tag = TAG_DEADLINE};

		ipc_buffer->deadline = now() + microseconds(PATIENCE);
		fault.came = ipc(SYS_RECV, faults, &m) == OK;
		if (!fault.came)
			break;
		fault.vector = m.word[FAULT_VECTOR];
		fault.error = m.word[FAULT_ERROR];
		fault.address = m.word[FAULT_ADDRESS];
		fault.ip = m.word[FAULT_IP];
		fault.flags = m.word[FAULT_FLAGS];
		fault.tag = m.tag;
		bool go_on = fault.vector == 1 && i < steps;
		EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(go_on ? 0 : 1, 0)}));
		if (!go_on)
			break;
	}
	EXPECT(OK, slot_delete(t.thread));
	return fault;
}

struct fault catch_fault(void (*f)(u64), u64 argument)
{
	return catch_fault_after_steps(f, argument, 0);
}

static void cpuid(u32 leaf, u32 *b, u32 *c, u32 *d)
{
	u32 a = leaf;

	*c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(*b), "+c"(*c), "=d"(*d));
}

/* Leaf 7 may be beyond the last there is. */
static u32 feature_word(u32 leaf, char which)
{
	u32 b, c, d, last;

	__asm__ volatile("cpuid" : "=a"(last), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf & 0x80000000));
	if (leaf > last)
		return 0;
	cpuid(leaf, &b, &c, &d);
	return which == 'b' ? b : which == 'c' ? c : d;
}

bool has_feature_7b(u32 bit)
{
	return feature_word(7, 'b') >> bit & 1;
}

bool has_feature_7c(u32 bit)
{
	return feature_word(7, 'c') >> bit & 1;
}

bool has_feature_1c(u32 bit)
{
	return feature_word(1, 'c') >> bit & 1;
}

bool has_feature_extended_d(u32 bit)
{
	return feature_word(0x80000001, 'd') >> bit & 1;
}
