/* Turns the byte stream for a terminal into characters, controls and escape sequences. */
#pragma once
#include "microk/types.h"

#define PARSER_PARAMS 16
#define PARSER_PARAM_MAX 9999
#define PARSER_REPLACEMENT 0xfffdu /* replaces malformed UTF-8 (Unicode 15, 3.9, U+FFFD) */

enum parser_event {
	PARSER_NONE,    /* more bytes are needed, or the sequence is ignored */
	PARSER_PRINT,   /* `code` is a character to show */
	PARSER_CONTROL, /* `code` is a C0 control: 0..31 or 127 */
	PARSER_ESCAPE,  /* ESC, `intermediate` (0 if none), final byte in `code` */
	PARSER_CSI,     /* ESC [ `marker` param[0..params) `intermediate`, final byte in `code` */
};

enum parser_state { PARSE_GROUND, PARSE_ESCAPE, PARSE_CSI, PARSE_STRING, PARSE_STRING_ESCAPE };

struct parser {
	enum parser_state state;
	u32 code;
	bool again; /* the byte just fed only ended a broken UTF-8 sequence: feed it once more */
	char marker, intermediate;
	u16 param[PARSER_PARAMS]; /* omitted ones are 0; at most PARSER_PARAM_MAX */
	u32 params;               /* number of parameters, at least 1 for PARSER_CSI */
	u32 partial, least;       /* UTF-8: bits so far, and the smallest code of this length */
	u32 pending;              /* UTF-8: continuation bytes still to come */
};

/* Takes one byte. A parser starts as all zero. */
enum parser_event parser_feed(struct parser *p, u8 byte);
