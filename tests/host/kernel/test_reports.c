/* Reports on their way into the log's ring: each is made a few characters for each step, appears whole and in its turn, and
 * takes a place of its own account. */
#include <stdlib.h>
#include <stdio.h>
#include "must.h"
#include "test_log.h"
#include "lib/command_line.h"
#include "lib/log.h"
#include "lib/print.h"
#include "mm/log_account.h"
#include "ipc/log_budget.h"
#include "ipc/log_report.h"
#include "x86/cpu.h"

struct thread *thread_root;
static u32 dropped_before;

bool command_line_has(const char *word)
{
	return (void)word, false;
}

u32 log_account_of(const struct thread *t)
{
	return t->own_priority; /* the tests' way to choose an account */
}

bool log_has_left(u32 account)
{
	return (void)account, true;
}

void log_take_one(u32 account)
{
	(void)account;
}

bool log_allows(u32 account, bool room, u32 spared, u32 *dropped)
{
	(void)spared;
	(void)account;
	*dropped = dropped_before;
	return room;
}

enum { NUMBER = REPORT_ABOUT + 1, ADDRESS, CAUSE, OTHER, MISSING };

static const struct report_part parts[] = {
	{"[", REPORT_NAME, REPORT_ABOUT},     {"] ", REPORT_STRING, CAUSE},
	{" not shown ", REPORT_HEX, MISSING}, {", number ", REPORT_DECIMAL, NUMBER},
	{" at ", REPORT_HEX, ADDRESS},        {" by ", REPORT_NAME, OTHER},
	{"\n", REPORT_TEXT, REPORT_ABOUT},    {NULL, REPORT_TEXT, REPORT_ABOUT},
};

static struct thread one = {.name = "one"}, two = {.own_priority = 1, .name = "sixteen letters!"},
		     unnamed;

static bool put(const struct thread *t, u64 number)
{
	struct report *r = report_begin(t, REPORT_SPARES_NONE);

	if (!r)
		return false;
	report_value(r, NUMBER, number);
	report_value(r, ADDRESS, 0xfedcba9876543210);
	report_value(r, CAUSE, (u64) "failed");
	report_name(r, OTHER, &unnamed);
	report_end(r, parts);
	return true;
}

/* A line that comes while a report is being made appears before it, not in it. */
static void whole(void)
{
	log_begin();
	MUST(put(&one, 7) && put(&two, ~0ul));
	for (u32 i = 0; i < 4; i++)
		MUST(!log_show_one());
	kprintf("between\n");
	log_show_all();
	log_want("between\n"
		 "[one] failed, number 7 at 0xfedcba9876543210 by ?\n"
		 "[sixteen letters!] failed, number 18446744073709551615 at 0xfedcba9876543210 by "
		 "?\n");
}

/* An account whose places are taken leaves those of another free, and has them again when the reports are made. */
static void places(void)
{
	log_begin();
	for (u32 i = 0; i < LOG_BURST; i++)
		MUST(put(&one, i));
	MUST(!put(&one, 0));
	MUST(put(&two, 0));
	thread_root = &one;
	MUST(put(&one, 0)); /* the root task's own place */
	MUST(!put(&one, 0));
	thread_root = NULL;
	log_show_all();
	for (u32 i = 0; i < LOG_BURST; i++)
		MUST(put(&one, i));
	log_show_all();
}

static void dropped(void)
{
	log_begin();
	dropped_before = 12;
	MUST(put(&one, 1));
	dropped_before = 0;
	MUST(put(&one, 2));
	log_show_all();
	log_want("[log] 12 lines of one were dropped, or of others on its account\n"
		 "[one] failed, number 1 at 0xfedcba9876543210 by ?\n"
		 "[one] failed, number 2 at 0xfedcba9876543210 by ?\n");
}

/* At the end of the machine the reports that wait are made and shown. */
static void at_the_end(void)
{
	log_begin();
	MUST(put(&one, 1));
	log_at_once();
	log_want("[one] failed, number 1 at 0xfedcba9876543210 by ?\n");
}

/* More text than the ring holds: no line pushes out another that is not shown yet. */
static void more_than_the_ring(void)
{
	static char wanted[4 * INFO_LOG_BYTES];
	struct thread many = {.name = "many"};
	u32 length = 0;

	log_begin();
	for (u32 i = 0; i < LOG_ACCOUNTS * LOG_BURST; i++) {
		many.own_priority = (u8)(i / LOG_BURST);
		MUST(put(&many, 1000000000000000000 + i));
		length += (u32)snprintf(
			wanted + length, sizeof(wanted) - length,
			"[many] failed, number %lu at 0xfedcba9876543210 by ?\n",
			1000000000000000000 + (unsigned long)i);
	}
	MUST(length > INFO_LOG_BYTES + LOG_MADE_BYTES);
	log_show_all();
	log_want(wanted);
}

void test_reports(void)
{
	more_than_the_ring();
	whole();
	places();
	dropped();
	at_the_end();
}
