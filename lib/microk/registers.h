/* The registers of another thread, through the calling thread's IPC buffer (microk/registers.h). */
#pragma once
#include "microk/error.h"
#include "microk/registers.h"
#include "microk/types.h"

/* Need READ on the Thread; the thread must not run. The errors are those of THREAD_READ. */
enum microk_status general_read(cap_t thread, struct general_registers *to);
enum microk_status fpu_read(cap_t thread, struct fpu_registers *to);

/* Need WRITE; the thread must be stopped, or wait for its fault handler. The errors are those of THREAD_WRITE. */
enum microk_status general_write(cap_t thread, const struct general_registers *from);
enum microk_status fpu_write(cap_t thread, const struct fpu_registers *from);
