/*
 * Runs processes of many kinds until the Notification `wake` is signalled and as many have run as it must, and holds
 * the end of each against the one that is known. All of the pool's memory must be free afterwards.
 *
 * Arguments: SEED, and how many must run after the signal.
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

static cap_t processes, root;
static u64 random_state = 1, run;
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

static void run_one(void)
{
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

int main(void)
{
	char word[24];
	u64 least = 0, after = 0;
	cap_t wake = grant_find("wake");
	bool over = false;

	processes = grant_find("processes");
	if (!report_begin() || !processes || !wake)
		return 1;
	const char *blank = strchr(startup->arguments, ' ');
	string_copy(word, sizeof(word), startup->arguments);
	if (strchr(word, ' '))
		*strchr(word, ' ') = '\0';
	string_number(word, &random_state);
	if (blank)
		string_number(blank + 1, &least);
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
	while ((!over || after < least) && failures < FAILURES_MOST) {
		over |= is_over(wake);
		after += over;
		run_one();
	}
	/* The last holder's end may not have been received yet: any request comes after it. */
	struct process_pool_result now = pool();
	expect("processes", 0, now.processes);
	expect("free bytes", before.bytes, now.free);
	expect("slots", slots, slots_free_count());
	report("NOTE %u families, of which %u met three deaths in one request\n", families, tired);
	report("NOTE %lu processes\nDONE %u failed\n", run, failures);
	return failures != 0;
}
