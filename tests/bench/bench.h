/*
 * One row of the benchmark: a window of instructions between two marks, run many times.
 *
 * Both ends of a window are one piece of assembly: the mark for the counting plugin
 * (tools/measure/markcount.c) and a reading of the time-stamp counter, which under -icount shift=0 counts
 * instructions. So each window is measured twice, by independent means; the empty window (ROW_EMPTY)
 * shows the instructions that either adds, and tools/bench.py subtracts them.
 */
#pragma once
#include "microk/types.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/fast.h"

/* X(number of the mark, name in the report) */
#define BENCH_ROWS(X)                                \
	X(1, empty)                                  \
	X(2, null)                                   \
	X(3, yield)                                  \
	X(4, refused)                                \
	X(10, call_0)                                \
	X(11, call_1)                                \
	X(12, call_2)                                \
	X(14, call_4)                                \
	X(18, call_8)                                \
	X(19, call_16)                               \
	X(20, call_64)                               \
	X(21, call_120)                              \
	X(22, call_cap)                              \
	X(23, call_fpu_0)                            \
	X(24, call_fpu_8)                            \
	X(30, same_0)                                \
	X(31, same_1)                                \
	X(34, same_4)                                \
	X(38, same_8)                                \
	X(39, same_16)                               \
	X(41, same_120)                              \
	X(42, same_cap)                              \
	X(50, ipc_0)                                 \
	X(54, ipc_4)                                 \
	X(58, ipc_8)                                 \
	X(60, signal_one_way)                        \
	X(61, signal_and_wait)                       \
	X(62, signal_round_trip)                     \
	X(63, signal_round_trip_apart)               \
	X(70, fault)                                 \
	X(71, fault_map)                             \
	X(80, retype)                                \
	X(81, mint)                                  \
	X(82, delete)                                \
	X(83, revoke_1000)                           \
	X(84, copy_64)                               \
	X(85, copy_page)                             \
	X(86, io_map)                                \
	X(87, io_unmap)                              \
	X(88, make_mapped)                           \
	X(89, replace)                               \
	X(90, revoke_many)                           \
	X(91, wake_many)                             \
	X(92, end_many)                              \
	X(93, unmap_much)                            \
	X(94, end_space)                             \
	X(95, make_frames)

enum bench_row {
#define X(number, name) ROW_##name = number,
	BENCH_ROWS(X)
#undef X
};

#define BENCH_TEXT_(x) #x
#define BENCH_TEXT(x) BENCH_TEXT_(x)

/* The ends of a window. In an address space of its own a program has its own bench_begin: both ends
 * must lie in one address space. */
extern u64 bench_begin, bench_end;

#define WINDOW_OPEN(name)                                                        \
	__asm__ volatile("rdtsc\n\tshl $32, %%rdx\n\tor %%rdx, %%rax\n\t"         \
			 "mov %%rax, bench_begin\n\t"                             \
			 "nopl 0x4d4b0000+%c0(%%rax)"                             \
			 :                                                        \
			 : "i"(ROW_##name)                                        \
			 : "rax", "rdx", "cc", "memory")
#define WINDOW_CLOSE(name)                                                       \
	__asm__ volatile("nopl 0x4d4c0000+%c0(%%rax)\n\t"                         \
			 "rdtsc\n\tshl $32, %%rdx\n\tor %%rdx, %%rax\n\t"         \
			 "mov %%rax, bench_end"                                   \
			 :                                                        \
			 : "i"(ROW_##name)                                        \
			 : "rax", "rdx", "cc", "memory")

/* Measures `what` bench_warm + bench_rounds times and reports the row. */
#define MEASURE_AND(name, what, afterwards)                \
	do {                                               \
		sample_start(#name, ROW_##name);           \
		while (sample_wanted()) {                  \
			WINDOW_OPEN(name);                 \
			what;                              \
			WINDOW_CLOSE(name);                \
			sample_take();                     \
			afterwards;                        \
		}                                          \
		sample_report();                           \
	} while (0)
#define MEASURE(name, what) MEASURE_AND(name, what, )

/* The command line's warm=N and rounds=N. */
void sample_init(void);
u32 sample_option(const char *word, u32 otherwise); /* the number after `word` on the command line */
void sample_start(const char *name, u32 row);
bool sample_wanted(void); /* whether another round is to be run */
void sample_take(void);   /* notes the window that just closed */
void sample_report(void); /* ROW number name rounds minimum median maximum */
void sample_once(const char *name, u32 row); /* the same, for the one window that just closed */

/* The root task (the measuring client) has the kit's priority of 60: above it a server runs at
 * once when it is called, below it only when the client waits. */
#define MORE_URGENT 61
#define LESS_URGENT 59
#define AS_URGENT 60

void bench_null(void);
void bench_calls(void);
void bench_calls_same(void);
void bench_calls_ipc(void);
void bench_notifications(void);
void bench_yield(void);
void bench_faults(void);
void bench_objects(void);
void bench_pages(void);
void bench_copies(void);
void bench_devices(void);
void bench_extremes(void);
