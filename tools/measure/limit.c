/*
 * A QEMU plugin that ends a machine after a number of guest instructions, or when it has halted for good.
 *
 *   -plugin limit.so,limit=50000000,idle=400,out=FILE
 *
 *   limit  guest instructions; then QEMU ends with status 124          (0: no limit)
 *   idle   host milliseconds of halt; then it ends with status 126     (0: never). The same after ten seconds without any
 *          instruction of a processor that is not halted: the machine sleeps (ACPI S3), or QEMU stopped it
 *   quiet  a file: halts end nothing, but each stretch of `idle` milliseconds is counted there (for a machine with
 *          input from a program, which must find out when no answer will come any more)
 *   out    where to write, however QEMU ends: why, how many instructions, whether interrupts were
 *          off when the processor halted last, and the newest blocks of code that ran
 *
 * Time limits in seconds (MIT's gradelib) fail a correct kernel on a slow host, and OS/161's simulated
 * seconds need a simulator of their own; instructions are the same on every host. A halted processor
 * runs none: with -icount sleep=off its next timer fires at once, so one that stays halted waits for
 * something that never comes. (QEMU's own notice of an idle processor is not given under -icount.)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#define STATUS_LIMIT 124
#define STATUS_IDLE 126
#define OPCODE_HLT 0xf4
#define OPCODE_CLI 0xfa
#define OPCODE_STI 0xfb
#define OPCODE_OUT 0xe6 /* out %al, to a port that is the next byte */
#define EXIT_PORT 0xf4  /* of isa-debug-exit (tools/run.py) */
#define RECENT 64       /* blocks remembered; a power of two */
#define WATCH_US 20000
#define LATE_US                                                                                    \
	1000000 /* QEMU's main thread gets this time to stop a machine that has asked for its end */
#define LATE_BLOCKS 1000     /* that run at most until the machine stops */
#define ASLEEP_US 10000000ul /* far more than a runnable thread of QEMU waits for its turn */

struct block {
	uint64_t address;
	uint64_t instructions;
};

static uint64_t limit, newest;
static volatile uint64_t executed;
static uint64_t recent[RECENT];
static unsigned idle_ms;
static volatile bool halted;    /* the last instruction was hlt */
static volatile uint64_t halts; /* how often */
static bool interrupts_off;     /* the last of cli and sti was cli */
static volatile bool exiting;   /* QEMU was asked to end */
static const char *out_path;
static FILE *quiet_file;
static pthread_mutex_t report_lock = PTHREAD_MUTEX_INITIALIZER;
static bool reported;

static void report(const char *why)
{
	pthread_mutex_lock(&report_lock);
	FILE *f = reported || !out_path ? NULL : fopen(out_path, "w");

	reported = true;
	if (f) {
		fprintf(f, "why %s\ninstructions %lu\nhalted %d\ninterrupts %s\nrecent", why,
			executed, halted, interrupts_off ? "off" : "on");
		for (uint64_t i = newest > RECENT ? newest - RECENT : 0; i < newest; i++)
			fprintf(f, " %lx", recent[i & (RECENT - 1)]);
		fputc('\n', f);
		fclose(f);
	}
	pthread_mutex_unlock(&report_lock);
}

/*
 * The guest may have asked for its end by an `out` to a port in a register, which exit_runs does not see. From release 9 on
 * QEMU's main thread ends it, and on a busy host the guest has run to its limit before that thread has run at all. It gets its
 * time here, while the processor waits. Then it stops the processor at one of the next blocks.
 */
static void limit_reached(void)
{
	static unsigned left;

	if (plugin_exit_is_late() && !left) {
		usleep(LATE_US);
		left = LATE_BLOCKS;
	} else if (!left || !--left) {
		report("limit");
		_exit(STATUS_LIMIT);
	}
}

/* A block may end early (an interrupt, a fault), so this counts a little more than was run: the same each time. */
static void block_runs(unsigned cpu, void *data)
{
	const struct block *b = data;

	(void)cpu;
	if (exiting)
		return;
	halted = false;
	recent[newest++ & (RECENT - 1)] = b->address;
	executed += b->instructions;
	if (limit && executed >= limit)
		limit_reached();
}

static void halt_runs(unsigned cpu, void *data)
{
	(void)cpu, (void)data;
	halts++;
	halted = true;
}

static void flag_runs(unsigned cpu, void *data)
{
	(void)cpu;
	interrupts_off = data != NULL;
}

/* From release 9 on QEMU does not end at once, and the guest goes on for a moment that differs from run to run. */
static void exit_runs(unsigned cpu, void *data)
{
	(void)cpu, (void)data;
	exiting = true;
}

static void translated(struct qemu_plugin_tb *tb)
{
	struct block *b = malloc(sizeof(
		*b)); /* lives as long as the code that QEMU made; there is no callback for its end */

	if (!b)
		abort();
	*b = (struct block){qemu_plugin_tb_vaddr(tb), qemu_plugin_tb_n_insns(tb)};
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, CB_NO_REGS, b);
	for (size_t i = 0; i < b->instructions; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t code[2] = {0, 0};
		size_t size = plugin_insn_bytes(insn, code, sizeof(code));

		if (size == 2 && code[0] == OPCODE_OUT && code[1] == EXIT_PORT)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, exit_runs, CB_NO_REGS, NULL);
		if (size != 1)
			continue;
		if (code[0] == OPCODE_HLT)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, halt_runs, CB_NO_REGS, NULL);
		else if (code[0] == OPCODE_CLI || code[0] == OPCODE_STI)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, flag_runs, CB_NO_REGS, code[0] == OPCODE_CLI ? b : NULL);
	}
}

/* At each wake-up. Before the first instruction the machine has not begun. */
static void watch_sleep(void)
{
	static uint64_t seen, times;

	times = executed && executed == seen && !halted && !exiting ? times + 1 : 0;
	seen = executed;
	if (times * WATCH_US < ASLEEP_US)
		return;
	report("asleep");
	_exit(STATUS_IDLE);
}

/* A thread of its own: while the guest is halted, nothing else here is called. It counts its own wake-ups rather than
 * look at a clock, so that a host that stopped the whole process does not count as idleness. */
static void *watch(void *unused)
{
	uint64_t seen = 0, quiet = 0;

	for (;;) {
		usleep(WATCH_US);
		if (!quiet_file)
			watch_sleep();
		if (!halted || halts != seen || exiting)
			quiet = 0;
		seen = halts;
		if (++quiet * WATCH_US < idle_ms * 1000ul)
			continue;
		if (!quiet_file) {
			report("idle");
			_exit(STATUS_IDLE);
		}
		fputc('.', quiet_file);
		fflush(quiet_file);
		quiet = 0;
	}
	return unused;
}

static void ended(void)
{
	report("end");
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	pthread_t watcher;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "limit=", 6)) {
			limit = strtoull(argv[i] + 6, NULL, 0);
		} else if (!strncmp(argv[i], "idle=", 5)) {
			idle_ms = (unsigned)strtoul(argv[i] + 5, NULL, 0);
		} else if (!strncmp(argv[i], "out=", 4)) {
			out_path = strdup(argv[i] + 4);
		} else if (!strncmp(argv[i], "quiet=", 6)) {
			quiet_file = fopen(argv[i] + 6, "w");
		} else {
			fprintf(stderr, "limit.so: %s is not one of limit=, idle=, out=, quiet=\n",
				argv[i]);
			return 1;
		}
	}
	plugin_on_translated(id, translated);
	plugin_on_exit(id, ended);
	if (idle_ms && pthread_create(&watcher, NULL, watch, NULL))
		return 1;
	return 0;
}
