/* The root task of a play: it makes the two tasks, and serves the moments that the victim calls. In the tasks
 * themselves the same program plays their parts. */
#include "labs/2-caps/attacks/play.h"
#include "microk/info.h"
#include "lib/microk/command_line.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

#define VICTIM_PRIORITY 40
#define THIEF_PRIORITY 30
#define FIRST_SLOT 160

volatile struct arguments arguments = {.magic = "MICROK-GRADE-01"};

static const struct microk_info *info = (const struct microk_info *)ROOT_INFO_ADDRESS;
static struct task victim, thief;
static bool draws;
u64 root_door;

/* A play's name, however it is written: hidden-copy or hidden_copy. */
static bool is_name(const char *wanted, const char *name)
{
	for (; *name; name++, wanted++)
		if (*wanted != *name && !(*wanted == '-' && *name == '_'))
			return false;
	return *wanted == 0 || *wanted == '/';
}

static const struct play *find_play(const char *wanted)
{
	for (u32 i = 0; i < play_count; i++)
		if (is_name(wanted, plays[i]->name))
			return plays[i];
	return play_count == 1 ? plays[0] : NULL;
}

static u64 derive(u64 seed)
{
	u64 z = seed + 0x9e3779b97f4a7c15ul;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ z >> 27) * 0x94d049bb133111ebul;
	return z ^ z >> 31;
}

/* Serves the moments. */
static _Noreturn void attend(const struct play *p)
{
	struct message m = {0};

	for (ipc(SYS_RECV, root_door, &m);; ipc(SYS_REPLY_RECV, root_door, &m)) {
		if (draws && TAG_LABEL(m.tag) == MOMENT_DRAW) {
			m.word[MSG_REGS - 1] = 0;
			tasks_draw(&victim, &thief, (const char *)m.word);
		}
		if (TAG_LABEL(m.tag) == MOMENT_LEAVE && p->leave)
			p->leave(&thief);
		m.tag = TAG(0, 0);
	}
}

static _Noreturn void root_main(void)
{
	char role[24], play[24];

	for (u32 i = 0; i < sizeof(role); i++)
		role[i] = arguments.role[i];
	command_line_value(info->command_line, "play=", play, sizeof(play));
	const struct play *p = find_play(role[0] ? role : play);
	draws = command_line_has(info->command_line, "draw");
	slots_init(FIRST_SLOT, ROOT_CNODE_SLOTS);
	memory_untyped = ROOT_UNTYPED;
	if (!p) {
		tell("attack: no play is named; add play=NAME to the command line, where NAME is "
		     "one of");
		for (u32 i = 0; i < play_count; i++)
			tell(" %s", plays[i]->name);
		tell("\n");
		must(ERR_NOT_FOUND, "finding the play");
	}
	must(object_make(CAP_ENDPOINT, 0, &root_door), "making an endpoint");
	task_begin(&thief);
	task_begin(&victim);
	task_make(&thief, "thief", 0);
	task_make(&victim, "victim", derive(arguments.seed));
	memcpy(thief.page->arguments + 32, p->name, strlen(p->name));
	memcpy(victim.page->arguments + 32, p->name, strlen(p->name));
	task_give(&victim, "root", root_door, RIGHT_WRITE, 1);
	p->set_up(&victim, &thief);
	task_start(&victim, VICTIM_PRIORITY);
	if (!p->leave)
		task_start(&thief, THIEF_PRIORITY);
	attend(p);
}

int main(void)
{
	if (!startup)
		root_main();
	const struct play *p = find_play(startup->arguments + 32);
	if (p)
		(startup->program[0] == 'v' ? p->victim : p->thief)();
	return 0;
}
