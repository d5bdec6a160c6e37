/* The judge's questions to the subject. */
#pragma once
#include "microk/types.h"
#include "wire.h"

/* Names the socket, and the one that ends checks; waits until the subject is there, and ends the program if it is not. */
void ask_through(int socket, int stop);
void ask_ready(void);

/* Around a check: the subject starts a process for it, and has ended it, whatever it still does. */
void ask_begin(void);
void ask_stop(void);

/* Ends the check as failed if there is an answer that no question asked for. */
void want_no_answer(void);

/* Sends a question with `count` arguments (6 at most), and returns its nonce. */
u64 ask(enum unit_op op, u32 function, const u64 *argument, u32 count);
