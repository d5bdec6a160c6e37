/*
 * Irq capabilities.
 *
 * A line that fires is masked until its drivers call IRQ_ACK, so a driver that dies or hangs cannot storm the machine (seL4
 * and MINIX do so too).
 *
 * Message-signalled interrupts are edges that the device sends one by one. A hostile or broken device sends them without an
 * end, and neither its own mask bits nor the local APIC can be relied on to stop it. Linux leaves an edge unmasked while it
 * is handled, and switches it off if 99,900 of 100,000 were handled by none. Here IRQ_ACK ends the handling of a message,
 * too. A second one before that is signalled, and pauses the interrupt: its entry in the table of the unit that remaps
 * interrupts is not present until IRQ_ACK. So a storm costs two interrupts for each IRQ_ACK, and a device whose driver
 * keeps up with it costs nothing. None is lost: those that were dropped in the pause came after a message that the driver
 * may have handled already, so IRQ_ACK then signals once more. Without such a unit no kernel can stop a device's messages.
 *
 * Several devices may share a level-triggered line. seL4 and Zircon let one program bind an interrupt, which must then pass
 * it on to the others, and be trusted with that; Linux calls every handler and asks which device it was. Here each binding
 * is signalled, and the line comes again when the last of the drivers signalled has acknowledged, or has unbound. So a
 * driver that does not acknowledge stops its neighbours, which no kernel can avoid, since the line stays active until its
 * device is served; its supervisor ends that by silencing the device and deleting the binding. A line that is still active
 * then interrupts the neighbours again after each of their acknowledgements.
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
#include "pc/vtd_context.h"
#include "pc/vtd_interrupts.h"
#include "sched/lookup.h"
#include "x86/cpu.h"

#define BIND_FLAGS 7

/* Bindings of one line: more than a PC's firmware has devices share one. Only holders of a line's own capabilities can use
 * them up. */
#define SHARERS 8

/* The Notification capability to signal through; its `count` is the interrupt's number. As it ends, the binding does. */
static struct slot line_target[IRQ_LINES][SHARERS];
static struct slot message_target[IRQ_COUNT - IRQ_LINES];

/* The number of bindings so far: each binding's number is in its target and in the capability that bound it. */
static u64 bindings;

static struct {
	u8 awaited; /* bit n: target n was signalled, and its driver has not acknowledged. Not 0: the line is masked */
	u8 flags; /* IOAPIC_* of its first binding */
} lines[IRQ_LINES];

/* Message-signalled interrupts, as far as their drivers have acknowledged them. */
enum message_state { MESSAGE_HANDLED, MESSAGE_AWAITED, MESSAGE_PAUSED };
static u8 messages[IRQ_COUNT - IRQ_LINES];

_Static_assert(SHARERS <= 8 * sizeof(lines->awaited), "a bit for each");

static struct slot *targets(u64 number, u32 *count)
{
	*count = number < IRQ_LINES ? SHARERS : 1;
	return number < IRQ_LINES ? line_target[number] : &message_target[number - IRQ_LINES];
}

/* The target of the binding that this capability made; NULL: there is none, or it has ended with its Notification. */
static struct slot *target_of(const struct slot *s)
{
	u32 count;
	struct slot *t = targets(s->number, &count);

	for (u32 i = 0; (s->flags & SLOT_BOUND) && i < count; i++)
		if (t[i].type != CAP_NULL && t[i].binding == s->binding)
			return &t[i];
	return NULL;
}

static void message_came(u32 number)
{
	u8 *state = &messages[number - IRQ_LINES];

	if (message_target[number - IRQ_LINES].type == CAP_NULL)
		return;
	if (*state == MESSAGE_AWAITED && vtd_common.remaps) {
		vtd_interrupt_pause(number);
		*state = MESSAGE_PAUSED;
	} else if (*state == MESSAGE_HANDLED) {
		*state = MESSAGE_AWAITED;
	}
}

void irq_raise(u32 number)
{
	u32 count, signalled = 0;
	struct slot *t = targets(number, &count);

	if (number < IRQ_LINES)
		ioapic_mask(number);
	else
		message_came(number);
	apic_eoi();
	for (u32 i = 0; i < count; i++)
		if (t[i].type == CAP_NOTIFICATION) {
			signalled |= 1u << i;
			notification_signal((struct notification *)t[i].object, t[i].badge);
		}
	if (number < IRQ_LINES)
		lines[number].awaited |= (u8)signalled;
	if (!signalled)
		kinfo->interrupts_dropped++;
}

/* More may have come while it was paused. */
static void acknowledge_message(u32 number, const struct slot *target)
{
	u8 *state = &messages[number - IRQ_LINES];
	bool was_paused = *state == MESSAGE_PAUSED;

	*state = MESSAGE_HANDLED;
	if (!was_paused)
		return;
	vtd_interrupt_resume(number);
	notification_signal((struct notification *)target->object, target->badge);
}

static void acknowledge_line(u32 line, const struct slot *target)
{
	lines[line].awaited &= (u8) ~(1u << (target - line_target[line]));
	if (!lines[line].awaited)
		ioapic_unmask(line);
}

/* Whether the line has another binding than this. */
static bool is_shared(u32 line, const struct slot *target)
{
	for (u32 i = 0; i < SHARERS; i++)
		if (&line_target[line][i] != target && line_target[line][i].type != CAP_NULL)
			return true;
	return false;
}

/* The others go on without it. */
static void target_ends(const struct slot *target)
{
	u32 line = target->count;

	if (line < IRQ_LINES) {
		acknowledge_line(line, target);
		if (is_shared(line, target))
			return;
		ioapic_mask(line);
	}
	if (vtd_common.remaps)
		vtd_interrupt_clear(line);
}

void irq_unbind(struct slot *s)
{
	if (s->type == CAP_NOTIFICATION) {
		target_ends(s);
		return;
	}
	struct slot *target = target_of(s);

	s->flags &= ~SLOT_BOUND;
	s->requester = 0;
	if (target)
		slot_delete(target);
}

static status_t narrow_decode(struct invocation *inv)
{
	const struct irq_narrow args = irq_narrow_args(inv);

	return range_narrow_decode(inv, args.first, args.count, args.cnode, args.index);
}

/* An unused target. Only level-triggered lines are shared, by bindings that agree on the polarity. */
static status_t find_place(const struct slot *s, u32 flags, struct slot **place)
{
	u32 count;
	bool is_bound = false;
	struct slot *t = targets(s->number, &count);

	*place = NULL;
	for (u32 i = 0; i < count; i++)
		if (t[i].type != CAP_NULL)
			is_bound = true;
		else if (!*place)
			*place = &t[i];
	if (is_bound && (target_of(s) || s->number >= IRQ_LINES || !(flags & IOAPIC_LEVEL) ||
			 lines[s->number].flags != flags))
		return ERR_STATE;
	return *place ? OK : ERR_LIMIT;
}

/* The first binding of a line routes it. To the others it is as it is: perhaps masked, until all have acknowledged. */
static void start_line(u32 line, u32 flags, const struct slot *target)
{
	if (is_shared(line, target))
		return;
	lines[line].flags = (u8)flags;
	if (vtd_common.remaps)
		vtd_interrupt_set(
			line, VECTOR_IRQ_BASE + line, dmar_ioapic_source(acpi_facts.ioapic_number),
			(flags & IOAPIC_LEVEL) != 0);
	ioapic_route(line, flags, vtd_common.remaps);
	ioapic_unmask(line);
}

/* The message that the device must send. Where interrupts are remapped, only the requester can. */
static struct irq_bind_result start_message(u32 number, u64 requester)
{
	u32 vector = VECTOR_IRQ_BASE + number;

	messages[number - IRQ_LINES] = MESSAGE_HANDLED;
	if (!vtd_common.remaps)
		return (struct irq_bind_result){.message_address = apic_message_address(),
						.message_data = vector}; /* fixed delivery, edge */
	vtd_interrupt_set(number, vector, (u32)requester, false);
	return (struct irq_bind_result){.message_address = vtd_interrupt_message(number)};
}

static void bind(struct slot *s, struct slot *notification, struct slot *place, u64 requester)
{
	slot_derive(place, notification, RIGHT_WRITE);
	place->flags |= SLOT_BOUND;
	place->count = (u32)s->number;
	s->flags |= SLOT_BOUND;
	s->requester = requester;
	bindings++;
	s->binding = bindings;
	place->binding = bindings;
}

static status_t bind_decode(struct invocation *inv)
{
	const struct irq_bind args = irq_bind_args(inv);
	struct slot *s = inv->slot, *n = cap_lookup(inv->caller, args.notification), *place;
	bool is_line = s->number < IRQ_LINES;

	if (s->count != 1 || (is_line && acpi_facts.line[s->number].input == IRQ_NOWHERE))
		return ERR_RANGE;
	status_t status = slot_check(n, CAP_NOTIFICATION, RIGHT_WRITE);
	if (status != OK)
		return status;
	/* Without a badge the signal would have no bit: no thread would ever wake. */
	if ((args.flags & ~(u64)BIND_FLAGS) || !n->badge || args.requester >= VTD_REQUESTERS)
		return ERR_ARG;
	u32 number = (u32)s->number, flags = is_line ? ioapic_flags(number, (u32)args.flags) : 0;
	status = find_place(s, flags, &place);
	if (status != OK)
		return status;
	bind(s, n, place, args.requester);
	if (is_line) {
		start_line(number, flags, place);
		return OK;
	}
	return irq_bind_answer(inv, start_message(number, args.requester));
}

status_t irq_decode(struct invocation *inv)
{
	if (inv->label < IRQ_NARROW || inv->label > IRQ_UNBIND)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	if (inv->label == IRQ_NARROW)
		return narrow_decode(inv);
	if (inv->label == IRQ_BIND)
		return bind_decode(inv);
	const struct slot *target = target_of(inv->slot);
	if (!target)
		return ERR_STATE;
	if (inv->label == IRQ_UNBIND)
		irq_unbind(inv->slot);
	else if (inv->slot->number < IRQ_LINES)
		acknowledge_line((u32)inv->slot->number, target);
	else
		acknowledge_message((u32)inv->slot->number, target);
	return OK;
}
