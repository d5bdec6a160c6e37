/*
 * I/O ports as capabilities: reading and writing (narrowing is cap/range.c, which joins with
 * derivation). A system call for each access rather than the TSS's permission bitmap: 8 KiB less
 * to switch per task, and ports are slow anyway.
 */
#include "cap/ioport.h"
#include "cap/range.h"
#include "x86/x86.h"

static status_t check(const struct invocation *inv)
{
	u64 port = inv->word[0], bytes = inv->word[1];
	const struct slot *s = inv->slot;

	if (bytes != 1 && bytes != 2 && bytes != 4)
		return ERR_ARG;
	if (port < s->number || port >= s->number + s->count || bytes > s->number + s->count - port)
		return ERR_RANGE;
	return OK;
}

static void in(struct invocation *inv)
{
	u16 port = (u16)inv->word[0];

	switch (inv->word[1]) {
	case 1: inv->result[0] = inb(port); break;
	case 2: inv->result[0] = inw(port); break;
	default: inv->result[0] = inl(port); break;
	}
	inv->results = 1;
}

static void out(const struct invocation *inv)
{
	u16 port = (u16)inv->word[0];

	if (inv->word[1] == 1)
		outb(port, (u8)inv->word[2]);
	else if (inv->word[1] == 2)
		outw(port, (u16)inv->word[2]);
	else
		outl(port, (u32)inv->word[2]);
}

status_t ioport_decode(struct invocation *inv)
{
	if (inv->label < IOPORT_NARROW || inv->label > IOPORT_OUT)
		return ERR_METHOD;
	if (!invocation_may(inv, inv->label == IOPORT_IN ? RIGHT_READ : RIGHT_WRITE))
		return ERR_RIGHTS;
	if (inv->label == IOPORT_NARROW)
		return range_narrow_decode(inv);
	status_t s = check(inv);
	if (s != OK)
		return s;
	if (inv->label == IOPORT_IN)
		in(inv);
	else
		out(inv);
	return OK;
}
