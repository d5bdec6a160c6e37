/*
 * A kernel for host tests: one CSpace for all, endpoints, and servers as coroutines, so that real
 * service loops, generated stubs and lib/microk run unchanged. It checks what the real one
 * checks of the operations it has, and stops the test at one it has not.
 */
#pragma once
#include "microk/cap.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"

/* An endpoint served by main_function, which runs until it receives. Returns the endpoint's slot (no
 * badge, all rights). */
cap_t kernel_server(const char *name, void (*main_function)(cap_t endpoint));

/* Mints, as init would, for a client. */
cap_t kernel_mint(cap_t from, u32 rights, u64 badge);

/* Adds a grant to the startup page. */
void kernel_grant(const char *name, cap_t slot, const void *address, u32 pages);
void kernel_program(const char *name, const char *arguments);

/* Whether a slot holds a capability, and how many slots do. */
bool kernel_has(cap_t slot);
u32 kernel_caps(void);
u32 kernel_rights(cap_t slot);

/* Text that programs printed (to no terminal). */
extern char kernel_printed[4096];
