#include "lib/microk/ticker.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/pause.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"
#include "microk/cap.h"

#define STACK_PAGES 2

static cap_t asked, signal; /* Notifications: to the thread, and its own way to the program's */
static u64 wait_ticks;
static bool is_asked; /* of the thread that asks */

static void send_signal(cap_t to)
{
	ipc(SYS_SIGNAL, to, &(struct message){0});
}

static void tick(u64 unused)
{
	(void)unused;
	for (;;) {
		struct message m = {0};
		ipc(SYS_WAIT, asked, &m);
		pause_ticks(wait_ticks);
		send_signal(signal);
	}
}

enum microk_status ticker_begin(cap_t notification, u64 badge, u64 ticks)
{
	enum microk_status status = object_make(CAP_NOTIFICATION, 0, &asked);

	if (status != OK)
		return status;
	signal = slot_alloc();
	wait_ticks = ticks;
	if (!signal)
		return ERR_LIMIT;
	status = cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = signal,
			.source_cnode = SLOT_CNODE,
			.source_index = notification,
			.rights = RIGHT_WRITE,
			.badge = badge,
			.flags = MINT_BADGE});
	if (status != OK)
		return status;
	struct thread_info_result me;
	status = thread_info(SLOT_THREAD, &me);
	if (status != OK)
		return status;
	return thread_begin(
		&(struct thread_plan){.entry = tick,
				      .name = "ticker",
				      .stack_pages = STACK_PAGES,
				      .priority = (u8)me.priority},
		NULL);
}

void ticker_ask(void)
{
	if (is_asked)
		return;
	is_asked = true;
	send_signal(asked);
}

void ticker_came(void)
{
	is_asked = false;
}
