/* The journal: the lines of the log that go to each output, and the numbers reported to the log. The log is a table. */
#include "check.h"
#include "drivers/console/journal.h"
#include "drivers/console/kept.h"
#include "drivers/console/output.h"
#include "gen/protocols/log_client.h"
#include <stdarg.h>

static struct kept state = {.next_line = 1};
struct kept *kept = &state;
static u32 commits;

void kept_commit(void)
{
	commits++;
}

static const struct {
	u64 number;
	u32 on_serial;
	const char *text;
} lines[] = {{1, 1, "[ipc] ready"}, {2, 0, "[ok] console"}, {5, 0, ""}, {6, 1, "late"}};
static u32 there; /* how many of them the log has */
static bool endless;

static char both[256], screen[256];
static u32 updates, reads;
static cap_t watching;
static u64 shown;
static enum microk_status watch_status;

enum microk_status log_watch(cap_t cap, cap_t signal)
{
	CHECK(cap == 7);
	watching = signal;
	return watch_status;
}

enum microk_status log_read(cap_t cap, u64 from, struct log_read_result *result)
{
	CHECK(cap == 7);
	reads++;
	if (endless) {
		*result = (struct log_read_result){.number = from};
		return OK;
	}
	for (u32 i = 0; i < there; i++)
		if (lines[i].number >= from) {
			*result = (struct log_read_result){
				.number = lines[i].number, .on_serial = lines[i].on_serial};
			strcpy(result->text, lines[i].text);
			return OK;
		}
	return ERR_NOT_FOUND;
}

enum microk_status log_shown(cap_t cap, u64 before)
{
	CHECK(cap == 7 && commits == updates + 1); /* safe before the log is notified */
	shown = before;
	return OK;
}

void output_write(const char *bytes, size_t count)
{
	strncat(both, bytes, count);
	strncat(screen, bytes, count);
}

void output_replay(const char *bytes, size_t count)
{
	strncat(screen, bytes, count);
}

void output_finish(void)
{
	updates++;
	CHECK(commits == updates);
}

void print(const char *fmt, ...)
{
	strncat(both, fmt, 8);
}

const char *status_name(enum microk_status s)
{
	(void)s;
	return "";
}

const char *status_text(enum microk_status s)
{
	(void)s;
	return "";
}

int main(void)
{
	journal_show(); /* without a log nothing happens */
	CHECK(reads == 0 && updates == 0);
	there = 2;
	journal_start(7, 9);
	CHECK(watching == 9 && updates == 1 && shown == 3);
	CHECK(strcmp(screen, "[ipc] ready\n[ok] console\n") == 0);
	CHECK(strcmp(both, "[ok] console\n") == 0);
	journal_show();
	CHECK(updates == 1 && shown == 3);
	there = 4;
	screen[0] = both[0] = '\0';
	journal_show();
	CHECK(strcmp(screen, "\nlate\n") == 0 && strcmp(both, "\n") == 0);
	CHECK(updates == 2 && shown == 7);
	CHECK(!journal_show());
	endless = true;
	commits = updates = reads = 0;
	CHECK(journal_show() && updates == 1 && reads <= 32 && shown == 7 + reads);
	CHECK(journal_show() && updates == 2 && reads <= 64 && shown == 7 + reads);
	endless = false;
	watch_status = ERR_PEER_DIED;
	both[0] = '\0';
	journal_start(7, 9);
	CHECK(strcmp(both, "console:") == 0);
	return check_result("journal");
}
