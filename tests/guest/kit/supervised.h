/* For tests that are the supervisor of one service (lib/supervise), whose programs and memory they choose. */
#pragma once
#include "lib/supervise/instance.h"

#define KIT_SERVICE_BYTES (512 * 1024ul)

/* Finds a program of the boot archive; the test's machine ends with a report if it is not there. */
void supervised_program(const char *path, struct elf_image *image);

/* All untyped memory that the kernel left, as a pool. */
struct supply supervised_pool(void);

/* A service that serves an Endpoint, with the test's own priority and no instance yet. `grants` stays the test's. */
struct service supervised_service(const char *name, struct grant *grants, u32 count);
