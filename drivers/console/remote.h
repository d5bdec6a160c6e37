/* The terminal at the far end of the serial line: its size, and the received bytes that are its answers and were not typed. */
#pragma once
#include "microk/types.h"

#define REMOTE_COLUMNS 80 /* assumed until a terminal answers */
#define REMOTE_ROWS 24
#define REMOTE_HELD_MAX 16
#define REMOTE_QUESTIONS 8

struct remote {
	void (*send)(const char *bytes, size_t count); /* to the line; set once */
	u64 (*clock)(void);                            /* set once */
	u64 hz;                                        /* the clock's ticks a second; set once */
	u32 columns, rows;                             /* 0 before remote_init */
	bool answered; /* a terminal is there: it answered the last question */
	bool asked;    /* a question was ever sent: received bytes may be answers */
	u32 misses;    /* questions in a row without an answer */
	u32 rest;      /* calls of remote_ask that still do nothing */
	/* Questions without an answer yet, oldest first: when each was sent, and whether it is ours or a program's. */
	u32 questions;
	struct {
		u64 at;
		bool ours;
	} question[REMOTE_QUESTIONS];
	u32 held; /* received bytes that may become an answer */
	char hold[REMOTE_HELD_MAX];
	u64 held_at; /* when the last of them came */
};

/* Sets 80 columns and 24 rows, which hold until a terminal answers. */
void remote_init(struct remote *r);

/* Asks for the size, unless a question is on its way or the last ones had no answer. The answer comes later, if at all. */
void remote_ask(struct remote *r);

/* Notes that a program's own question for the cursor's place has gone down the line: its answer is for the program. */
void remote_passed(struct remote *r);

/* Moves the typed bytes among `count` received ones to `typed`, which has room for count + REMOTE_HELD_MAX. Returns
 * their number. Answers are taken out. Bytes that may begin an answer are held back for a tenth of a second at most. */
size_t remote_receive(struct remote *r, const char *bytes, size_t count, char *typed);

/* When remote_release must be called; 0: it need not be called. */
u64 remote_deadline(const struct remote *r);

/* Moves the bytes held back to `typed`, which has room for REMOTE_HELD_MAX. Returns their number. */
size_t remote_release(struct remote *r, char *typed);

/* Whether its numbers can be right, after another instance has left them. */
bool remote_is_sound(const struct remote *r);
