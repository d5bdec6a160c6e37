/* Reading and writing a device's 8-bit I/O ports through its IoPort capability. */
#pragma once
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/ipc.h"

/* Returns 0xff, which an absent device also returns, if the kernel rejects the access. */
static inline u8 port_read(cap_t ports, u16 port)
{
	struct ioport_in_result in;
	enum microk_status status = ioport_in(ports, &(struct ioport_in){.port = port, .bytes = 1}, &in);

	return status == OK ? (u8)in.value : 0xff;
}

static inline void port_write(cap_t ports, u16 port, u8 value)
{
	ioport_out(ports, &(struct ioport_out){.port = port, .bytes = 1, .value = value});
}
