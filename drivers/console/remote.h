/* The terminal at the far end of the serial line: how large it is, and which of the bytes received are its own words
 * and not typed. */
#pragma once
#include "microk/types.h"

#define REMOTE_COLUMNS 80 /* what is taken to be there until a terminal answers */
#define REMOTE_ROWS 24
#define REMOTE_HELD_MAX 16
#define REMOTE_QUESTIONS 8

struct remote {
	void (*send)(const char *bytes, size_t count); /* to the line; set once */
	u64 (*clock)(void);                            /* set once */
	u64 hz;                                        /* the clock's ticks a second; set once */
	u32 columns, rows;                             /* 0 before remote_init */
	bool answered; /* a terminal is there: it answered the last question */
	bool asked;    /* ever: from then on its answers are looked for */
	u32 misses;    /* questions in a row that nothing answered */
	u32 rest;      /* remote_ask does nothing so many times */
	/* Questions on their way, oldest first: when each was sent, and whether it is ours or a program's. */
	u32 questions;
	struct {
		u64 at;
		bool ours;
	} question[REMOTE_QUESTIONS];
	u32 held; /* bytes received that may become an answer */
	char hold[REMOTE_HELD_MAX];
	u64 held_at; /* when the last of them came */
};

/* 80 columns and 24 rows, until a terminal answers otherwise. */
void remote_init(struct remote *r);

/* Asks for the size, unless a question is on its way or nothing ever answers. The answer comes later, if at all. */
void remote_ask(struct remote *r);

/* A program's own question for the cursor's place has gone down the line: its answer is the program's. */
void remote_passed(struct remote *r);

/* Moves what was typed among `count` bytes received to `typed`, which has room for count + REMOTE_HELD_MAX. Returns how
 * many bytes these are. Answers are taken out; the start of what may become one is held back, for a tenth of a second
 * at most. */
size_t remote_receive(struct remote *r, const char *bytes, size_t count, char *typed);

/* When remote_release must be called; 0 for not at all. */
u64 remote_deadline(const struct remote *r);

/* Moves what was held back too long to `typed`, which has room for REMOTE_HELD_MAX; returns how many bytes. */
size_t remote_release(struct remote *r, char *typed);
