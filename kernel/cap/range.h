/* Narrows capabilities that are a range of numbers (I/O ports, interrupts). */
#pragma once
#include "object/invoke.h"

/* IOPORT_NARROW, IRQ_NARROW: derives `count` numbers from `first` into slot "cnode, index". */
status_t range_narrow_decode(struct invocation *inv, u64 first, u64 count, u64 cnode, u64 index);
