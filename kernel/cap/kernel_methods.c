/*
 * The Kernel capability: the switches of the kernel itself. One of them gives the screen to a driver, because the kernel
 * also draws there, before any driver runs and in a panic. The serial line needs no such switch, since two writers only mix
 * their lines. (Linux has VT_PROCESS and fbcon's take-over for this; seL4 and NOVA draw nothing.)
 */
#include "gen/kernel/methods.h"
#include "ipc/trace.h"
#include "microk/cap.h"
#include "sched/preempt.h"
#include "sched/thread.h"
#include "screen/screen.h"
#include "x86/debugcon.h"

#define SHOW_WORDS (MSG_REGS - 1) /* of text; the other is its number of bytes */

static status_t decode_trace(u64 on)
{
	if (on > 1)
		return ERR_ARG;
	trace_switch(on);
	return OK;
}

static status_t decode_screen(u64 is_the_kernels)
{
	if (is_the_kernels > 1)
		return ERR_ARG;
	if (!is_the_kernels)
		screen_give();
	while (is_the_kernels && !screen_return())
		if (preempt_pending())
			return PREEMPTED;
	return OK;
}

/* The text as the message has it. */
union shown {
	u64 run[SHOW_WORDS]; /* of eight bytes */
	char byte[SHOW_WORDS * 8];
};

/* The text from this byte on. */
static union shown rest_of(const union shown *text, u64 from)
{
	u64 at = from / 8, bits = from % 8 * 8;
	union shown rest = {0};

	for (u64 i = 0; at + i < SHOW_WORDS; i++) {
		rest.run[i] = text->run[at + i] >> bits;
		if (bits && at + i + 1 < SHOW_WORDS)
			rest.run[i] |= text->run[at + i + 1] << (64 - bits);
	}
	return rest;
}

/* An interrupt waits, and the text from byte `from` on is not shown yet: the call begins anew with the rest of the text, which
 * is in the caller's registers, like the rest of an interrupted `rep movs`. */
static status_t show_rest_later(struct invocation *inv, const union shown *text, u64 from,
				u64 bytes)
{
	const union shown rest = rest_of(text, from);

	return kernel_show_again(
		inv,
		(struct kernel_show){
			.bytes = bytes - from,
			.text_0 = rest.run[0],
			.text_1 = rest.run[1],
			.text_2 = rest.run[2],
			.text_3 = rest.run[3],
			.text_4 = rest.run[4],
			.text_5 = rest.run[5],
			.text_6 = rest.run[6]});
}

static status_t decode_show(struct invocation *inv)
{
	const struct kernel_show args = kernel_show_args(inv);
	const union shown text = {.run = {args.text_0, args.text_1, args.text_2, args.text_3,
					  args.text_4, args.text_5, args.text_6}};

	if (args.bytes > sizeof(text))
		return ERR_LENGTH;
	for (u64 i = 0; i < args.bytes; i++) {
		while (!screen_put(text.byte[i]))
			if (preempt_pending())
				return show_rest_later(inv, &text, i, args.bytes);
		debugcon_put(text.byte[i]);
		if (i + 1 < args.bytes && preempt_pending())
			return show_rest_later(inv, &text, i + 1, args.bytes);
	}
	return OK;
}

status_t kernel_decode(struct invocation *inv)
{
	if (inv->label < KERNEL_TRACE || inv->label > KERNEL_SHOW)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	switch (inv->label) {
	case KERNEL_TRACE: return decode_trace(kernel_trace_args(inv).on);
	case KERNEL_SCREEN: return decode_screen(kernel_screen_args(inv).kernel_draws);
	default: return decode_show(inv);
	}
}
