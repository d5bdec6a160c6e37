/* Accounts that lines of the log are charged to, and the account of each AddressSpace. */
#pragma once
#include "microk/types.h"

struct thread;

#define LOG_ACCOUNTS 16
/* Of threads without an AddressSpace, and of devices. AddressSpaces that the root task makes never get it. */
#define LOG_ACCOUNT_NONE 0

struct log_account {
	u32 since;         /* second from which on it is refilled (ipc/log_budget.c) */
	u16 used, dropped; /* reports */
	u64 spaces;        /* that are charged to it */
};

/* The account for an AddressSpace that is made now: the current thread's, or one of those that the root task hands out. */
u32 log_account_take(void);

/* An AddressSpace that was charged to this account is gone. */
void log_account_leave(u32 account);

/* The number of the account that is charged for t's lines. */
u32 log_account_of(const struct thread *t);

extern struct log_account log_accounts[LOG_ACCOUNTS];
