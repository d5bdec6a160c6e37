/* The few instructions that the hardware-free part of the kernel asks for. */
#pragma once
#include "microk/types.h"

u64 rdtsc(void);
static inline u64 read_cr2(void) { return 0; }
u8 inb(u16 port);
void outb(u16 port, u8 value);

static inline void write_cr3(u64 v) { (void)v; }
