/*
 * The Kernel capability: the switches of the kernel itself. One of them gives the screen to a driver, for the kernel draws
 * there too, before any driver runs and in a panic; the serial line needs none, since two writers only mix their lines.
 * (Linux has VT_PROCESS and fbcon's take-over for this; seL4 and NOVA draw nothing.)
 */
#include "ipc/kernel_methods.h"
#include "ipc/trace.h"
#include "microk/cap.h"
#include "sched/thread.h"
#include "x86/debugcon.h"
#include "screen/screen.h"

#define SHOW_BYTES ((MSG_REGS - 1) * sizeof(u64))

static void show(const struct invocation *inv)
{
	const char *text = (const char *)&inv->word[1];

	for (u64 i = 0; i < inv->word[0]; i++) {
		debugcon_put(text[i]);
		screen_put(text[i]);
	}
}

status_t kernel_decode(struct invocation *inv)
{
	if (inv->label < KERNEL_TRACE || inv->label > KERNEL_SHOW)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	if (inv->label == KERNEL_SHOW) {
		if (inv->word[0] > SHOW_BYTES)
			return ERR_LENGTH;
		show(inv);
		return OK;
	}
	if (inv->word[0] > 1)
		return ERR_ARG;
	if (inv->label == KERNEL_TRACE)
		trace_switch(inv->word[0]);
	else if (inv->word[0])
		screen_return();
	else
		screen_give();
	return OK;
}
