/*
 * Bindings of interrupts in random order, against a model: a line is masked while it has no binding, or one that was
 * signalled and has not acknowledged; every binding is signalled; and a capability ends only its own binding. A message
 * that comes before the last one is acknowledged is the last that passes until then, and the acknowledgement is followed by
 * a signal for those that were dropped.
 */
#include "calls.h"
#include "machine_vtd.h"
#include "cap/irq.h"
#include "ipc/notification.h"
#include "pc/apic.h"
#include "pc/ioapic.h"
#include "pc/vtd_unit.h"
#include "tests/random.h"

#define CAPS 14
#define STEPS 60000
#define LINE_SHARERS 8
enum {
	M_IRQ = M_FIRST_FREE,
	M_NOTIFICATIONS,
	M_BADGED = M_NOTIFICATIONS + 3,
	M_CAPS = M_BADGED + 3
};

static const u32 number_of[CAPS] = {20, 20, 20, 20, 20, 20, 20, 20, 20, 5, 5, 5, 30, 30};

/* The model: for each capability its binding. */
static struct {
	bool bound, awaited;
	u32 notification, flags, requester;
	u32 messages; /* since the last one was acknowledged */
} model[CAPS];
static u64 expected_bits[3], pauses;

static unsigned long state = 1;

static u32 below(u32 limit)
{
	return (u32)(random_next(&state) % limit);
}

static void narrow(u32 cap)
{
	MUST(call_irq_narrow(M_IRQ, &(struct irq_narrow){.first = number_of[cap],
							 .count = 1,
							 .cnode = M_CNODE,
							 .index = M_CAPS + cap}) == OK);
}

static void make_notification(u32 n)
{
	MUST(call_mint(M_BADGED + n, M_NOTIFICATIONS + n, 1ul << n, MINT_BADGE) == OK);
}

static void unbind(u32 cap)
{
	model[cap].bound = model[cap].awaited = false;
	model[cap].messages = 0;
	model[cap].requester = 0;
}

static status_t expected_of_bind(u32 cap, u32 flags)
{
	u32 others = 0;

	for (u32 i = 0; i < CAPS; i++) {
		if (!model[i].bound || number_of[i] != number_of[cap])
			continue;
		others++;
		if (i == cap || number_of[i] >= IRQ_LINES || !(flags & IOAPIC_LEVEL) ||
		    model[i].flags != flags)
			return ERR_STATE;
	}
	return others < LINE_SHARERS ? OK : ERR_LIMIT;
}

static void bind(u32 cap)
{
	u32 n = below(3), flags = below(4) ? IOAPIC_LEVEL : below(4), requester = below(8) << 3;
	status_t expected = expected_of_bind(cap, flags);
	struct irq_bind_result result;
	struct irq_bind args = {
		.notification = M_BADGED + n, .flags = flags, .requester = requester};

	MUST(call_irq_bind(M_CAPS + cap, &args, &result) == expected);
	if (expected != OK)
		return;
	model[cap].bound = true;
	model[cap].awaited = false;
	model[cap].notification = n;
	model[cap].flags = flags;
	model[cap].requester = requester;
}

static void raise(u32 number)
{
	if (number >= IRQ_LINES && !machine_passes[number])
		return;
	irq_raise(number);
	for (u32 i = 0; i < CAPS; i++)
		if (model[i].bound && number_of[i] == number) {
			model[i].awaited = true;
			model[i].messages++;
			expected_bits[model[i].notification] |= 1ul << model[i].notification;
		}
}

static bool is_message(u32 cap)
{
	return number_of[cap] >= IRQ_LINES;
}

static void acknowledge(u32 cap)
{
	MUST(call_irq_ack(M_CAPS + cap) == (model[cap].bound ? OK : ERR_STATE));
	if (is_message(cap) && model[cap].messages == 2) {
		expected_bits[model[cap].notification] |= 1ul << model[cap].notification;
		pauses++;
	}
	model[cap].awaited = false;
	model[cap].messages = 0;
}

static void revoke(u32 n)
{
	MUST(call_cnode_revoke(M_CNODE, M_NOTIFICATIONS + n) == OK);
	for (u32 i = 0; i < CAPS; i++)
		if (model[i].bound && model[i].notification == n) {
			u32 requester = model[i].requester;

			unbind(i);
			model[i].requester =
				requester; /* until the capability unbinds or binds again */
		}
	make_notification(n);
}

static void step(void)
{
	u32 cap = below(CAPS);

	switch (below(8)) {
	case 0:
	case 1: bind(cap); break;
	case 2:
	case 3: raise(number_of[cap]); break;
	case 4: acknowledge(cap); break;
	case 5:
		MUST(call_irq_unbind(M_CAPS + cap) == (model[cap].bound ? OK : ERR_STATE));
		if (model[cap].bound)
			unbind(cap);
		break;
	case 6:
		MUST(call_cnode_delete(M_CNODE, M_CAPS + cap) == OK);
		unbind(cap);
		narrow(cap);
		break;
	default:
		if (below(4) == 0)
			revoke(below(3));
	}
}

static void check(void)
{
	for (u32 line = 0; line < IRQ_LINES; line++) {
		u32 bound = 0, awaited = 0;

		for (u32 i = 0; i < CAPS; i++)
			if (model[i].bound && number_of[i] == line) {
				bound++;
				awaited += model[i].awaited;
			}
		MUST((machine_masked >> line & 1) == (!bound || awaited));
	}
	for (u32 i = 0; i < CAPS; i++)
		MUST(!is_message(i) || model[i].messages <= 2);
	MUST(machine_passes[30] == ((model[12].bound && model[12].messages < 2) ||
				    (model[13].bound && model[13].messages < 2)));
	for (u32 n = 0; n < 3; n++) {
		struct notification *o =
			(struct notification *)machine_root->slots[M_NOTIFICATIONS + n].object;

		MUST(o->bits == expected_bits[n]);
		o->bits = expected_bits[n] = 0;
	}
	for (u32 i = 0; i < CAPS; i++)
		MUST(machine_root->slots[M_CAPS + i].requester == model[i].requester);
}

static void unbind_one(u32 cap)
{
	MUST(call_irq_unbind(M_CAPS + cap) == OK);
	unbind(cap);
	check();
}

/* Each place of a line is the last one that is bound, once as it was and once signalled; then another binding comes beside it. */
static void check_each_place(void)
{
	for (u32 round = 0; round < 2 * LINE_SHARERS; round++) {
		u32 last = round / 2;

		for (u32 cap = 0; cap < LINE_SHARERS + 1; cap++)
			if (model[cap].bound)
				unbind_one(cap);
		for (u32 cap = 0; cap < LINE_SHARERS; cap++)
			while (!model[cap].bound)
				bind(cap);
		if (round % 2)
			raise(number_of[last]);
		for (u32 cap = 0; cap < LINE_SHARERS; cap++)
			if (cap != last)
				unbind_one(cap);
		while (!model[LINE_SHARERS].bound)
			bind(LINE_SHARERS);
		check();
	}
}

int main(void)
{
	machine_begin(1);
	vtd_common.remaps = true;
	machine_root->slots[M_IRQ] =
		(struct slot){.type = CAP_IRQ, .rights = RIGHT_ALL_KERNEL, .count = IRQ_COUNT};
	MUST(call_retype(M_UNTYPED, CAP_NOTIFICATION, 0, M_NOTIFICATIONS, 3) == OK);
	for (u32 n = 0; n < 3; n++)
		make_notification(n);
	for (u32 cap = 0; cap < CAPS; cap++)
		narrow(cap);
	for (u32 i = 0; i < STEPS; i++) {
		step();
		check();
	}
	MUST(pauses > STEPS / 1000);
	check_each_place();
	machine_check();
	machine_check_memory();
	puts("interrupts: all right");
}
