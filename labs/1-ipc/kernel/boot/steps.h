/*
 * The steps of lab 1: a boot that shows what each solved exercise does.
 *
 *     make stage-1 run BOOT=kernel APPEND=steps
 *
 * Programs of a few instructions run in user mode, first on page tables and by a switch that are laid out here by hand, then
 * on the solved exercises. All that is printed is found in the records of threads after the processor, or the learner's code,
 * has written them; so an open exercise, or a wrong one, shows as what it does. The last step is the stage's own tasks, with
 * a timeline of their messages.
 */
#pragma once

/* Runs the steps, and `after` when they are over. The caller leaves by kernel_exit. */
void steps_begin(void (*after)(void));
