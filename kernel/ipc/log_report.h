/* Reports on the log that programs cause (faults, deadlocks): recorded at once, made into text later, in short steps. */
#pragma once
#include "ipc/log_budget.h"
#include "lib/log.h"
#include "sched/thread.h"

#define REPORT_ITEMS 8 /* facts of one report. The first is the name of the thread that the report is about. */
#define REPORT_ABOUT 0
#define REPORT_DROPPED (REPORT_ITEMS - 1) /* how many reports of the account came before and are not on the log */

enum report_form {
	REPORT_TEXT, /* only the part's own text */
	REPORT_NAME,
	REPORT_STRING, /* the item is the address of constant text */
	REPORT_DECIMAL,
	REPORT_HEX,
	REPORT_BYTE, /* two hexadecimal digits */
};

/* A part of a report: its text, then the item in this form. The part is left out if the report does not have the item. A part
 * without text ends a list of parts. */
struct report_part {
	const char *text;
	enum report_form form;
	u32 item;
};

struct report {
	struct report *next;
	const struct report_part *parts; /* NULL: this report's place is free */
	u32 given;                       /* bit i: item i is */
	struct {
		u64 low, high; /* a name takes both */
	} item[REPORT_ITEMS];
};

/* Begins a report about t, which is charged for it. NULL: t's account has no more than `spared` reports left, and the
 * report is counted as dropped. The root task's is never dropped. report_end must follow before another report begins. */
struct report *report_begin(const struct thread *t, u32 spared);
#define REPORT_SPARES_NONE 0
#define REPORT_SPARES_FAULTS (LOG_BURST / 2) /* other programs can cause it: this many are left for t's own faults */

/* Whether devices, which have one account together, have a report left. If so, the next call begins it. */
bool report_allows_device(void);
struct report *report_begin_device(void);

void report_name(struct report *r, u32 item, const struct thread *t);

/* Inline, since an urgent thread may wait until a fault is recorded, which takes six of these. */
static inline void report_value(struct report *r, u32 item, u64 value)
{
	r->item[item].low = value;
	r->given |= 1u << item;
}

/* The report is complete. `parts` must stay; the text that they make has at most REPORT_BYTES. */
void report_end(struct report *r, const struct report_part *parts);
#define REPORT_BYTES LOG_MADE_BYTES
