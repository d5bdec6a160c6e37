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

/* First byte of a UTF-8 sequence (RFC 3629, 4). */
static enum parser_event feed_lead(struct parser *p, u8 byte)
{
	if (byte < 0x80)
		return emit(p, PARSER_PRINT, byte);
	if (byte >= 0xc2 && byte <= 0xdf) {
		p->pending = 1, p->least = 0x80, p->partial = byte & 0x1f;
	} else if (byte >= 0xe0 && byte <= 0xef) {
		p->pending = 2, p->least = 0x800, p->partial = byte & 0x0f;
	} else if (byte >= 0xf0 && byte <= 0xf4) {
		p->pending = 3, p->least = 0x10000, p->partial = byte & 0x07;
	} else {
		return emit(p, PARSER_PRINT, PARSER_REPLACEMENT);
	}
	return PARSER_NONE;
}

static enum parser_event feed_continuation(struct parser *p, u8 byte)
{
	p->partial = p->partial << 6 | (byte & 0x3f);
	if (--p->pending > 0)
		return PARSER_NONE;
	bool surrogate = p->partial >= 0xd800 && p->partial <= 0xdfff;
	bool valid = p->partial >= p->least && p->partial <= 0x10ffff && !surrogate;
	return emit(p, PARSER_PRINT, valid ? p->partial : PARSER_REPLACEMENT);
}

static void sequence_begin(struct parser *p, enum parser_state state)
{
	p->state = state;
	p->marker = p->intermediate = 0;
	p->params = 0;
	for (u32 i = 0; i < PARSER_PARAMS; i++)
		p->param[i] = 0;
}

static enum parser_event feed_escape(struct parser *p, u8 byte)
{
	if (byte >= 0x20 && byte <= 0x2f) {
		p->intermediate = (char)byte;
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
		p->intermediate = (char)byte;
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
	if (p->pending > 0) {
		if ((byte & 0xc0) == 0x80)
			return feed_continuation(p, byte);
		p->pending = 0;
		p->again = true;
		return emit(p, PARSER_PRINT, PARSER_REPLACEMENT);
	}
	if (p->state == PARSE_STRING || p->state == PARSE_STRING_ESCAPE)
		return feed_string(p, byte);
	if (byte < 0x20 || byte == 0x7f)
		return feed_control(p, byte);
	if (p->state == PARSE_ESCAPE)
		return feed_escape(p, byte);
	if (p->state == PARSE_CSI)
		return feed_csi(p, byte);
	return feed_lead(p, byte);
}
