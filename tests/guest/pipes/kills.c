/* Ends and replaces the server at chosen moments. */
#include "tests/guest/kit/moment.h"
#include "tests/guest/pipes/pipes.h"

#define KILLER_PRIORITY (KIT_PRIORITY + 2)
#define STRIDE command_line_number(kit_info->command_line, "stride=", 40)
#define PHASES 16

static struct {
	cap_t go, never;
	u64 at;
	u32 phase;
	volatile bool done;
} plan;

static void killer(u64 unused)
{
	struct message m = {0};

	(void)unused;
	while (ipc(SYS_WAIT, plan.go, &m) == OK) {
		sleep_until_moment(plan.never, plan.at, plan.phase);
		server_replace();
		plan.done = true;
		m.tag = 0;
	}
}

void killer_begin(void)
{
	plan.go = kit_make(CAP_NOTIFICATION, 0);
	plan.never = kit_make(CAP_NOTIFICATION, 0);
	kit_thread(killer, 0, KILLER_PRIORITY);
	plan.go = kit_mint(plan.go, RIGHT_ALL, 1, MINT_BADGE);
}

void kill_after(u64 ticks)
{
	plan.phase = (plan.phase + 1) % PHASES;
	plan.done = false;
	plan.at = now() + ticks;
	EXPECT(OK, ipc(SYS_SIGNAL, plan.go, &(struct message){0}));
}

bool kill_is_done(void)
{
	return plan.done;
}

/* The server dies `after` ticks after the operation's beginning. True: before its end. */
static bool trial(const struct operation *o, u64 after)
{
	o->prepare();
	settle();
	kill_after(after);
	o->run();
	bool early = plan.done;
	KIT_UNTIL(plan.done);
	o->check();
	server_state_check();
	return early;
}

void kill_at_every_moment(const struct operation *operations, u32 count)
{
	for (u32 i = 0; i < count && !kit_failures_here(); i++) {
		u64 moment = 0, deaths = 0;

		while (trial(&operations[i], moment) && !kit_failures_here()) {
			moment += STRIDE;
			deaths++;
		}
		CHECK(deaths > 20);
		kit_report("NOTE %s: %lu deaths", operations[i].name, deaths);
	}
}
