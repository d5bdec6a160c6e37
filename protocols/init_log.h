/*
 * init's own lines, in frames that init shares with the log: init adds lines and never waits, and the log reads them later.
 *
 * The log has struct init_log mapped read-only and struct init_log_shown writable. init reads one number of the latter and
 * does not trust it: a wrong one makes lines appear twice on the serial line, or not at all.
 */
#pragma once
#include "microk/types.h"

#define INIT_LOG_LINES 64
#define INIT_LOG_TEXT 252
#define INIT_LOG_PROCESSES 26 /* init and the services that a system.conf can have */
#define INIT_LOG_NAME 16

struct init_log_line {
	u16 bytes;
	u16 on_serial; /* init has put it on the serial line itself */
	char text[INIT_LOG_TEXT]; /* without its end */
};

struct init_log {
	volatile u64 written; /* lines since boot; number n, from 0 on, is line[n % INIT_LOG_LINES] */
	char name[INIT_LOG_PROCESSES][INIT_LOG_NAME]; /* of services, by process id; "" for none */
	struct init_log_line line[INIT_LOG_LINES];
};
#define INIT_LOG_PAGES ((sizeof(struct init_log) + PAGE_SIZE - 1) / PAGE_SIZE)

/* A page of its own, in which the log reports back. */
struct init_log_shown {
	volatile u64 lines; /* how many of init's lines are on the serial line */
};
