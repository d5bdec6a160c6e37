/* The FPU and SSE registers of threads that declared that they use them. */
#pragma once
#include "sched/thread.h"
#include "x86/cpu.h"

/* Sets the processor up so that only declared threads can use the FPU. */
void fpu_init(void);

/* FXRSTOR takes the image: it faults on a reserved bit of MXCSR, and on nothing else in an image (SDM vol. 2, FXRSTOR). */
bool fpu_can_load(const struct fpu_registers *image);

/* t starts or ends using the FPU; its registers start clean. */
void fpu_declare(struct thread *t, bool uses);

/* t's registers start clean. */
void fpu_clear(struct thread *t);

/* Makes the FPU registers those of t (NULL or undeclared: clean, and switched off). */
void fpu_switch(struct thread *t);

/* The same, for the thread that is current now: most often nothing is to be done. */
static inline void fpu_follow(struct thread *t)
{
	if (this_cpu()->fpu || (t->extras & EXTRA_FPU))
		fpu_switch(t);
}

/* The thread ends: forgets its registers. */
void fpu_forget(struct thread *t);
