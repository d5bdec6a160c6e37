/*
 * A line is signed by the log, with the name that belongs to the badge: a service can write "[ok] net", and the reader sees
 * which service wrote it. Most programs begin their lines with their name already; then nothing is added.
 */
#include "servers/log/writers.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "servers/log/budget.h"
#include "servers/log/lines.h"
#include "servers/log/sources.h"

#define FIRST_SERVICE 2
#define SIGNATURE_MAX (INIT_LOG_NAME + 2)
#define LINE_MAX (LOG_TEXT_MAX - SIGNATURE_MAX)
#define REPORT_COST 112 /* about the length of a report of refused writes */

static struct writer {
	struct budget budget;
	char line[LINE_MAX]; /* begun, not complete */
	size_t used;
} writers[SOURCES];

static struct writer *writer_of(u64 badge)
{
	return badge >= FIRST_SERVICE && badge < SOURCES ? &writers[badge] : NULL;
}

static void end_line(u32 id, struct writer *w)
{
	const char *name = sources_name(id);
	char signature[SIGNATURE_MAX + 1], whole[LOG_TEXT_MAX];
	size_t signs;

	if (name[0] != '\0')
		format(signature, sizeof(signature), "%s: ", name);
	else
		format(signature, sizeof(signature), "service %u: ", id);
	signs = strlen(signature);
	if (w->used >= signs && memcmp(w->line, signature, signs) == 0)
		signs = 0;
	memcpy(whole, signature, signs);
	memcpy(whole + signs, w->line, w->used);
	lines_add(id, whole, signs + w->used, false, 0);
	w->used = 0;
}

static void add_text(u32 id, struct writer *w, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n' || w->used == LINE_MAX)
			end_line(id, w);
		if (text[i] != '\n')
			w->line[w->used++] = text[i];
	}
}

static void report_dropped(u32 id, u32 dropped)
{
	char text[LOG_TEXT_MAX];
	int bytes = format(
		text, sizeof(text),
		"log: %u writes of %s were not taken: a service may add %u bytes at "
		"once and %u a second",
		dropped, sources_name(id), BUDGET_BURST, BUDGET_RATE);

	lines_add(id, text, MIN((size_t)bytes, sizeof(text) - 1), false, 0);
}

/* The bytes that a write gives readers to show: its lines, each with a signature (the budget counts the first signature with
 * the write itself), and the report of refused writes. It is at most a whole burst, so that a service that has been quiet
 * can always make such a write. */
static u64 shown_bytes(const struct writer *w, const char *text, size_t bytes)
{
	u64 shown = bytes + (w->budget.dropped > 0 ? REPORT_COST : 0), ends = 0;

	for (size_t i = 0; i < bytes; i++)
		ends += text[i] == '\n';
	if (ends > 1)
		shown += (ends - 1) * SIGNATURE_MAX;
	return MIN(shown, (u64)BUDGET_BURST - BUDGET_WRITE);
}

enum microk_status writers_add(u64 badge, const char *text, size_t bytes, u64 now, u64 hz)
{
	struct writer *w = writer_of(badge);
	u32 dropped;

	if (!w)
		return ERR_ARG;
	dropped = w->budget.dropped;
	if (!budget_take(&w->budget, shown_bytes(w, text, bytes), now, hz))
		return ERR_NO_SPACE;
	if (dropped > 0)
		report_dropped((u32)badge, dropped);
	w->budget.dropped = 0;
	add_text((u32)badge, w, text, bytes);
	return OK;
}

void writers_closed(u64 badge)
{
	struct writer *w = writer_of(badge);

	if (!w)
		return;
	if (w->used > 0)
		end_line((u32)badge, w);
	if (w->budget.dropped > 0)
		report_dropped((u32)badge, w->budget.dropped);
	w->budget.dropped = 0;
}
