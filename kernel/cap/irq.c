/*
 * Irq capabilities.
 *
 * A line that fires is masked until its driver calls IRQ_ACK, so a driver that dies or hangs
 * cannot storm the machine (seL4 and MINIX do so too). Message-signalled interrupts are edges
 * that the device sends one by one; there is nothing to mask, and none is lost, because signals accumulate.
 */
#include "cap/irq.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/range.h"
#include "gen/kernel/methods.h"
#include "ipc/notification.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "pc/ioapic.h"
#include "sched/lookup.h"
#include "x86/cpu.h"

#define MSI_ADDRESS 0xfee00000ul /* SDM vol. 3, 11.11.1; destination in bits 12..19 */
#define BIND_FLAGS 7

static struct slot target[IRQ_COUNT]; /* the Notification capability to signal through */
/* The number of bindings so far: each binding's number is in its target and in the capability that bound it. */
static u64 bindings;

/* A binding may end before its owner (because the Notification ends), and another may be made. */
static bool is_bound(const struct slot *s)
{
	return (s->flags & SLOT_BOUND) && target[s->number].binding == s->binding;
}

void irq_raise(u32 number)
{
	struct slot *s = &target[number];

	if (number < IRQ_LINES)
		ioapic_mask(number);
	apic_eoi();
	if (s->type == CAP_NOTIFICATION)
		notification_signal((struct notification *)s->object, s->badge);
	else
		kinfo->interrupts_dropped++;
}

void irq_unbind(struct slot *s)
{
	bool bound = is_bound(s);

	s->flags &= ~SLOT_BOUND;
	if (!bound)
		return;
	if (s->number < IRQ_LINES)
		ioapic_mask((u32)s->number);
	slot_delete(&target[s->number]);
}

static status_t narrow_decode(struct invocation *inv)
{
	const struct irq_narrow args = irq_narrow_args(inv);

	return range_narrow_decode(inv, args.first, args.count, args.cnode, args.index);
}

static status_t bind_decode(struct invocation *inv)
{
	const struct irq_bind args = irq_bind_args(inv);
	struct slot *s = inv->slot, *n = cap_lookup(inv->caller, args.notification);

	if (s->count != 1 ||
	    (s->number < IRQ_LINES && acpi_facts.line[s->number].input == IRQ_NOWHERE))
		return ERR_RANGE;
	status_t status = slot_check(n, CAP_NOTIFICATION, RIGHT_WRITE);
	if (status != OK)
		return status;
	/* Without a badge the signal would have no bit: no thread would ever wake. */
	if ((args.flags & ~(u64)BIND_FLAGS) || !n->badge)
		return ERR_ARG;
	if (target[s->number].type != CAP_NULL)
		return ERR_STATE;

	u32 number = (u32)s->number;
	slot_derive(&target[number], n, RIGHT_WRITE);
	s->flags |= SLOT_BOUND;
	bindings++;
	s->binding = bindings;
	target[number].binding = bindings;
	if (number < IRQ_LINES) {
		ioapic_route(number, (u32)args.flags);
		ioapic_unmask(number);
		return OK;
	}
	const struct irq_bind_result result = {
		.message_address = MSI_ADDRESS | (u64)apic_id() << 12,
		.message_data = VECTOR_IRQ_BASE + number, /* fixed delivery, edge */
	};
	return irq_bind_answer(inv, result);
}

status_t irq_decode(struct invocation *inv)
{
	if (inv->label < IRQ_NARROW || inv->label > IRQ_ACK)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	if (inv->label == IRQ_NARROW)
		return narrow_decode(inv);
	if (inv->label == IRQ_BIND)
		return bind_decode(inv);
	if (!is_bound(inv->slot))
		return ERR_STATE;
	if (inv->slot->number < IRQ_LINES)
		ioapic_unmask((u32)inv->slot->number);
	return OK;
}
