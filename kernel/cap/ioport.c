/*
 * I/O ports as capabilities: reading and writing (narrowing is cap/range.c, which joins with
 * derivation). Each access is a system call. The TSS's permission bitmap would be 8 KiB to switch for each task, and port
 * accesses are slow anyway.
 */
#include "cap/range.h"
#include "gen/kernel/methods.h"
#include "x86/x86.h"

static status_t check(const struct slot *s, u64 port, u64 bytes)
{
	if (bytes != 1 && bytes != 2 && bytes != 4)
		return ERR_ARG;
	if (port < s->number || port >= s->number + s->count || bytes > s->number + s->count - port)
		return ERR_RANGE;
	return OK;
}

static status_t narrow_decode(struct invocation *inv)
{
	const struct ioport_narrow args = ioport_narrow_args(inv);

	return range_narrow_decode(inv, args.first, args.count, args.cnode, args.index);
}

static u64 in(u16 port, u64 bytes)
{
	switch (bytes) {
	case 1: return inb(port);
	case 2: return inw(port);
	default: return inl(port);
	}
}

static status_t in_decode(struct invocation *inv)
{
	const struct ioport_in args = ioport_in_args(inv);
	status_t status = check(inv->slot, args.port, args.bytes);

	if (status != OK)
		return status;
	return ioport_in_answer(inv, (struct ioport_in_result){in((u16)args.port, args.bytes)});
}

static status_t out_decode(struct invocation *inv)
{
	const struct ioport_out args = ioport_out_args(inv);
	status_t status = check(inv->slot, args.port, args.bytes);
	u16 port = (u16)args.port;

	if (status != OK)
		return status;
	if (args.bytes == 1)
		outb(port, (u8)args.value);
	else if (args.bytes == 2)
		outw(port, (u16)args.value);
	else
		outl(port, (u32)args.value);
	return OK;
}

status_t ioport_decode(struct invocation *inv)
{
	if (inv->label < IOPORT_NARROW || inv->label > IOPORT_OUT)
		return ERR_METHOD;
	if (!invocation_may(inv, inv->label == IOPORT_IN ? RIGHT_READ : RIGHT_WRITE))
		return ERR_RIGHTS;
	switch (inv->label) {
	case IOPORT_NARROW: return narrow_decode(inv);
	case IOPORT_IN: return in_decode(inv);
	default: return out_decode(inv);
	}
}
