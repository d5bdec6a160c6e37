/* The log's bytes on their way to the outputs, which may refuse each at any time; and how urgent that is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "must.h"
#include "test_log.h"
#include "cap/dying.h"
#include "lib/log.h"
#include "cap/log_later.h"
#include "screen/screen.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "x86/debugcon.h"
#include "x86/serial.h"

#define OUTPUT_BYTES 100000

struct cpu_area cpu_area;

static struct output {
	char text[OUTPUT_BYTES];
	u32 bytes;
} screen, line, debug;
static u32 refuse_screen, refuse_line; /* how many attempts from now on; ~0: all */
static int level = -1;                 /* at which the output waits */

static bool refuses(u32 *times)
{
	if (*times && *times != ~0u)
		return --*times, true;
	return *times != 0;
}

static void put(struct output *to, char c)
{
	MUST(to->bytes < OUTPUT_BYTES);
	to->text[to->bytes++] = c;
}

bool screen_put(char c)
{
	if (refuses(&refuse_screen))
		return false;
	put(&screen, c);
	return true;
}

void serial_set_up(void) {}

bool serial_try(char c)
{
	if (refuses(&refuse_line))
		return false;
	put(&line, c);
	return true;
}

void debugcon_put(char c)
{
	put(&debug, c);
}

void dying_ensure(struct kobject *o, u8 at)
{
	(void)o;
	level = MAX(level, at);
}

void log_begin(void)
{
	log_defer(log_later);
	while (!log_show_one())
		;
	screen.bytes = line.bytes = debug.bytes = refuse_screen = refuse_line = 0;
}

static void write_line(const char *text)
{
	log_put(text, (u32)strlen(text));
	log_written();
}

static void want(const struct output *o, const char *text)
{
	if (o->bytes == strlen(text) && memcmp(o->text, text, o->bytes) == 0)
		return;
	fprintf(stderr, "expected \"%s\", came \"%.*s\"\n", text, (int)o->bytes, o->text);
	abort();
}

void log_show_all(void)
{
	for (u32 i = 0; i < OUTPUT_BYTES; i++)
		if (log_show_one())
			return;
	MUST(!"it is shown");
}

void log_want(const char *text)
{
	want(&screen, text);
}

/* Each byte appears once on each output, whichever output refuses it, and however often. */
static void refused(void)
{
	for (u32 at = 0; at < 12; at++)
		for (u32 times = 1; times < 4; times++) {
			log_begin();
			write_line("one\ntwo\n");
			for (u32 i = 0; i < at; i++)
				log_show_one();
			refuse_screen = times % 2 ? times : 0;
			refuse_line = times;
			log_show_all();
			want(&screen, "one\ntwo\n");
			want(&line, "one\r\ntwo\r\n");
			want(&debug, "one\ntwo\n");
		}
}

/* The ring overwrites a byte that is on one output only: the next byte that is left appears on all of them. */
static void run_over(u32 on_the_line)
{
	char filler[INFO_LOG_BYTES];

	log_begin();
	write_line("x\ny\n");
	log_show_one(); /* the x; the end of its line follows, on the screen, and perhaps its carriage return */
	refuse_line = on_the_line ? 0 : ~0u;
	if (on_the_line) {
		/* The carriage return goes out, and no more. */
		log_show_one();
		log_begin();
		write_line("y\n");
		log_show_one();
		refuse_line = ~0u;
	}
	log_show_one();
	refuse_line = 0;
	u32 on_screen = screen.bytes, lines = line.bytes;
	memset(filler, 'z', sizeof(filler));
	filler[sizeof(filler) - 8] = '\n';
	memcpy(filler + sizeof(filler) - 7, "the end", 7);
	log_put(filler, sizeof(filler));
	log_put("\n", 1);
	log_written();
	log_show_all();
	MUST(screen.bytes == on_screen + 9 && !memcmp(screen.text + on_screen, "\nthe end\n", 9));
	MUST(line.bytes == lines + 11 && !memcmp(line.text + lines, "\r\nthe end\r\n", 11));
}

static void urgency(void)
{
	static struct thread t = {.own_priority = 40, .priority = 50};

	log_begin();
	log_later_step();
	cpu0.current = &t;
	write_line("of a thread\n");
	MUST(level == 40);
	while (!log_later_step())
		;
	level = -1;
	log_at_most(LOG_NO_THREADS);
	write_line("of the machine\n");
	MUST(level == 0);
	log_at_most(LOG_ANY);
	write_line("of a thread\n"); /* which comes after the other, so both have its urgency now */
	MUST(level == 40);
	log_at_most(LOG_NO_THREADS);
	write_line("of the machine\n");
	MUST(level == 40);
	log_at_most(LOG_ANY);
	/* At the machine's end all is shown at once. */
	log_at_once();
	MUST(log_show_one());
}

int main(void)
{
	refused();
	run_over(0);
	run_over(1);
	test_reports();
	urgency();
	return 0;
}
