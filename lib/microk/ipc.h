/* All system calls, as one function. microk/syscall.h has the convention. */
#pragma once
#include "microk/cap.h"
#include "microk/error.h"
#include "lib/microk/self.h"
#include "microk/ipcbuf.h"
#include "microk/syscall.h"

struct message {
	u64 tag;   /* in: TAG(label, length) and flags; out: as received */
	u64 badge; /* out */
	u64 word[MSG_REGS];
};

/* Runs `op` on `cap` with *m and stores the result in *m. Returns TAG_STATUS(m->tag). */
enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m);

/* The calling thread's IPC buffer (mapped at STARTUP_IPC_BUFFER for a program's first thread). */
#define ipc_buffer (thread_self()->buffer)

/* "ERR_RIGHTS: the capability lacks a right that the operation needs" */
const char *status_name(enum microk_status status);
const char *status_text(enum microk_status status);

/* "Endpoint", for CAP_ENDPOINT of enum cap_type. */
const char *cap_type_name(u32 type);
