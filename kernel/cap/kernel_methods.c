/*
 * The Kernel capability: the switches of the kernel itself. One of them gives the screen to a driver, for the kernel draws
 * there too, before any driver runs and in a panic; the serial line needs none, since two writers only mix their lines.
 * (Linux has VT_PROCESS and fbcon's take-over for this; seL4 and NOVA draw nothing.)
 */
#include "cap/kernel_methods.h"
#include "ipc/message.h"
#include "ipc/trace.h"
#include "lib/string.h"
#include "microk/cap.h"
#include "sched/preempt.h"
#include "sched/thread.h"
#include "screen/screen.h"
#include "x86/debugcon.h"

#define SHOW_BYTES ((MSG_REGS - 1) * sizeof(u64))

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

/* The first bytes of the text are shown, and an interrupt waits: the call begins anew with the others. The caller's registers have them, as
 * those of an interrupted `rep movs` have the rest of its run. */
static status_t show_rest_later(struct invocation *inv, u64 shown)
{
	char *text = (char *)&inv->word[1];

	inv->word[0] -= shown;
	memmove(text, text + shown, inv->word[0]);
	message_load(&inv->caller->regs, inv->word);
	return PREEMPTED;
}

static status_t decode_show(struct invocation *inv)
{
	const char *text = (const char *)&inv->word[1];
	u64 bytes = inv->word[0];

	if (bytes > SHOW_BYTES)
		return ERR_LENGTH;
	for (u64 i = 0; i < bytes; i++) {
		while (!screen_put(text[i]))
			if (preempt_pending())
				return show_rest_later(inv, i);
		debugcon_put(text[i]);
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
	case KERNEL_TRACE: return decode_trace(inv->word[0]);
	case KERNEL_SCREEN: return decode_screen(inv->word[0]);
	default: return decode_show(inv);
	}
}
