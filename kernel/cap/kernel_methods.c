/*
 * The Kernel capability: the switches of the kernel itself. One of them gives the screen to a driver, because the kernel
 * also draws there, before any driver runs and in a panic. The serial line needs no such switch, since two writers only mix
 * their lines. (Linux has VT_PROCESS and fbcon's take-over for this; seL4 and NOVA draw nothing.)
 */
#include "gen/kernel/methods.h"
#include "ipc/trace.h"
#include "lib/string.h"
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

/* An interrupt waits, and this text is not shown yet: the call starts again with it. The rest of the text is in the caller's
 * registers, as the rest of an interrupted `rep movs` is. */
static status_t show_rest_later(struct invocation *inv, const char *text, u64 bytes)
{
	u64 words[SHOW_WORDS] = {0};

	memcpy(words, text, bytes);
	return kernel_show_again(
		inv,
		(struct kernel_show){
			.bytes = bytes,
			.text_0 = words[0],
			.text_1 = words[1],
			.text_2 = words[2],
			.text_3 = words[3],
			.text_4 = words[4],
			.text_5 = words[5],
			.text_6 = words[6]});
}

static status_t decode_show(struct invocation *inv)
{
	const struct kernel_show args = kernel_show_args(inv);
	const u64 words[SHOW_WORDS] = {args.text_0, args.text_1, args.text_2, args.text_3,
				       args.text_4, args.text_5, args.text_6};
	char text[sizeof(words)];

	memcpy(text, words, sizeof(text));
	if (args.bytes > sizeof(words))
		return ERR_LENGTH;
	for (u64 i = 0; i < args.bytes; i++) {
		while (!screen_put(text[i]))
			if (preempt_pending())
				return show_rest_later(inv, text + i, args.bytes - i);
		debugcon_put(text[i]);
		if (i + 1 < args.bytes && preempt_pending())
			return show_rest_later(inv, text + i + 1, args.bytes - i - 1);
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
