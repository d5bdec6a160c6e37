/* A part of a run: a long Frame, which is mapped and unmapped in steps, in the middle of it. */
#pragma once
#include "tests/guest/sealed/sealed.h"

#define PART_PLACE 0x300000000000ul
#define PART_TABLE_SPAN (512 * PAGE_SIZE)
#define PART_PAGES 511ul
#define PART_R RIGHT_READ
#define PART_RW (RIGHT_READ | RIGHT_WRITE)
#define PART_RX (RIGHT_READ | RIGHT_EXEC)

extern struct part {
	cap_t frame, space;
	cap_t tables[2]; /* the last tables at PART_PLACE, and PART_TABLE_SPAN above it */
	u64 address;     /* where part_map maps the Frame */
	u32 rights;      /* with these rights: PART_RW unless a test changes them */
} part;

/* Makes the Frame, and all tables that it may need in `space`. */
void part_prepare(cap_t space, u64 address);
u64 part_pages(cap_t frame); /* the number of its pages that are mapped */

/* Calls for `begin`. */
enum microk_status part_map(void);
enum microk_status part_unmap(void);
enum microk_status part_delete(void);

/* Begins the call, and returns in the middle of it, or when it has ended. */
struct kit_thread part_begin(one_call *call);
/* The same, and checks that the call has not ended. */
struct kit_thread part_middle(one_call *call);

/* Writes to all pages of a Frame that are mapped at PART_PLACE here. */
void part_touch(cap_t frame);
bool part_can_touch(u64 page);
/* Checks that nothing is mapped at PART_PLACE: other Frames can be mapped from the run's first page to its last, and this
 * program cannot touch any page there. */
void part_check_nothing_is_there(void);
