/*
 * A QEMU plugin that counts what a guest does between two marks.
 *
 *   -plugin markcount.so,out=FILE[,kernel=ADDRESS][,entry=ADDRESS][,point=ADDRESS][,warm=N][,lines=on]
 *
 *   marks    nopl 0x4d4b00ID(%rax) opens window ID, nopl 0x4d4c00ID(%rax) closes it (0f 1f 80 disp32);
 *            they do nothing, at any privilege level, and need no device
 *   kernel   the lowest kernel address: instructions from there on count as the kernel's
 *   entry    where the kernel's first instruction is: how many run from there to the first user one
 *   point    the function that asks whether an interrupt waits: a preemption point
 *   warm     windows of each ID that are left out at first (where there are no more, the last one counts)
 *   lines    count distinct cache lines and pages, too (slower)
 *
 * FILE, written when QEMU ends (as by isa-debug-exit), has lines of words:
 *   window ID COUNTER MINIMUM MEDIAN MAXIMUM     for every counter; "instructions" is user + kernel
 *   windows ID N
 *   mean ID N                                    of its instructions
 *   boot N                                       instructions from `entry` to the first user one
 *   masked N INSIDE ID                           the longest stretches with interrupts off; INSIDE is an
 *                                                address in its second half, ID the last window opened
 *
 * A processor's own counters would count cycles, but differ from host to host and are not there
 * under emulation; the guest's time-stamp counter under -icount counts instructions, but not by owner or kind. This
 * does, and repeats exactly.
 *
 * Interrupts are off from the kernel's first instruction after user code until the kernel allows them: at sysret, iret, sti
 * or hlt, or at a preemption point, where it would take a waiting one. (So the kernel must be entered with interrupts off,
 * as MicroK's is.) "masked" is the longest such stretch of a window.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define MARK_OPEN 0x4d4bu
#define MARK_CLOSE 0x4d4cu
#define MARK_BYTES 7
#define INSN_BYTES 16 /* an x86 instruction has at most 15 */
#define IDS 256
#define LINE_BITS 6
#define PAGE_BITS 12

/* ---- the counters ---- */

/* The costly instructions stand before INSTRUCTION_KINDS: `kind_of` recognises them by their bytes. */
/* clang-format off */
#define COUNTERS(X)                                                                                 \
	X(SYSCALL, "syscall") X(SYSRET, "sysret") X(SWAPGS, "swapgs") X(IRET, "iret") X(INT, "int") \
	X(CR3, "cr3_writes") X(CR0, "cr0_writes") X(CR4, "cr4_writes") X(CR_READ, "cr_reads")       \
	X(CLTS, "clts") X(WRMSR, "msr_writes") X(RDMSR, "msr_reads") X(FPU_SAVE, "fpu_saves")       \
	X(FPU_RESTORE, "fpu_restores") X(FSGSBASE, "fsgsbase") X(INVALIDATE, "tlb_invalidations")   \
	X(LOCK, "locked") X(CPUID, "cpuid") X(RDTSC, "tsc_reads") X(IO, "port_io") X(HLT, "halts")  \
	X(INTERRUPT_FLAG, "sti_cli")                                                                \
	X(INSTRUCTION_KINDS, "") /* the rest are counted by other means */                          \
	X(USER, "user") X(KERNEL, "kernel") X(LOADS, "loads") X(STORES, "stores")                   \
	X(MASKED, "masked")                                                                         \
	X(DATA_LINES, "data_lines") X(CODE_LINES, "code_lines") X(PAGES, "pages")
/* clang-format on */

enum counter {
#define X(name, text) name,
	COUNTERS(X)
#undef X
		COUNTER_COUNT
};
static const char *const counter_name[] = {
#define X(name, text) text,
	COUNTERS(X)
#undef X
};

/* Since the machine's start; MASKED, lines and pages: in this window. */
static uint64_t *count;

static struct window {
	uint64_t at_start[COUNTER_COUNT];
	uint64_t (*sample)[COUNTER_COUNT];
	size_t samples, room, seen;
} window[IDS];

static int open_id = -1, last_id = -1;
static uint64_t kernel_base = 1ull << 63, entry, point, warm;
static bool with_lines;
static const char *out_path;

/* ---- distinct lines and pages: hash sets that are emptied by taking the next number ---- */

#define SET_BITS 16
struct set {
	struct {
		uint64_t key, number;
	} place[1 << SET_BITS];
};
static struct set data_lines, code_lines, pages;
static uint64_t window_number = 1;

static void set_add(struct set *s, uint64_t key, enum counter counter)
{
	uint64_t i = (key * 0x9e3779b97f4a7c15ull) >> (64 - SET_BITS);

	/* No window of interest fills three quarters of a set. */
	if (count[counter] > 3u << (SET_BITS - 2))
		return;
	while (s->place[i].number == window_number && s->place[i].key != key)
		i = (i + 1) & ((1 << SET_BITS) - 1);
	if (s->place[i].number == window_number)
		return;
	s->place[i].key = key;
	s->place[i].number = window_number;
	count[counter]++;
}

/* ---- windows ---- */

static void window_open(int id)
{
	window_number++;
	count[MASKED] = count[DATA_LINES] = count[CODE_LINES] = count[PAGES] = 0;
	memcpy(window[id].at_start, count, sizeof(window[id].at_start));
	open_id = last_id = id;
}

static void window_close(int id)
{
	struct window *w = &window[id];

	if (open_id != id)
		return;
	open_id = -1;
	if (w->seen++ <= warm)
		w->samples = 0;
	if (w->samples == w->room) {
		w->room = w->room ? w->room * 2 : 1024;
		w->sample = realloc(w->sample, w->room * sizeof(*w->sample));
		if (!w->sample) {
			fprintf(stderr, "markcount: out of memory for window %d\n", id);
			exit(1);
		}
	}
	for (int c = 0; c < COUNTER_COUNT; c++)
		w->sample[w->samples][c] = count[c] - w->at_start[c];
	w->samples++;
}

static void on_mark(unsigned cpu, void *data)
{
	uintptr_t mark = (uintptr_t)data;

	(void)cpu;
	if (mark >> 16 == MARK_OPEN)
		window_open(mark & 0xff);
	else
		window_close(mark & 0xff);
}

/* ---- stretches with interrupts off ---- */

#define LONGEST 64
#define FIRST_SAMPLE 64

static struct stretch {
	uint64_t length, inside;
	int id;
} longest[LONGEST];

static bool masked;
static uint64_t masked_since, inside, next_sample;
static uint64_t boot_start, boot_length;
static bool in_kernel_once, booted;

/* One entry for each place: the longest of those that were `inside` the same code. */
static void stretch_note(struct stretch s)
{
	struct stretch *least = &longest[0];

	for (int i = 0; i < LONGEST; i++) {
		if (longest[i].inside == s.inside) {
			least = &longest[i];
			break;
		}
		if (longest[i].length < least->length)
			least = &longest[i];
	}
	if (s.length > least->length)
		*least = s;
}

static void stretch_end(void)
{
	if (!masked)
		return;
	masked = false;
	uint64_t length = count[KERNEL] - masked_since;
	if (count[MASKED] < length)
		count[MASKED] = length;
	stretch_note((struct stretch){length, inside, last_id});
}

static void on_unmask(unsigned cpu, void *data)
{
	(void)cpu;
	(void)data;
	stretch_end();
}

static void kernel_block(uint64_t address)
{
	in_kernel_once = true;
	if (!booted)
		return;
	if (address == point)
		stretch_end();
	if (!masked) {
		masked = true;
		masked_since = count[KERNEL];
		inside = address;
		next_sample = FIRST_SAMPLE;
	} else if (count[KERNEL] - masked_since >= next_sample) {
		inside = address;
		next_sample *= 2;
	}
}

static void on_block(unsigned cpu, void *data)
{
	uint64_t address = (uintptr_t)data;

	(void)cpu;
	if (address >= kernel_base) {
		kernel_block(address);
	} else if (!booted && in_kernel_once) {
		booted = true;
		boot_length = boot_start ? count[USER] + count[KERNEL] - boot_start : 0;
	} else {
		stretch_end();
	}
}

static void on_entry(unsigned cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!in_kernel_once)
		boot_start = count[USER] + count[KERNEL];
}

/* ---- the kind of an instruction (Intel SDM vol. 2, appendix A) ---- */

static bool is_legacy_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0x2e || byte == 0x36 ||
	       byte == 0x3e || byte == 0x26 || byte == 0x64 || byte == 0x65;
}

/* Group 15 (0f ae) and 9 (0f c7): saving and restoring the FPU's state, fs and gs bases. */
static int kind_of_state(uint8_t opcode, bool f3, int mod, int reg)
{
	if (opcode == 0xae && mod == 3)
		return f3 && reg < 4 ? FSGSBASE : -1;
	if (mod == 3)
		return -1;
	if (opcode == 0xae)
		return reg == 0 || reg == 4 || reg == 6 ? FPU_SAVE
		       : reg == 1 || reg == 5           ? FPU_RESTORE
							: -1;
	return reg == 4 || reg == 5 ? FPU_SAVE : reg == 3 ? FPU_RESTORE : -1;
}

static int kind_of_0f(uint8_t opcode, uint8_t next, bool f3)
{
	int mod = next >> 6, reg = next >> 3 & 7;

	switch (opcode) {
	case 0x01: return next == 0xf8 ? SWAPGS : mod != 3 && reg == 7 ? INVALIDATE : -1;
	case 0x05: return SYSCALL;
	case 0x06: return CLTS;
	case 0x07: return SYSRET;
	case 0x20: return CR_READ;
	case 0x22: return reg == 3 ? CR3 : reg == 0 ? CR0 : reg == 4 ? CR4 : -1;
	case 0x30: return WRMSR;
	case 0x31: return RDTSC;
	case 0x32: return RDMSR;
	case 0x38: return next == 0x82 ? INVALIDATE : -1;
	case 0xa2: return CPUID;
	case 0xae:
	case 0xc7: return kind_of_state(opcode, f3, mod, reg);
	default: return -1;
	}
}

/* The counter of a costly instruction, or -1. */
static int kind_of(const uint8_t *byte, size_t size)
{
	bool lock = false, f3 = false;
	size_t i = 0;

	for (; i < size; i++) {
		lock |= byte[i] == 0xf0;
		f3 |= byte[i] == 0xf3;
		if (byte[i] != 0xf0 && byte[i] != 0xf3 && !is_legacy_prefix(byte[i]))
			break;
	}
	if (i < size && byte[i] >> 4 == 4) /* REX */
		i++;
	if (i >= size)
		return -1;
	uint8_t opcode = byte[i], second = i + 1 < size ? byte[i + 1] : 0,
		third = i + 2 < size ? byte[i + 2] : 0;
	if (lock || ((opcode == 0x86 || opcode == 0x87) && second >> 6 != 3))
		return LOCK;
	switch (opcode) {
	case 0x0f: return kind_of_0f(second, third, f3);
	case 0xcd: return INT;
	case 0xcf: return IRET;
	case 0xf4: return HLT;
	case 0xfa:
	case 0xfb: return INTERRUPT_FLAG;
	default:
		return (opcode >= 0xe4 && opcode <= 0xe7) || (opcode >= 0xec && opcode <= 0xef)
			       ? IO
			       : -1;
	}
}

static bool lets_interrupts_in(const uint8_t *byte, size_t size, int kind)
{
	return kind == SYSRET || kind == IRET || kind == HLT ||
	       (kind == INTERRUPT_FLAG && byte[size - 1] == 0xfb);
}

/* 0, or MARK_OPEN or MARK_CLOSE in the upper half and the ID in the lower. */
static uint32_t mark_of(const uint8_t *byte, size_t size)
{
	uint32_t displacement;

	if (size != MARK_BYTES || byte[0] != 0x0f || byte[1] != 0x1f || byte[2] != 0x80)
		return 0;
	memcpy(&displacement, byte + 3, sizeof(displacement));
	uint32_t what = displacement >> 16;
	return (what == MARK_OPEN || what == MARK_CLOSE) && !(displacement & 0xff00)
		       ? displacement
		       : 0;
}

/* ---- instrumentation of each block as QEMU translates it ---- */

static void on_memory(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	uint64_t last = address + (1ull << qemu_plugin_mem_size_shift(info)) - 1;

	(void)cpu;
	(void)data;
	if (open_id < 0)
		return;
	count[qemu_plugin_mem_is_store(info) ? STORES : LOADS]++;
	set_add(&data_lines, address >> LINE_BITS, DATA_LINES);
	set_add(&data_lines, last >> LINE_BITS, DATA_LINES);
	set_add(&pages, address >> PAGE_BITS, PAGES);
}

static void on_code_line(unsigned cpu, void *address)
{
	(void)cpu;
	if (open_id < 0)
		return;
	set_add(&code_lines, (uintptr_t)address >> LINE_BITS, CODE_LINES);
	set_add(&pages, (uintptr_t)address >> PAGE_BITS, PAGES);
}

static void instrument(struct qemu_plugin_insn *in)
{
	uint8_t byte[INSN_BYTES];
	size_t size = plugin_insn_bytes(in, byte, sizeof(byte));
	uint64_t address = qemu_plugin_insn_vaddr(in);
	uint32_t mark = mark_of(byte, size);
	int kind = kind_of(byte, size);

	if (address >= kernel_base && lets_interrupts_in(byte, size, kind))
		qemu_plugin_register_vcpu_insn_exec_cb(in, on_unmask, CB_NO_REGS, NULL);
	if (mark)
		qemu_plugin_register_vcpu_insn_exec_cb(
			in, on_mark, CB_NO_REGS, (void *)(uintptr_t)mark);
	if (entry && address == entry)
		qemu_plugin_register_vcpu_insn_exec_cb(in, on_entry, CB_NO_REGS, NULL);
	if (with_lines)
		qemu_plugin_register_vcpu_mem_cb(
			in, on_memory, CB_NO_REGS, MEM_READ_AND_WRITE, NULL);
	plugin_count(in, address >= kernel_base ? KERNEL : USER);
	if (kind >= 0)
		plugin_count(in, (size_t)kind);
}

static void on_translate(struct qemu_plugin_tb *tb)
{
	uint64_t line = UINT64_MAX;

	count = plugin_counters();
	qemu_plugin_register_vcpu_tb_exec_cb(
		tb, on_block, CB_NO_REGS, (void *)(uintptr_t)qemu_plugin_tb_vaddr(tb));
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *in = qemu_plugin_tb_get_insn(tb, i);
		uint64_t last = qemu_plugin_insn_vaddr(in) + qemu_plugin_insn_size(in) - 1;

		instrument(in);
		if (with_lines && last >> LINE_BITS != line) {
			line = last >> LINE_BITS;
			qemu_plugin_register_vcpu_insn_exec_cb(
				in, on_code_line, CB_NO_REGS, (void *)(uintptr_t)last);
		}
	}
}

/* ---- the report ---- */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Counter COUNTER_COUNT is the sum of user and kernel instructions. */
static void report_counter(FILE *f, int id, int counter, uint64_t *scratch)
{
	const struct window *w = &window[id];

	for (size_t i = 0; i < w->samples; i++)
		scratch[i] = counter < COUNTER_COUNT ? w->sample[i][counter]
						     : w->sample[i][USER] + w->sample[i][KERNEL];
	qsort(scratch, w->samples, sizeof(*scratch), compare);
	fprintf(f, "window %d %s %lu %lu %lu\n", id,
		counter < COUNTER_COUNT ? counter_name[counter] : "instructions", scratch[0],
		scratch[w->samples / 2], scratch[w->samples - 1]);
}

static uint64_t mean_of(const struct window *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->samples; i++)
		sum += w->sample[i][USER] + w->sample[i][KERNEL];
	return sum / w->samples;
}

static bool is_reported(int counter)
{
	return counter != INSTRUCTION_KINDS &&
	       (with_lines || counter < LOADS || counter == MASKED || counter == COUNTER_COUNT);
}

static void report_window(FILE *f, int id)
{
	uint64_t *scratch = malloc(window[id].samples * sizeof(*scratch));

	if (!scratch)
		return;
	fprintf(f, "windows %d %zu\n", id, window[id].samples);
	fprintf(f, "mean %d %lu\n", id, mean_of(&window[id]));
	for (int c = 0; c <= COUNTER_COUNT; c++)
		if (is_reported(c))
			report_counter(f, id, c, scratch);
	free(scratch);
}

static void on_exit_of_qemu(void)
{
	FILE *f = fopen(out_path, "w");

	if (!f) {
		fprintf(stderr, "markcount: cannot write %s\n", out_path);
		return;
	}
	fprintf(f, "boot %lu\n", boot_length);
	for (int i = 0; i < IDS; i++)
		if (window[i].samples)
			report_window(f, i);
	for (int i = 0; i < LONGEST; i++)
		if (longest[i].length)
			fprintf(f, "masked %lu 0x%lx %d\n", longest[i].length, longest[i].inside,
				longest[i].id);
	if (fclose(f))
		fprintf(stderr, "markcount: %s is incomplete\n", out_path);
}

/* ---- set-up ---- */

static const char *value_of(const char *argument, const char *name)
{
	size_t n = strlen(name);

	return strncmp(argument, name, n) || argument[n] != '=' ? NULL : argument + n + 1;
}

static bool take_argument(const char *argument)
{
	const char *value;

	if ((value = value_of(argument, "out")))
		out_path = strdup(value);
	else if ((value = value_of(argument, "kernel")))
		kernel_base = strtoull(value, NULL, 0);
	else if ((value = value_of(argument, "entry")))
		entry = strtoull(value, NULL, 0);
	else if ((value = value_of(argument, "point")))
		point = strtoull(value, NULL, 0);
	else if ((value = value_of(argument, "warm")))
		warm = strtoull(value, NULL, 0);
	else if ((value = value_of(argument, "lines")))
		with_lines = !strcmp(value, "on");
	else
		return false;
	return true;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!take_argument(argv[i])) {
			fprintf(stderr, "markcount: unknown argument %s\n", argv[i]);
			return -1;
		}
	if (!out_path) {
		fprintf(stderr, "markcount: out=FILE is missing\n");
		return -1;
	}
	if (!plugin_counters_make(COUNTER_COUNT)) {
		fprintf(stderr, "markcount: out of memory for the counters\n");
		return -1;
	}
	plugin_on_translated(id, on_translate);
	plugin_on_exit(id, on_exit_of_qemu);
	return 0;
}
