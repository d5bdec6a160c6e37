/* Untyped: memory to make objects of. */
#pragma once
#include "object/invoke.h"

/* UNTYPED_RETYPE, for the Untyped of an invocation or of one that is made for it (cap/make_mapped.c). PREEMPTED: the words
 * have the rest. */
status_t untyped_retype_method(struct invocation *inv);
