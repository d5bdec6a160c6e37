/*
 * The leader board of lab 1: a call without words and its reply, from one address space to another and back, counted in
 * instructions. Under QEMU's `-icount shift=0` the time-stamp counter goes up by one an instruction (docs/performance.md), so
 * each window is the difference of two readings, less that of an empty window. `make stage-1 bench` boots this program twice:
 * the task that may receive is the server.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/fast.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

#define WARM 50
#define WINDOWS 201
#define REPORT_PORT 0x2f8
#define EXIT_PORT 0xf4
#define EXIT_DONE 1

static u64 windows[WINDOWS];

static inline u64 clock(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (u64)high << 32 | low;
}

static u64 median(u64 *values, u32 count)
{
	for (u32 i = 1; i < count; i++)
		for (u32 k = i; k > 0 && values[k - 1] > values[k]; k--) {
			u64 less = values[k];

			values[k] = values[k - 1];
			values[k - 1] = less;
		}
	return values[count / 2];
}

static u64 empty_window(void)
{
	for (u32 i = 0; i < WINDOWS; i++) {
		u64 before = clock();

		windows[i] = clock() - before;
	}
	return median(windows, WINDOWS);
}

static void report(const char *fmt, u64 value)
{
	char line[80];

	format(line, sizeof(line), fmt, value);
	for (const char *p = line; *p; p++)
		ioport_out(grant_find("report.ports"),
			   &(struct ioport_out){.port = REPORT_PORT, .bytes = 1, .value = *p});
}

static void race(cap_t server)
{
	u64 empty = empty_window(), tag = OK, none[1];

	for (u32 i = 0; i < WARM + WINDOWS && TAG_STATUS(tag) == OK; i++) {
		u64 before = clock();

		tag = fast_call(server, TAG(0, 0), none, 0);
		u64 after = clock();
		if (i >= WARM)
			windows[i - WARM] = after - before - empty;
	}
	if (TAG_STATUS(tag) == OK)
		report("call %lu\n", median(windows, WINDOWS));
	else
		report("status %lu\n", TAG_STATUS(tag));
	ioport_out(grant_find("exit.ports"),
		   &(struct ioport_out){.port = EXIT_PORT, .bytes = 1, .value = EXIT_DONE});
	for (;;) /* newer releases of QEMU let the machine go on for a moment */
		__asm__ volatile("pause");
}

static void serve(cap_t door)
{
	u64 none[1], badge;

	for (u64 tag = OK; TAG_STATUS(tag) == OK || TAG_STATUS(tag) == ERR_NO_REPLY;)
		tag = fast_reply_recv(door, TAG(0, 0), &badge, none, 0);
}

int main(void)
{
	cap_t door = grant_find("receive");

	if (door)
		serve(door);
	else
		race(grant_find("endpoint"));
	return 1;
}
