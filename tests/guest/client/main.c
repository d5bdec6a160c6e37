/*
 * A client of the log and of the power server, or a poor stand-in for the log: one of the things below, named by its
 * arguments. Its findings go to the serial line.
 */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_client.h"
#include "protocols/inspect_caps.h"
#include "gen/protocols/log_client.h"
#include "gen/protocols/log_protocol.h"
#include "gen/protocols/power_client.h"
#include "gen/protocols/supervise_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "tests/guest/kit/service.h"

#define FLOOD 5000
#define TRIES 3

static u32 count_all_caps(cap_t supervisor)
{
	struct inspect_next_result next = {.id = 0};
	u32 count = 0;

	while (inspect_next(supervisor, next.id, &next) == OK)
		count += count_caps(supervisor, next.id);
	return count;
}

/* Attempts to switch off a machine that does not obey, and the capabilities that the whole system keeps of them. */
static int switch_off(void)
{
	cap_t supervisor = grant_find("supervisor"), power = grant_find("power");
	enum microk_status status =
		power_off(power); /* the first makes what the server keeps for good */
	u32 before = count_all_caps(supervisor);

	for (int i = 1; i < TRIES; i++)
		status = power_off(power);
	print("%s, %u kept\n", status_name(status), count_all_caps(supervisor) - before);
	return 0;
}

/* Adds far more lines than it may, and looks whether the others' are still there. */
static int flood(void)
{
	static const char line[] = "[ok] all is well\n";
	cap_t log = grant_find("log");
	u32 refused = 0, own = 0, others = 0;
	struct file_write_result taken;
	struct log_read_result l;

	for (u32 i = 0; i < FLOOD; i++)
		refused += file_write(log, line, sizeof(line) - 1, &taken) == ERR_NO_SPACE;
	for (u64 from = 1; log_read(log, from, &l) == OK; from = l.number + 1) {
		own += strncmp(l.text, "flood: ", 7) == 0;
		others += strcmp(l.text, "[ok] log") == 0 || strcmp(l.text, "[ipc] ready") == 0;
	}
	print("flood: %s refused, %s kept, %u of others\n",
	      refused > FLOOD / 2 ? "most" : "too few", own <= 33 ? "few" : "too many", others);
	return 0;
}

/* Reports ready, has no line, and faults when it gets a message of an unknown protocol. */
static int dumb_log(void)
{
	struct message m = {0};
	enum microk_status status = supervise_ready(grant_find("supervisor"));
	cap_t endpoint = grant_find("log");

	if (status != OK)
		return 1;
	status = ipc(SYS_RECV, endpoint, &m);
	for (;;) {
		bool is_call = status == OK;

		if (is_call && TAG_LABEL(m.tag) == 0)
			*(volatile int *)8 = 1;
		m.tag = TAG(ERR_NOT_FOUND, 0);
		status = ipc(is_call ? SYS_REPLY_RECV : SYS_RECV, endpoint, &m);
	}
}

/* Reports ready, and returns a new line each time it is asked. */
static int endless_log(void)
{
	struct message m = {0};
	enum microk_status status = supervise_ready(grant_find("supervisor"));
	cap_t endpoint = grant_find("log");
	bool is_call = false;

	while (status == OK || status == ST_CLOSED || status == ST_NOTIFIED) {
		status = ipc(is_call ? SYS_REPLY_RECV : SYS_RECV, endpoint, &m);
		is_call = status == OK;
		if (is_call && TAG_LABEL(m.tag) == LOG_LABEL_READ) {
			/* number as asked for, source and on_serial, text "" */
			m.word[1] = m.word[2] = m.word[3] = 0;
			m.tag = TAG(OK, 4);
		} else {
			m.tag = is_call ? TAG(OK, 0) : 0;
		}
	}
	return 1;
}

static int write_on(void)
{
	struct file_write_result taken;
	u32 written = 0;

	for (int i = 0; i < 50; i++)
		written += file_write(grant_find("console"), "writer\n", 7, &taken) == OK;
	return written == 50 ? 0 : 1;
}

static int end_the_log(void)
{
	struct message m = {.tag = TAG(0, 0)};
	enum microk_status status = ipc(SYS_CALL, grant_find("log"), &m);

	return status == ERR_PEER_DIED ? 0 : 1;
}

int main(void)
{
	const char *what = startup->arguments;

	if (strcmp(what, "switch off") == 0)
		return switch_off();
	if (strcmp(what, "flood") == 0)
		return flood();
	if (strcmp(what, "be a dumb log") == 0)
		return dumb_log();
	if (strcmp(what, "be an endless log") == 0)
		return endless_log();
	if (strcmp(what, "write on") == 0)
		return write_on();
	if (strcmp(what, "end the log") == 0)
		return end_the_log();
	return 2;
}
