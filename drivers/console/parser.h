/* Turns the byte stream for a terminal into characters, controls and escape sequences. */
#pragma once
#include "lib/text/utf8.h"
#include "microk/types.h"

#define PARSER_PARAMS 16
#define PARSER_PARAM_MAX 9999
#define PARSER_SEVERAL '\x7f'

enum parser_event {
	PARSER_NONE,    /* more bytes are needed, or the sequence is ignored */
	PARSER_PRINT,   /* `code` is a character to show; U+FFFD in place of malformed UTF-8 */
	PARSER_CONTROL, /* `code` is a C0 control: 0..31 or 127 */
	PARSER_ESCAPE,  /* ESC, `intermediate` (0 if none), final byte in `code` */
	PARSER_CSI,     /* ESC [ `marker` param[0..params) `intermediate`, final byte in `code` */
};

enum parser_state { PARSE_GROUND, PARSE_ESCAPE, PARSE_CSI, PARSE_STRING, PARSE_STRING_ESCAPE };

struct parser {
	enum parser_state state;
	u32 code;
	bool again; /* the byte just fed only ended a broken UTF-8 sequence: feed it once more */
	char marker, intermediate; /* 0: none; PARSER_SEVERAL: more than one intermediate byte */
	u16 param[PARSER_PARAMS]; /* omitted ones are 0; at most PARSER_PARAM_MAX */
	u32 params;               /* number of parameters, at least 1 for PARSER_CSI */
	u32 joined;               /* bit n: a colon, not a semicolon, is before parameter n */
	struct utf8 utf8;
};

/* Whether the next byte, if it is one of 0x20 to 0x7e, is a character by itself. */
static inline bool parser_is_plain(const struct parser *p)
{
	return p->state == PARSE_GROUND && p->utf8.pending == 0;
}

/* Takes one byte. A parser starts as all zero. */
enum parser_event parser_feed(struct parser *p, u8 byte);
