/* The whole log server, as its clients see it by generated stubs and the host's kernel. */
#include "tests/host/check.h"
#include "../vfs/kernel.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/log_client.h"
#include "microk/info.h"
#include "lib/microk/slots.h"
#include "protocols/init_log.h"
#include "protocols/log.h"
#include "servers/log/budget.h"
#include "servers/log/lines.h"
#include "servers/log/writers.h"

int log_main(void);

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE + INFO_LOG_BYTES];
} area = {.info = {.magic = INFO_MAGIC,
		   .tsc_hz = 1ul << 60}}; /* nothing is earned during this test */
static struct init_log init_log;
static struct init_log_shown shown;
static cap_t log, reader, writer, flooder, shower, bell;

static void kernel_says(const char *text)
{
	for (; *text != '\0'; text++)
		area.page[PAGE_SIZE + area.info.log_bytes++ % INFO_LOG_BYTES] = (u8)*text;
}

static void init_says(const char *text, bool on_serial)
{
	struct init_log_line *l = &init_log.line[init_log.written++ % INIT_LOG_LINES];

	l->bytes = (u16)strlen(text);
	l->on_serial = on_serial;
	memcpy(l->text, text, strlen(text));
}

static enum microk_status say(cap_t cap, const char *text)
{
	struct file_write_result taken = {0};
	enum microk_status status = file_write(cap, text, (u32)strlen(text), &taken);

	CHECK(status != OK || taken.written == strlen(text));
	return status;
}

static void run_log(cap_t endpoint)
{
	kernel_grant("log", endpoint, NULL, 0);
	log_main();
}

static void start(void)
{
	kernel_says("Booting MicroK OS v1.0...\n[ipc] ready\n");
	init_says("[ok] vfs", true);
	strcpy(init_log.name[5], "vfs");
	strcpy(init_log.name[6], "noisy");
	kernel_grant("info", 0, &area, sizeof(area) / PAGE_SIZE);
	kernel_grant("init-log", 0, &init_log, INIT_LOG_PAGES);
	kernel_grant("init-log.shown", 0, &shown, 1);
	log = kernel_server("log", run_log);
	reader = kernel_mint(log, RIGHT_WRITE | LOG_RIGHT_READ, 4);
	writer = kernel_mint(log, RIGHT_WRITE | FILE_RIGHT_WRITE, 5);
	flooder = kernel_mint(log, RIGHT_WRITE | FILE_RIGHT_WRITE, 6);
	shower = kernel_mint(log, RIGHT_WRITE | LOG_RIGHT_READ | LOG_RIGHT_SHOW, 3);
	bell = kernel_notification();
}

static u64 next = 1;

/* The next line is this one. */
static bool reads(const char *text, u32 source, bool on_serial)
{
	struct log_read_result l;
	enum microk_status status = log_read(reader, next, &l);

	if (status != OK)
		return false;
	next = l.number + 1;
	if (strcmp(l.text, text) == 0 && l.source == source && l.on_serial == on_serial)
		return true;
	printf("\"%s\" of %u, %u\n", l.text, l.source, l.on_serial);
	return false;
}

static bool reads_nothing(void)
{
	struct log_read_result l;

	return log_read(reader, next, &l) == ERR_NOT_FOUND;
}

static void test_order(void)
{
	CHECK(reads("Booting MicroK OS v1.0...", LOG_SOURCE_KERNEL, true) && next == 2);
	CHECK(reads("[ipc] ready", LOG_SOURCE_KERNEL, true));
	CHECK(reads("[ok] vfs", LOG_SOURCE_INIT, true));
	CHECK(reads_nothing());
	init_says("[ok] console", false);
	CHECK(say(writer, "late\n") == OK);
	kernel_says("[log] half ");
	CHECK(reads("[ok] console", LOG_SOURCE_INIT, false));
	CHECK(reads("vfs: late", 5, false) && reads_nothing());
	kernel_says("a line\n");
	CHECK(reads("[log] half a line", LOG_SOURCE_KERNEL, true) && reads_nothing());
}

static void test_signatures(void)
{
	CHECK(say(writer, "vfs: signs itself\n[ok] net\nbegun") == OK);
	CHECK(reads("vfs: signs itself", 5, false) && reads("vfs: [ok] net", 5, false));
	CHECK(reads_nothing() && say(writer, " \x1b[H, ended\n") == OK);
	CHECK(reads("vfs: begun ?[H, ended", 5, false));
	cap_t nameless = kernel_mint(log, RIGHT_WRITE | FILE_RIGHT_WRITE, 9);
	CHECK(say(nameless, "hello\n") == OK && reads("service 9: hello", 9, false));
	cap_t stranger =
		kernel_mint(log, RIGHT_WRITE | FILE_RIGHT_WRITE | LOG_RIGHT_READ, 1ul << 32);
	CHECK(say(stranger, "hello\n") == ERR_ARG && log_watch(stranger, bell) == ERR_ARG);
	CHECK(reads_nothing());
}

static void test_rights(void)
{
	struct log_read_result l;

	CHECK(log_read(writer, 1, &l) == ERR_RIGHTS && log_watch(writer, bell) == ERR_RIGHTS);
	CHECK(say(reader, "x\n") == ERR_RIGHTS && log_shown(reader, 2) == ERR_RIGHTS);
	CHECK(reads_nothing());
}

static void test_watch(void)
{
	u32 before = kernel_signals(bell), held = kernel_caps();

	CHECK(log_watch(shower, bell) == OK && kernel_caps() == held + 1);
	CHECK(log_watch(shower, bell) == OK &&
	      kernel_caps() == held + 1); /* in place of the first */
	CHECK(kernel_signals(bell) == before);
	CHECK(say(writer, "one\n") == OK && kernel_signals(bell) == before + 1);
	CHECK(say(writer, "no end yet") == OK && kernel_signals(bell) == before + 1);
	kernel_notify(log, 1); /* for nothing */
	CHECK(kernel_signals(bell) == before + 1);
	init_says("two", false);
	kernel_notify(log, 1);
	CHECK(kernel_signals(bell) == before + 2);
	CHECK(reads("vfs: one", 5, false) && reads("two", LOG_SOURCE_INIT, false) &&
	      reads_nothing());
}

/* A client that is closed: its watched capability has a child, which is deleted. */
static void test_closed(void)
{
	cap_t master = slot_alloc(), child = slot_alloc();
	u32 held, before;

	CHECK(cnode_mint(SLOT_CNODE,
			 &(struct cnode_mint){
				 .index = master,
				 .source_cnode = SLOT_CNODE,
				 .source_index = log,
				 .rights = RIGHT_ALL,
				 .badge = 6,
				 .flags = MINT_BADGE | MINT_WATCH}) == OK);
	held = kernel_caps();
	CHECK(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = child,
							  .source_cnode = SLOT_CNODE,
							  .source_index = master,
							  .rights = RIGHT_ALL}) == OK);
	CHECK(log_watch(child, bell) == OK && say(child, "last words") == OK && reads_nothing());
	before = kernel_signals(bell);
	slot_drop(child);
	CHECK(kernel_caps() == held); /* the signal's capability was deleted, too */
	CHECK(reads("noisy: last words", 6, false));
	CHECK(kernel_signals(bell) ==
	      before + 1); /* only the watch of the client that shows lines is left */
}

static void test_shown(void)
{
	CHECK(shown.lines == 0 && log_shown(shower, 4) == OK && shown.lines == 1);
	CHECK(log_shown(shower, next) == OK && shown.lines == 3);
	CHECK(log_shown(shower, 2) == OK && shown.lines == 3); /* never back */
	CHECK(log_shown(shower, ~0ul) == OK && shown.lines == 3);
}

static void test_flood(void)
{
	u64 taken = 0;
	struct log_read_result l;

	CHECK(say(writer, "\nbefore the flood\n") == OK);
	for (int i = 0; i < 10000; i++) {
		enum microk_status status = say(flooder, "[ok] everything is fine\n");
		CHECK(status == OK || status == ERR_NO_SPACE);
		taken += status == OK;
	}
	CHECK(taken > 10 && taken <= 4096 / 24);
	init_says("after the flood", false);
	/* All other lines are still there: the kernel's first line, and the writer's. */
	next = 1;
	CHECK(reads("Booting MicroK OS v1.0...", LOG_SOURCE_KERNEL, true));
	CHECK(log_read(reader, 1, &l) == OK && l.number == 1);
	bool before = false, after = false;
	u32 noise = 0;
	for (next = 1; log_read(reader, next, &l) == OK; next = l.number + 1) {
		before |= strcmp(l.text, "vfs: before the flood") == 0;
		after |= strcmp(l.text, "after the flood") == 0;
		noise += l.source == 6;
		CHECK(l.source != 6 || strncmp(l.text, "noisy: ", 7) == 0);
	}
	CHECK(before && after && noise == 32);
}

/* By a clock of the test's own: the number dropped comes with the next write that is taken. */
static void test_report_of_dropped_writes(void)
{
	const u64 hz = 1000000;
	u64 dropped = 0;
	char expected[64];
	struct log_read_result l;

	strcpy(init_log.name[8], "late");
	while (writers_add(8, "x\n", 2, hz, hz) == OK)
		;
	for (dropped = 1; dropped < 100; dropped++)
		CHECK(writers_add(8, "x\n", 2, hz, hz) == ERR_NO_SPACE);
	next = lines_count() + 1;
	CHECK(writers_add(8, "again\n", 6, 2 * hz, hz) == OK);
	CHECK(log_read(reader, next, &l) == OK);
	snprintf(expected, sizeof(expected), "log: %lu writes of late were not taken", dropped);
	CHECK(strncmp(l.text, expected, strlen(expected)) == 0);
	next++;
	CHECK(reads("late: again", 8, false) && reads_nothing());
}

/* How many lines' bytes readers get from a service that writes this for ten seconds, and each time again. */
static u64 bytes_shown(u32 id, const char *text, size_t bytes)
{
	const u64 hz = 1000000;
	u64 shown = 0;
	struct log_read_result l;

	next = lines_count() + 1;
	for (u64 now = hz; now < 11 * hz; now += hz / 1000) {
		writers_add(id, text, bytes, now, hz);
		for (; log_read(reader, next, &l) == OK; next = l.number + 1)
			shown += strlen(l.text) + 2;
	}
	return shown;
}

/* The budget limits the shown bytes of lines without text, of writes without text, and of long lines. */
static void test_the_budget_is_of_what_is_shown(void)
{
	static char ends[800], text[800];
	const u64 most = BUDGET_BURST + 10 * BUDGET_RATE;

	memset(ends, '\n', sizeof(ends));
	memset(text, 'x', sizeof(text));
	for (u32 id = 10; id < 14; id++)
		strcpy(init_log.name[id], "fifteen-letters");
	CHECK(bytes_shown(10, ends, 100) <= most * 5 / 4);
	CHECK(bytes_shown(11, ends, 1) <= most * 5 / 4);
	CHECK(bytes_shown(12, ends, 0) <= most * 5 / 4);
	CHECK(bytes_shown(13, text, sizeof(text)) <= most * 5 / 4);
	/* A write longer than the budget is taken while the budget is whole. */
	CHECK(writers_add(14, ends, sizeof(ends), 1000, 1000) == OK);
	CHECK(writers_add(14, ends, 1, 1000, 1000) == ERR_NO_SPACE);
}

/* The last lines of a service were refused: the log reports that when the service is gone. */
static void test_dropped_at_the_end(void)
{
	struct log_read_result l;

	strcpy(init_log.name[15], "gone");
	while (writers_add(15, "x\n", 2, 1000, 1000) == OK)
		;
	next = lines_count() + 1;
	writers_closed(15);
	CHECK(log_read(reader, next, &l) == OK);
	CHECK(strncmp(l.text, "log: 1 writes of gone were not taken", 36) == 0);
	writers_closed(15);
	next = l.number + 1;
	CHECK(reads_nothing());
}

static void test_rings_that_came_round(void)
{
	for (int i = 0; i < 400; i++) {
		char text[128];
		snprintf(text, sizeof(text),
			 "kernel line %d with so many words to it that the log has room for all "
			 "lines that the kernel still has\n",
			 i);
		kernel_says(text);
	}
	for (int i = 0; i < INIT_LOG_LINES + 10; i++) {
		char text[32];
		snprintf(text, sizeof(text), "init line %d", i);
		init_says(text, false);
	}
	struct log_read_result l;
	u32 of_kernel = 0, of_init = 0, told = 0;
	for (; log_read(reader, next, &l) == OK; next = l.number + 1) {
		int n, end = 0;
		of_kernel += l.source == LOG_SOURCE_KERNEL;
		of_init += l.source == LOG_SOURCE_INIT;
		if (strncmp(l.text, "log: ", 5) == 0) {
			told += strcmp(l.text, "log: 10 of init's lines were overwritten before "
					       "they were read") == 0;
			told += strstr(l.text, " of the kernel's bytes were overwritten") != NULL;
			continue;
		}
		if (l.source == LOG_SOURCE_KERNEL)
			sscanf(l.text,
			       "kernel line %d with so many words to it that the log has room for "
			       "all lines that the kernel still has%n",
			       &n, &end);
		else
			sscanf(l.text, "init line %d%n", &n, &end);
		CHECK(end == (int)strlen(l.text)); /* whole lines only */
	}
	CHECK(of_kernel > 60 && of_init == INIT_LOG_LINES + 1 && told == 2);
}

int main(void)
{
	start();
	test_order();
	test_signatures();
	test_rights();
	test_watch();
	CHECK(say(writer, "\n") == OK && reads("vfs: no end yet", 5, false));
	test_closed();
	test_shown();
	test_flood();
	test_report_of_dropped_writes();
	test_the_budget_is_of_what_is_shown();
	test_dropped_at_the_end();
	test_rings_that_came_round();
	return check_result("log");
}
