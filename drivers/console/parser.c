/*
 * The terminal's parser: which bytes belong together.
 *
 * Two ways were weighed. Linux's vt.c decodes sequences inside the emulator, and each state acts
 * on the screen at once. The DEC VT500 machine (as xterm has it) separates reading a sequence
 * from acting on it. The second was chosen: no malformed sequence can have half an effect, and
 * the parser can be tested without a screen. Sources: ECMA-48, 5.3 to 5.6. The string forms (OSC,
 * DCS, …) are read to their end and dropped.
 */
#include "drivers/console/parser.h"

static enum parser_event emit(struct parser *p, enum parser_event event, u32 code)
{
	p->code = code;
	return event;
}

/* A byte of text. */
static enum parser_event feed_text(struct parser *p, u8 byte)
{
	u32 code = 0;

	switch (utf8_feed(&p->utf8, byte, &code)) {
	case UTF8_MORE: return PARSER_NONE;
	case UTF8_CUT: p->again = true; break;
	case UTF8_WHOLE: break;
	}
	return emit(p, PARSER_PRINT, code);
}

static void sequence_begin(struct parser *p, enum parser_state state)
{
	p->state = state;
	p->marker = p->intermediate = 0;
	p->params = p->joined = 0;
	for (u32 i = 0; i < PARSER_PARAMS; i++)
		p->param[i] = 0;
}

/* No sequence that has an effect here has two intermediate bytes. */
static void add_intermediate(struct parser *p, u8 byte)
{
	p->intermediate = p->intermediate ? PARSER_SEVERAL : (char)byte;
}

static enum parser_event feed_escape(struct parser *p, u8 byte)
{
	if (byte >= 0x20 && byte <= 0x2f) {
		add_intermediate(p, byte);
		return PARSER_NONE;
	}
	p->state = PARSE_GROUND;
	if (byte > 0x7e)
		return PARSER_NONE;
	if (p->intermediate == 0 && byte == '[') {
		sequence_begin(p, PARSE_CSI);
		return PARSER_NONE;
	}
	bool string = byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_';
	if (p->intermediate == 0 && string) {
		p->state = PARSE_STRING;
		return PARSER_NONE;
	}
	return emit(p, PARSER_ESCAPE, byte);
}

/* Takes a digit or separator. Parameters after the PARSER_PARAMS-th are read and dropped. */
static void feed_param(struct parser *p, u8 byte)
{
	if (p->params == 0)
		p->params = 1;
	if (byte == ';' || byte == ':') {
		if (byte == ':' && p->params < PARSER_PARAMS)
			p->joined |= 1u << p->params;
		p->params++;
	} else if (p->params <= PARSER_PARAMS) {
		u16 *param = &p->param[p->params - 1];
		u32 value = *param * 10u + (byte - '0');
		*param = (u16)(value > PARSER_PARAM_MAX ? PARSER_PARAM_MAX : value);
	}
}

static enum parser_event feed_csi(struct parser *p, u8 byte)
{
	if (byte >= '0' && byte <= ';') {
		feed_param(p, byte);
	} else if (byte >= '<' && byte <= '?') {
		p->marker = (char)byte;
	} else if (byte >= 0x20 && byte <= 0x2f) {
		add_intermediate(p, byte);
	} else if (byte >= 0x40 && byte <= 0x7e) {
		p->state = PARSE_GROUND;
		if (p->params == 0)
			p->params = 1;
		if (p->params > PARSER_PARAMS)
			p->params = PARSER_PARAMS;
		return emit(p, PARSER_CSI, byte);
	} else {
		p->state = PARSE_GROUND; /* not ASCII: the sequence is dropped */
	}
	return PARSER_NONE;
}

/* Controls act even inside a sequence (ECMA-48 leaves it open; the VT100 does so). */
static enum parser_event feed_control(struct parser *p, u8 byte)
{
	if (byte == 0x1b) {
		sequence_begin(p, PARSE_ESCAPE);
		return PARSER_NONE;
	}
	if (byte == 0x18 || byte == 0x1a) { /* CAN, SUB: cancel the sequence */
		p->state = PARSE_GROUND;
		return PARSER_NONE;
	}
	return emit(p, PARSER_CONTROL, byte);
}

/* Inside a string only its end has an effect: BEL, ESC \, CAN or SUB. */
static enum parser_event feed_string(struct parser *p, u8 byte)
{
	bool escaped = p->state == PARSE_STRING_ESCAPE;

	if (byte == 0x07 || byte == 0x18 || byte == 0x1a || (escaped && byte == '\\')) {
		p->state = PARSE_GROUND;
	} else if (byte == 0x1b) {
		p->state = PARSE_STRING_ESCAPE;
	} else if (escaped) { /* another sequence begins and ends the string */
		sequence_begin(p, PARSE_ESCAPE);
		return feed_escape(p, byte);
	}
	return PARSER_NONE;
}

enum parser_event parser_feed(struct parser *p, u8 byte)
{
	p->again = false;
	if (p->utf8.pending > 0)
		return feed_text(p, byte);
	if (p->state == PARSE_STRING || p->state == PARSE_STRING_ESCAPE)
		return feed_string(p, byte);
	if (byte < 0x20 || byte == 0x7f)
		return feed_control(p, byte);
	if (p->state == PARSE_ESCAPE)
		return feed_escape(p, byte);
	if (p->state == PARSE_CSI)
		return feed_csi(p, byte);
	return feed_text(p, byte);
}
