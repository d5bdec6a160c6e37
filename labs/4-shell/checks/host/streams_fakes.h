/* A shell's streams: the terminal, files, pipes and programs, all by number. */
#pragma once
#include "user/shell/lang/pipeline.h"
#include "user/shell/lang/redirect.h"
#include "user/shell/sink.h"

#define TERMINAL_OUT 100u
#define TERMINAL_ERRORS 101u
#define ENDED 199u /* an input that has ended */
#define PIPE_READER 200u /* of pipe n: 200 + n and 300 + n, n from 1 */
#define PIPE_WRITER 300u

extern struct redirect list[6];
extern char words[6][32]; /* the redirections' targets */
extern struct redirected redirected;
/* Files in the order in which they were opened, from 1. */
extern u32 opened, closed;
extern char paths[8][32];
extern u32 path_flags[8];
extern u32 refuses; /* that one cannot be opened; 0: all can */
extern u32 fails;   /* messages */

/* Each start, end and close, in their order. */
enum what { STARTS, DROPS, ENDS_INPUT, RESTORES, CLOSES };
struct event {
	enum what what;
	u32 number; /* of the program, or the capability */
	u32 input, output; /* of a start */
};
extern struct event events[64];
extern u32 event_count;
extern u32 unstartable; /* program n cannot be started; 0: all can */
extern bool started[4];

void begin_streams(void);
/* The redirections of `list`, in their order. */
bool redirect(u32 count);
void redirect_back(void);
/* The capability that a stream leads to now: 0 input (0: the terminal), 1 output, 2 errors. */
u32 stream_now(u32 number);
u32 stream_before(u32 number);
/* A pipeline of `parts`; `programs`: a bit for each that is a program. */
bool start_pipeline(u32 parts, u32 programs, bool background, bool saved);
