/*
 * A command's arguments, taken apart in one way for all commands: POSIX's guidelines for utilities (XBD 12.2), and --help. Pure.
 *
 * Options are single letters before the first operand; several may stand after one dash, and "--" ends them.
 */
#pragma once
#include "microk/types.h"

#define ARGUMENTS_MANY (~0u)

/* The arguments that a command accepts. */
struct accepted {
	/* Its letters; one before a colon takes a value: "n:t". At most one does. NULL: all words are operands (echo, test). */
	const char *options;
	u32 least, most; /* operands; ARGUMENTS_MANY: without a limit */
};

struct arguments {
	u64 options;       /* a bit for each letter that was given; arguments_have */
	const char *value; /* of the option that takes one; NULL: it was not given */
	u32 count;         /* operands */
	char **word;       /* word[count] is NULL */
};

enum arguments_result { ARGUMENTS_OK, ARGUMENTS_HELP, ARGUMENTS_WRONG };

/* Takes words[1] to words[count - 1] apart; words[count] is NULL. The operands stay where they are. */
enum arguments_result arguments_parse(const struct accepted *accepted, u32 count, char **words,
				      struct arguments *out);

bool arguments_have(const struct arguments *a, char letter);
