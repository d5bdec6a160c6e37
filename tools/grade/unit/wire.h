/* Between the judge and the subject (unit.h): a socket that keeps messages apart, and one file of memory that both map at
 * the same address. It lies below 2 GiB, where the code of a program with fixed addresses reaches it. A second socket ends
 * a check: on it the judge sends the nonce that the check began with, and only the process that starts the checks' own has
 * its other end. A file or a pipe would not do: code under test could open that process's descriptors in /proc. */
#pragma once
#include "microk/types.h"

#define UNIT_SHARED 0x20000000ul /* the subject's SHARED variables, at a place in here that unit.py chooses */
#define UNIT_ASKED 0x20800000ul  /* the judge's ASKED variables */
#define UNIT_OBJECTS 0x21000000ul
#define UNIT_END 0x30000000ul
extern char unit_last; /* lies there */

#define UNIT_WORDS 3600

#define UNIT_CPU_SECONDS 2    /* of the processor, for a check: a slow host fails none */
#define UNIT_SECONDS_ASLEEP 5 /* without a break */

enum unit_op {
	UNIT_BEGIN,  /* a new process for a check */
	UNIT_CALL,   /* call `function` */
	UNIT_ALLOW,  /* arguments: address and bytes that the sanitizer lets the subject use; no answer */
	UNIT_FORBID, /* the opposite; no answer */
};

struct unit_question {
	u64 nonce; /* random: an answer repeats it, so that none can be given before the question */
	u32 op;
	u32 function; /* its place in unit_calls[] */
	u64 argument[6];
};

enum unit_kind {
	UNIT_RETURNED, /* `value`: rax. Such an answer has no `words` */
	UNIT_FAILED,   /* a fake was called as it must not be. Expected, came and cause, each ended by 0 */
	UNIT_MISSING,  /* an open exercise was reached: its sentence */
	UNIT_ENDED,    /* the check's process is gone. `value`: its status (waitpid(2)), or UNIT_SLEPT. The sanitizer's report */
};
#define UNIT_SLEPT (~0ul)

struct unit_answer {
	u64 nonce;
	u64 kind;
	u64 value;
	char words[UNIT_WORDS];
};
#define UNIT_ANSWER_BYTES offsetof(struct unit_answer, words)
