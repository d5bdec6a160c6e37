/* Reading and writing a device's 8-bit I/O ports through its IoPort capability. */
#pragma once
#include "microk/cap.h"
#include "user/lib/ipc.h"

/* 0xff, which is also what an absent device reads as, if the kernel refuses. */
static inline u8 port_read(cap_t ports, u16 port)
{
	struct message m;
	return METHOD_RESULT(&m, ports, IOPORT_IN, port, 1) == OK ? (u8)m.word[0] : 0xff;
}

static inline void port_write(cap_t ports, u16 port, u8 value)
{
	METHOD(ports, IOPORT_OUT, port, 1, value);
}
