#include "tests/guest/tried/processes_tested/machinery.h"
#include "tests/guest/kit/moment.h"

#define KILLER_PRIORITY (KIT_PRIORITY + 2)

u64 kill_went;

static struct {
	cap_t go, never;
	u64 after;
	u32 phase;
	void (*act)(void);
	volatile bool done;
} plan;

static void killer(u64 unused)
{
	struct message m = {0};

	(void)unused;
	while (ipc(SYS_WAIT, plan.go, &m) == OK) {
		sleep_until_moment(plan.never, kill_went + plan.after, plan.phase);
		plan.act();
		plan.done = true;
		m.tag = 0;
	}
}

void killer_begin(void (*act)(void))
{
	plan.act = act;
	plan.go = kit_make(CAP_NOTIFICATION, 0);
	plan.never = kit_make(CAP_NOTIFICATION, 0);
	plan.done = true;
	kit_thread(killer, 0, KILLER_PRIORITY);
	plan.go = kit_mint(plan.go, RIGHT_ALL, 1, MINT_BADGE);
}

void kill_prepare(u64 after, u32 phase)
{
	plan.after = after;
	plan.phase = phase;
	plan.done = false;
}

void kill_go(void)
{
	if (plan.done)
		return;
	kill_went = now();
	EXPECT(OK, ipc(SYS_SIGNAL, plan.go, &(struct message){0}));
}

void kill_wait(void)
{
	AWAIT(plan.done);
}

void rest(void)
{
	static cap_t never;
	static const char *of;
	struct message m = {.tag = TAG_DEADLINE};

	if (of != kit_test) /* the objects of the test before are gone */
		never = kit_make(CAP_NOTIFICATION, 0);
	of = kit_test;
	ipc_buffer->deadline = now() + microseconds(20);
	ipc(SYS_WAIT, never, &m);
}
