/* Shared by the steps of lab 1 (steps.h). */
#pragma once
#include "mm/space.h"
#include "sched/thread.h"

#define STEPS_CODE 0x400000ul /* the programs, readable and executable */
#define STEPS_DATA 0x401000ul /* a page of the program's own */

/*
 * A step is a function that is called again and again, with turn 0, 1, …: first to begin, then each time that its program
 * has ended by a fault, or that no thread can run. False: it is over.
 */
bool step_entry(u32 turn);
bool step_pages(u32 turn);
bool step_switch(u32 turn);
bool step_queue(u32 turn);

/* For a step (steps.c): the thread whose program has just ended by a fault; NULL: no thread can run. */
extern struct thread *step_fault;

/* Of the last SYS_SIGNAL of a program that was run by hand: its record then, and how many there were. */
extern struct regs step_call;
extern u32 step_calls;

/* A thread that is not ready, with a one-letter name. */
struct thread *steps_thread(char name, const struct space *space);

/* An address space with the programs at STEPS_CODE and a page at STEPS_DATA, by tables that are filled by hand. The page begins
 * with `word`. */
struct space *steps_space(u64 word);

/* A page that holds the programs. */
u64 steps_code_page(void);

/* The address of a program (steps_programs.S) in STEPS_CODE. */
u64 steps_at(const char *program);

/* Makes the thread current by hand, at this address and with this value in rdi. */
void steps_run(struct thread *t, u64 rip, u64 rdi);

/* From here on the step's threads run by the scheduler, and stop at their fault. */
void steps_use_scheduler(void (*signal)(const struct thread *t));

/* Prints the text, and blanks up to `width` columns. */
void steps_column(const char *text, u32 width);
const char *steps_status(u32 status);

/* The timeline of the stage's own tasks (timeline.c). */
void timeline_note(const struct thread *t, u32 moment);
void timeline_draw(void);

extern const char steps_programs[], steps_programs_end[];
extern const char steps_load[], steps_store[], steps_jump[], steps_end[], steps_registers[], steps_after_call[], steps_turns[];
