/* The results of a system-call handler for the dispatcher, beside the statuses of microk/error.h. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

/* The registers already hold what user space must see, or the thread waits. */
#define DELIVERED 0x100
/* An interrupt waits: run the same system call again after it. Nothing visible was changed. */
#define PREEMPTED 0x101

/* A short way does not apply, and has changed nothing: the same system call goes the general way. */
#define NOT_QUICK 0x102

typedef u32 status_t; /* enum microk_status or one of the above */
