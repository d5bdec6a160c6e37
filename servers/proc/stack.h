/* The stack as a program finds it (System V ABI, x86-64 supplement, 3.4.1). */
#pragma once
#include "servers/proc/image.h"
#include "servers/proc/world.h"

/* Arguments and environment lie here, as strings. */
#define STACK_STRINGS (PROCESS_STACK_TOP - PROCESS_ARGUMENTS)

/* In a transaction: the arguments are in place (process.argument). Makes the stack below them, and stores where it
 * begins. ERR_ARG: there are not as many strings. */
enum microk_status stack_build(const struct process *p, const struct image *image, u32 arguments, u32 variables, u64 *stack);
/* In a transaction: memory for the arguments, if there is none yet. */
enum microk_status stack_make_arguments(const struct process *p);

/* Serves a fault below the stack, which grows by that. ERR_RANGE: the address is not there; ERR_LIMIT: the stack is
 * full; ERR_MEMORY. A transaction of its own. */
enum microk_status stack_grow(const struct process *p, u64 address);
