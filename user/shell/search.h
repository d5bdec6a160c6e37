/* ^R: the search in the history while a line is edited. Pure. */
#pragma once
#include "user/shell/history.h"

#define SEARCH_MAX 40u /* bytes of the part that is searched for */

/* Zeroed: there is no search. */
struct search {
	bool on;
	char part[SEARCH_MAX + 1];
	size_t length;
	u32 found;                 /* the line that is shown; h->count: none */
	char before[EDITOR_MAX + 1]; /* the line that was edited */
	char prompt[SEARCH_MAX + 24];
};

enum search_result {
	SEARCH_CHANGED, /* draw prompt and line again */
	SEARCH_REFUSED, /* no other line has the part */
	SEARCH_ENDED    /* the line that was found stays, and the key is the editor's */
};

void search_begin(struct search *s, const struct history *h, const struct editor *e);
/* ^R: the next older line; ^G: the line from before; text: more of the part; Backspace: less. Other keys end the search. */
enum search_result search_key(struct search *s, const struct history *h, struct editor *e, u32 key);
