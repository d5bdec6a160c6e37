/* A word in the making: its bytes, and which of them were quoted. The pieces of the expansion add to it. */
#pragma once
#include "user/shell/lang/fields.h"
#include "user/shell/lang/shell.h"

struct field {
	struct shell *shell;
	char *text;  /* FIELD_MAX + 1 bytes */
	u8 *quoted;  /* by byte */
	size_t used;
	bool present;        /* there is a word, even without bytes: '' */
	bool blanks_ended;   /* blanks of IFS ended the last word, and belong to the separator that may follow */
	bool in_braces;      /* bytes of ${NAME-word}, which are split although no variable's */
	bool failed;         /* and the reason was printed */
	struct fields *out;  /* NULL: the word is neither split nor matched with names */
};

/* Takes the memory for a word; false, after a message: there is none. */
bool field_begin(struct field *f, struct shell *s, struct fields *out);
/* Adds a byte that stays as it is; `quoted`: also if it is special in a pattern. */
void field_byte(struct field *f, char c, bool quoted);
/* Adds the result of an expansion: unquoted, it is split. */
void field_value(struct field *f, const char *value, size_t length, bool quoted);
/* Ends the word, if there is one, and adds it to the others. */
void field_end(struct field *f);
/* Prints the error and fails. */
void field_fail(struct field *f, const char *reason);
