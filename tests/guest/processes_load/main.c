/*
 * Runs processes of many kinds until the Notification `wake` is signalled and as many have run as it must, and holds
 * the end of each against the one that is known. All of the pool's memory must be free afterwards.
 *
 * Arguments: SEED, how many must run after the signal, and how many are ended at a random point of their making or of
 * their run, at the least; with that number there are bombs, too.
 */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/self.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "protocols/process.h"
#include "tests/guest/killer/answered.h"
#include "tests/guest/kit/service.h"
#include "tests/random.h"

#define FAILURES_MOST 8u
#define SIGSEGV 11
#define FAMILY_TIRED                                                                               \
	61 /* tests/posix/family.c: three deaths of the server in the tries of one request */

#define RUN_TICKS 400000 /* instructions, in which most of these programs end */
#define BOMB_EACH 512u   /* processes for one bomb */
#define BOMB_LEAST 4u    /* processes of a bomb: its memory ends before its number */

static cap_t processes, root;
static u64 random_state = 1, run, cut, cuts;
static u32 failures, families, tired;
static struct process_start_result started;
static struct process_wait_result result;

static u64 draw(u64 below)
{
	return random_next(&random_state) % below;
}

static void wrong(const char *what, u64 expected, u64 got)
{
	report("FAIL process %lu: %s: %lu expected, %lu came (%s)\n", run, what, expected, got,
	       result.cause);
	failures++;
}

static void expect(const char *what, u64 expected, u64 got)
{
	if (expected != got)
		wrong(what, expected, got);
}

static bool is_over(cap_t wake)
{
	return ipc(SYS_WAIT, wake, &(struct message){.tag = TAG_NONBLOCK}) == OK;
}

/* ---- One process ---- */

static cap_t make(void)
{
	cap_t slot = slot_alloc();
	enum microk_status status;
	u32 deaths = 0;

	while ((status = process_make(processes, slot)) == ERR_PEER_DIED && ++deaths < DEATHS_MOST)
		;
	expect("make", OK, status);
	return slot;
}

/* Opens a file, gives the words, and starts it. */
static enum microk_status start(cap_t process, const char *path, const char *const *words,
				u32 count)
{
	u8 strings[200];
	u64 length = 0;
	cap_t file = slot_alloc();
	enum microk_status status = path_open(path, 0, 0, file, NULL);

	expect("open", OK, status);
	for (u32 i = 0; i < count; i++) {
		u64 bytes = strlen(words[i]) + 1;
		memcpy(strings + length, words[i], bytes);
		length += bytes;
	}
	ANSWERED(status,
		 process_argument(
			 process, &(struct process_argument_args){
					  .at = 0, .data = strings, .data_length = length}));
	expect("argument", OK, status);
	const struct process_start_args args = {
		.arguments = count, .name = words[0], .directory = "/", .file = file};
	ANSWERED(status, process_start(process, &args, &started));
	slot_drop(file);
	return status;
}

static void await(cap_t process, u64 how, u64 code, const char *cause)
{
	enum microk_status status;

	ANSWERED(status, process_wait(process, &result));
	expect("wait", OK, status);
	expect("how", how, result.how);
	expect("code", code, result.code);
	u64 length = strlen(cause);
	bool found = !length;
	for (const char *at = result.cause; *at && !found; at++)
		found = !strncmp(at, cause, length);
	expect(cause, true, found);
	slot_drop(process);
}

static void start_well(cap_t process, const char *path, const char *const *words, u32 count)
{
	expect("start", OK, start(process, path, words, count));
	expect(started.defect, 0, started.defect[0] != 0);
}

static void run_status(u64 code, u64 pages)
{
	char words[2][8];
	cap_t process = make();

	format(words[0], sizeof(words[0]), "%lu", code);
	format(words[1], sizeof(words[1]), "%lu", pages);
	start_well(process, "/boot/bin/status", (const char *const[]){"status", words[0], words[1]},
		   3);
	await(process, PROCESS_EXITED, code, "");
}

/* A process with children of its own, which all have ended when it has, or are ended. */
static void run_family(void)
{
	cap_t process = make();
	enum microk_status status;

	if (!root) {
		root = slot_alloc();
		expect("root", OK, path_open("/", OPEN_DIRECTORY | OPEN_ROOT, 0, root, NULL));
	}
	ANSWERED(status,
		 process_give(process, &(struct process_give_args){.name = "/", .grant = root}));
	expect("give", OK, status);
	start_well(process, "/boot/bin/family", (const char *const[]){"family"}, 1);
	ANSWERED(status, process_wait(process, &result));
	families++;
	if (status == OK && result.code == FAMILY_TIRED)
		tired++;
	await(process, PROCESS_EXITED,
	      status == OK && result.code == FAMILY_TIRED ? FAMILY_TIRED : 60, "");
}

static void run_threads(u64 code, u64 rounds)
{
	char words[2][8];
	cap_t process = make();

	format(words[0], sizeof(words[0]), "%lu", code);
	format(words[1], sizeof(words[1]), "%lu", rounds);
	start_well(process, "/boot/bin/crew", (const char *const[]){"crew", words[0], words[1]}, 3);
	await(process, PROCESS_EXITED, code, "");
}

static void run_fault(const char *how, const char *cause)
{
	cap_t process = make();

	start_well(process, "/boot/bin/faults", (const char *const[]){"faults", how}, 2);
	await(process, PROCESS_SIGNALLED, SIGSEGV, cause);
}

static void run_killed(void)
{
	cap_t process = make();
	enum microk_status status;

	start_well(process, "/boot/bin/faults",
		   (const char *const[]){"faults", draw(2) ? "loop" : "sleep"}, 2);
	ANSWERED(status, process_kill(process, PROCESS_SIGKILL));
	expect("kill", OK, status);
	await(process, PROCESS_SIGNALLED, PROCESS_SIGKILL, "");
}

/* A file that cannot be run; the process can then be given one that is. */
static void run_defect(void)
{
	cap_t process = make();

	expect("start", OK, start(process, "/boot/system.conf", (const char *const[]){"conf"}, 1));
	expect("a defect", 1, started.defect[0] != 0);
	start_well(process, "/boot/bin/status", (const char *const[]){"status", "3"}, 2);
	await(process, PROCESS_EXITED, 3, "");
}

static void run_two(void)
{
	cap_t one = make(), other = make();

	start_well(one, "/boot/bin/status", (const char *const[]){"status", "1", "9"}, 3);
	start_well(other, "/boot/bin/status", (const char *const[]){"status", "2"}, 2);
	await(other, PROCESS_EXITED, 2, "");
	await(one, PROCESS_EXITED, 1, "");
}

/* One that is held, and never started. */
static void run_none(void)
{
	slot_drop(make());
}

/* ---- Ends at random points, and bombs ---- */

static struct process_pool_result pool(void);

static void pass_ticks(u64 ticks)
{
	for (u64 end = tsc_read() + ticks; tsc_read() < end;)
		ipc(SYS_YIELD, 0, &(struct message){0});
}

/* One that is ended at any point from its making on, or has ended by then. */
static void run_cut(void)
{
	static const char *const programs[][2] = {
		{"/boot/bin/status", "status"},
		{"/boot/bin/crew", "crew"},
		{"/boot/bin/faults", "faults"},
		{"/boot/bin/hello", "hello"}};
	const char *const *program = programs[draw(ARRAY_LEN(programs))];
	cap_t process = make();
	enum microk_status status;

	if (draw(8)) {
		const char *words[] = {program[1], "loop"};
		expect("start", OK, start(process, program[0], words, (u32)draw(2) + 1));
		pass_ticks(draw(RUN_TICKS));
		ANSWERED(status, process_kill(process, PROCESS_SIGKILL));
		expect("kill", OK, status);
		if (draw(2)) { /* or its end comes without a holder */
			ANSWERED(status, process_wait(process, &result));
			expect("wait", OK, status);
		}
	}
	slot_drop(process);
	cut++;
}

/* All processes that its job may have; beside them, others run. */
static void run_bomb(void)
{
	cap_t process = make();
	enum microk_status status;
	u32 before = pool().processes;

	start_well(process, "/boot/bin/faults", (const char *const[]){"faults", "multiply"}, 2);
	for (u32 i = 0; i < 1000 && pool().processes < before + BOMB_LEAST; i++)
		pass_ticks(100000);
	expect("processes of a bomb", true, pool().processes >= before + BOMB_LEAST);
	run_status(7, 20);
	ANSWERED(status, process_kill_foreground(process, PROCESS_SIGKILL,
						 &(struct process_kill_foreground_result){0}));
	expect("kill_foreground", OK, status);
	await(process, PROCESS_SIGNALLED, PROCESS_SIGKILL, "");
	cap_t hungry = make();
	start_well(hungry, "/boot/bin/faults", (const char *const[]){"faults", "bomb"}, 2);
	await(hungry, PROCESS_EXITED, 0, "");
}

static void run_one(void)
{
	if (cuts && run % BOMB_EACH == 0)
		run_bomb();
	if (cuts && draw(3)) {
		run_cut();
		run++;
		return;
	}
	switch (draw(11)) {
	case 0: run_fault("null", "a null pointer"); break;
	case 1: run_fault("stack", "its stack is full"); break;
	case 2: run_killed(); break;
	case 3: run_defect(); break;
	case 4: run_two(); break;
	case 5: run_none(); break;
	case 6: run_status(draw(256), 1 + draw(60)); break;
	case 7:
	case 8: run_family(); break;
	case 9: run_threads(draw(200), 1 + draw(5)); break;
	default: run_status(draw(200), 0);
	}
	run++;
}

/* ---- All ---- */

static struct process_pool_result pool(void)
{
	struct process_pool_result p = {0};
	enum microk_status status;

	ANSWERED(status, process_pool(processes, &p));
	expect("pool", OK, status);
	return p;
}

/* Up to three numbers, after a blank and a comma. */
static void read_words(const char *from, u64 *one, u64 *other, u64 *third)
{
	u64 *const to[] = {one, other, third};

	for (u32 i = 0; i < ARRAY_LEN(to) && *from; i++) {
		char word[24];
		u32 length = 0;

		while (from[length] && !strchr(" ,", from[length]) && length < sizeof(word) - 1)
			length++;
		memcpy(word, from, length);
		word[length] = '\0';
		string_number(word, to[i]);
		from += length + (from[length] != '\0');
	}
}

/* Processes without a holder end a little later, and so do those of a bomb. */
static struct process_pool_result pool_in_the_end(void)
{
	struct process_pool_result now = pool();

	for (u32 i = 0; i < 1000 && now.processes; i++) {
		pass_ticks(100000);
		now = pool();
	}
	return now;
}

int main(void)
{
	u64 least = 0, after = 0;
	cap_t wake = grant_find("wake");
	bool over = false;

	processes = grant_find("processes");
	if (!report_begin() || !processes || !wake)
		return 1;
	read_words(startup->arguments, &random_state, &least, &cuts);
	namespace_from_startup();
	run_family();
	run_one();
	struct process_pool_result before = pool();
	u32 slots = slots_free_count();
	u64 cost = ~0ul;
	for (u32 i = 0; i < 8; i++) { /* the least: a kill may come in between */
		u64 began = tsc_read();
		run_status(0, 0);
		cost = MIN(cost, tsc_read() - began);
	}
	report("COST spawn %lu\n", cost);
	while ((!over || after < least || cut < cuts) && failures < FAILURES_MOST) {
		over |= is_over(wake);
		after += over;
		run_one();
	}
	/* The last holder's end may not have been received yet: any request comes after it. */
	struct process_pool_result now = pool_in_the_end();
	expect("processes", 0, now.processes);
	expect("free bytes", before.bytes, now.free);
	expect("slots", slots, slots_free_count());
	if (cuts) /* then the server is not ended: its next instance has taken other slots */
		expect("slots of proc", before.slots, now.slots);
	report("NOTE %lu ended at random points\n", cut);
	report("NOTE %u families, of which %u met three deaths in one request\n", families, tired);
	report("NOTE %lu processes\nDONE %u failed\n", run, failures);
	return failures != 0;
}
