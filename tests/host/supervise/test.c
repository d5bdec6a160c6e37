/*
 * The loop of a supervisor against a scripted kernel. Messages of programs and of the kernel arrive one at a time; for each,
 * the callbacks, the services' states and the loop's answer are compared with the right ones.
 */
#include "lib/supervise/supervisor.h"
#include "gen/protocols/supervise_protocol.h"
#include "lib/microk/startup.h"
#include "tests/host/lib/check.h"
#include <setjmp.h>
#include <string.h>

#define ENDPOINT 10
#define OTHER_LABEL 0x0701 /* of a protocol that lib/supervise does not know */
#define STALE 0x57a1e

static struct ipcbuf buffer;
static struct thread_self self = {.buffer = &buffer};
const struct startup *startup;

struct thread_self *thread_self(void)
{
	return &self;
}

_Noreturn void program_stop(void)
{
	CHECK(!"the loop must go on");
	exit(1);
}

void print(const char *fmt, ...)
{
	(void)fmt;
}

static u32 callbacks(void);
static u32 devices_stopped;
static bool stopped_too_late; /* the supervisor had decided before the device was stopped */

void instance_stop_device(const struct service *s)
{
	(void)s;
	devices_stopped++;
	stopped_too_late |= callbacks() > 0;
}

void server_announce(const struct server *s)
{
	(void)s;
}

/* ---- The supervisor ---- */

enum { ONE = 2, TWO = 3, NONE = 9 }; /* ids; no service has the last */

static struct service services[2];
static struct supervisor supervisor;
static struct service *reporter; /* of the last callback */
static u32 ready_count, ended_count, faulted_count, other_count, taken_apart_count;
static u32 code;
static u64 fault[FAULT_WORDS];

static void on_ready(struct service *s)
{
	reporter = s;
	ready_count++;
}

static void on_ended(struct service *s, u32 with)
{
	reporter = s;
	code = with;
	ended_count++;
}

static void on_faulted(struct service *s, const u64 words[])
{
	reporter = s;
	memcpy(fault, words, sizeof(fault));
	faulted_count++;
}

static void on_taken_apart(struct service *s)
{
	reporter = s;
	taken_apart_count++;
}

static void on_other(struct request *r)
{
	other_count++;
	CHECK(r->label == OTHER_LABEL);
	r->message->tag = TAG(OK, 2);
}

/* Two services, whose instances run. */
static void begin(void)
{
	memset(services, 0, sizeof(services));
	services[0].id = ONE;
	services[1].id = TWO;
	services[0].state = services[1].state = SERVICE_STARTED;
	supervisor = (struct supervisor){
		.server = {.name = "test", .endpoint = ENDPOINT},
		.services = services,
		.count = 2,
		.ready = on_ready,
		.ended = on_ended,
		.faulted = on_faulted,
		.taken_apart = on_taken_apart,
		.other = on_other,
	};
	reporter = NULL;
	ready_count = ended_count = faulted_count = other_count = taken_apart_count = 0;
}

static u32 callbacks(void)
{
	return ready_count + ended_count + faulted_count + other_count + taken_apart_count;
}

/* ---- One message ---- */

#define NO_ANSWER (~0ul)

static struct message arriving;
static bool arrived;
static u64 answer; /* the tag, or NO_ANSWER */
static jmp_buf end;

/* The first receive returns the message; the next ends the loop. */
enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	CHECK(cap == ENDPOINT && (op == SYS_RECV || (arrived && op == SYS_REPLY_RECV)));
	if (arrived) {
		answer = op == SYS_REPLY_RECV ? m->tag : NO_ANSWER;
		longjmp(end, 1);
	}
	arrived = true;
	*m = arriving;
	return OK;
}

/* A call of `length` words: the first is `first`, each other one more than the word before it. The rest of the registers
 * and of the buffer is left over from older messages. Returns the answer. */
static u64 call(u64 badge, u16 label, u32 length, u64 first)
{
	arriving = (struct message){.tag = TAG(label, length) | TAG_IS_CALL, .badge = badge};
	for (u32 i = 0; i < MSG_WORDS; i++)
		*(i < MSG_REGS ? &arriving.word[i] : &buffer.words[i]) =
			i < length ? first + i : STALE;
	arrived = false;
	if (!setjmp(end))
		supervisor_run(&supervisor);
	return answer;
}

static u64 report_ready(u32 id)
{
	return call(BADGE(BADGE_PROCESS, id), SUPERVISE_LABEL_READY, 0, 0);
}

static u64 report_exit(u32 id, u32 with)
{
	return call(BADGE(BADGE_PROCESS, id), SUPERVISE_LABEL_EXIT, 1, with);
}

static u64 report_fault(u32 id, u32 length, u64 first)
{
	return call(BADGE(BADGE_FAULT, id), LABEL_FAULT, length, first);
}

/* ---- The tests ---- */

static void test_find(void)
{
	begin();
	CHECK(supervisor_find(&supervisor, ONE) == &services[0]);
	CHECK(supervisor_find(&supervisor, TWO) == &services[1]);
	CHECK(!supervisor_find(&supervisor, NONE) && !supervisor_find(&supervisor, 0));
}

static void test_ready_counts_once(void)
{
	begin();
	CHECK(report_ready(TWO) == TAG(OK, 0));
	CHECK(ready_count == 1 && reporter == &services[1]);
	CHECK(services[1].state == SERVICE_READY && services[0].state == SERVICE_STARTED);
	CHECK(report_ready(TWO) == TAG(OK, 0)); /* the same report again */
	CHECK(callbacks() == 1 && services[1].state == SERVICE_READY);
	services[1].state = SERVICE_STARTED; /* the next instance */
	CHECK(report_ready(TWO) == TAG(OK, 0));
	CHECK(ready_count == 2);
}

static void test_exit_is_not_answered(void)
{
	begin();
	CHECK(report_exit(ONE, 7) == NO_ANSWER);
	CHECK(callbacks() == 1 && ended_count == 1 && reporter == &services[0] && code == 7);
	services[1].state = SERVICE_READY;
	CHECK(report_exit(TWO, 0) == NO_ANSWER);
	CHECK(ended_count == 2 && reporter == &services[1] && code == 0);
}

/* A message may lie at the Endpoint when the instance that sent it is ended. */
static void test_reports_after_the_end_change_nothing(void)
{
	static const enum service_state ends[] = {SERVICE_IDLE, SERVICE_GIVEN_UP};

	for (u32 i = 0; i < 2; i++) {
		begin();
		services[0].state = ends[i];
		CHECK(report_ready(ONE) == TAG(OK, 0));
		CHECK(report_exit(ONE, 7) == NO_ANSWER);
		CHECK(report_fault(ONE, FAULT_WORDS, 100) == TAG(FAULT_STAYS, 0));
		CHECK(callbacks() == 0 && services[0].state == ends[i]);
	}
}

static void test_an_id_without_a_service_changes_nothing(void)
{
	begin();
	CHECK(report_ready(NONE) == TAG(OK, 0));
	CHECK(report_exit(NONE, 7) == NO_ANSWER);
	CHECK(report_fault(NONE, FAULT_WORDS, 100) == TAG(FAULT_STAYS, 0));
	CHECK(callbacks() == 0);
	CHECK(services[0].state == SERVICE_STARTED && services[1].state == SERVICE_STARTED);
}

static void test_a_fault_is_passed_in_whole(void)
{
	begin();
	CHECK(report_fault(ONE, FAULT_WORDS, 100) == TAG(FAULT_STAYS, 0));
	CHECK(callbacks() == 1 && faulted_count == 1 && reporter == &services[0]);
	for (u32 i = 0; i < FAULT_WORDS; i++)
		CHECK(fault[i] == 100 + i);
}

/* Words that did not come are 0, and not those of an older message. */
static void test_a_short_fault_is_filled_up(void)
{
	static const u32 lengths[] = {0, FAULT_IP, MSG_REGS + 1, FAULT_WORDS - 1};

	for (u32 i = 0; i < 4; i++) {
		begin();
		CHECK(report_fault(ONE, lengths[i], 100) == TAG(FAULT_STAYS, 0));
		CHECK(faulted_count == 1);
		for (u32 j = 0; j < FAULT_WORDS; j++)
			CHECK(fault[j] == (j < lengths[i] ? 100 + j : 0));
	}
}

static void test_a_long_fault_is_cut(void)
{
	begin();
	CHECK(report_fault(ONE, MSG_WORDS, 100) == TAG(FAULT_STAYS, 0));
	CHECK(faulted_count == 1 && fault[FAULT_WORDS - 1] == 100 + FAULT_WORDS - 1);
}

/* The badge decides which messages a sender may use, whatever the label. */
static void test_a_badge_is_good_for_its_kind_alone(void)
{
	begin();
	CHECK(call(BADGE(BADGE_FAULT, ONE), SUPERVISE_LABEL_READY, 0, 0) == TAG(FAULT_STAYS, 0));
	CHECK(call(BADGE(BADGE_FAULT, ONE), SUPERVISE_LABEL_EXIT, 1, 7) == TAG(FAULT_STAYS, 0));
	CHECK(call(BADGE(BADGE_FAULT, ONE), OTHER_LABEL, 0, 0) == TAG(FAULT_STAYS, 0));
	supervisor.other = NULL;
	CHECK(call(BADGE(BADGE_PROCESS, ONE), LABEL_FAULT, FAULT_WORDS, 0) == TAG(ERR_PROTOCOL, 0));
	CHECK(callbacks() == 0 && services[0].state == SERVICE_STARTED);
}

static void test_a_badge_of_no_kind_is_refused(void)
{
	static const u32 kinds[] = {0, BADGE_OWN + 1, ~0u};

	begin();
	for (u32 i = 0; i < 3; i++) {
		u64 badge = BADGE(kinds[i], ONE);

		CHECK(call(badge, SUPERVISE_LABEL_READY, 0, 0) == TAG(ERR_PROTOCOL, 0));
		CHECK(call(badge, SUPERVISE_LABEL_EXIT, 1, 7) == TAG(ERR_PROTOCOL, 0));
		CHECK(call(badge, LABEL_FAULT, FAULT_WORDS, 0) == TAG(ERR_PROTOCOL, 0));
		CHECK(call(badge, OTHER_LABEL, 0, 0) == TAG(ERR_PROTOCOL, 0));
	}
	CHECK(callbacks() == 0 && services[0].state == SERVICE_STARTED);
}

/* It is answered, so that the thread can wait for its next instance. */
static void test_a_thread_of_its_own_has_taken_an_instance_apart(void)
{
	begin();
	CHECK(call(BADGE(BADGE_OWN, TWO), 0, 0, 0) == TAG(OK, 0));
	CHECK(taken_apart_count == 1 && reporter == &services[1]);
	CHECK(devices_stopped == 1 && !stopped_too_late);
	CHECK(call(BADGE(BADGE_OWN, NONE), 0, 0, 0) == TAG(ERR_PROTOCOL, 0));
	supervisor.taken_apart = NULL; /* this supervisor has no such thread */
	CHECK(call(BADGE(BADGE_OWN, TWO), 0, 0, 0) == TAG(ERR_PROTOCOL, 0));
	CHECK(callbacks() == 1);
}

static void test_other_protocols(void)
{
	begin();
	CHECK(call(BADGE(BADGE_PROCESS, ONE), OTHER_LABEL, 0, 0) == TAG(OK, 2));
	CHECK(callbacks() == 1 && other_count == 1);
	supervisor.other = NULL; /* this supervisor serves none */
	CHECK(call(BADGE(BADGE_PROCESS, ONE), OTHER_LABEL, 0, 0) == TAG(ERR_PROTOCOL, 0));
	CHECK(report_ready(ONE) == TAG(OK, 0) && ready_count == 1);
}

static void test_ping(void)
{
	begin();
	CHECK(call(BADGE(BADGE_PROCESS, ONE), SUPERVISE_LABEL_PING, 0, 0) == TAG(OK, 0));
	CHECK(callbacks() == 0);
}

int main(void)
{
	test_find();
	test_ready_counts_once();
	test_exit_is_not_answered();
	test_reports_after_the_end_change_nothing();
	test_an_id_without_a_service_changes_nothing();
	test_a_fault_is_passed_in_whole();
	test_a_short_fault_is_filled_up();
	test_a_long_fault_is_cut();
	test_a_badge_is_good_for_its_kind_alone();
	test_a_badge_of_no_kind_is_refused();
	test_a_thread_of_its_own_has_taken_an_instance_apart();
	test_other_protocols();
	test_ping();
	puts("supervise: ok");
	return 0;
}
