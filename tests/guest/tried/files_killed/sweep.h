/* Ends the server everywhere in an operation. */
#pragma once
#include "microk/types.h"

struct operation {
	const char *name;
	void (*prepare)(void); /* with no death: makes the state in which `run` has an effect */
	void (*run)(void);     /* the requests; the server dies during them, or just before or after */
	void (*check)(void);   /* holds everything against the model */
	void (*clean)(void);   /* ends what `run` began */
	bool has_no_answer;    /* it is not a request */
};

/* Lets the server go on until it waits. */
void settle(void);

/* The operation, again and again: the server dies at moments `stride` ticks apart, and after each of its stores. Reports how
 * often, and where. */
void sweep(const struct operation *o, u64 stride);

/* The same with the instance that takes over. The first dies after all stores but `left`. */
void sweep_successor(const struct operation *o, u64 left);

/* Three instances die, one after the other, at moments that follow from *seed. */
void strike(const struct operation *o, u64 *seed);
