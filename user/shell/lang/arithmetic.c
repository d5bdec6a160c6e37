/* Operator precedence by climbing: one loop for all binary operators, in place of a function for each of ten levels. */
#include "user/shell/lang/arithmetic.h"
#include "lib/microk/string.h"
#include "user/shell/lang/variables.h"

#define DEPTH_MAX 32u

struct reader {
	struct arithmetic *a;
	const char *at, *end;
	u32 depth;
	u32 unused; /* levels of && and || and ?: whose result does not count */
};

static const struct binary {
	char text[3];
	u8 level; /* higher binds closer */
} binaries[] = {
	{"||", 1}, {"&&", 2}, {"==", 6}, {"!=", 6}, {"<=", 7}, {">=", 7},
	{"<<", 8}, {">>", 8}, {"|", 3},  {"^", 4},  {"&", 5},  {"<", 7},
	{">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10},
};

static i64 fail(struct reader *r, const char *error)
{
	if (!r->a->error)
		r->a->error = error;
	r->at = r->end;
	return 0;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n'))
		r->at++;
}

static bool accept(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Decimal, 0x..., or octal after a 0. */
static bool read_number(const char *text, const char *end, i64 *n)
{
	u64 base = 10, value = 0;

	if (text == end)
		return false;
	if (end - text > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	for (; text < end; text++) {
		char c = *text >= 'A' && *text <= 'Z' ? (char)(*text + 'a' - 'A') : *text;
		u64 digit = c >= '0' && c <= '9'   ? (u64)(c - '0')
			    : c >= 'a' && c <= 'f' ? (u64)(c - 'a' + 10)
						   : 99;
		if (digit >= base)
			return false;
		value = value * base + digit;
	}
	*n = (i64)value;
	return true;
}

static i64 read_variable(struct reader *r, const char *name, size_t length)
{
	const char *value = r->a->value(r->a->context, name, length);
	i64 n = 0;

	if (!value || value[0] == '\0')
		return 0;
	bool negative = value[0] == '-';
	value += negative || value[0] == '+';
	if (!read_number(value, value + strlen(value), &n))
		return fail(r, "a variable in it has no number");
	return negative ? (i64) - (u64)n : n;
}

static i64 expression(struct reader *r, u32 least);

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
static i64 operand(struct reader *r)
{
	const char *start;
	i64 n = 0;

	if (++r->depth > DEPTH_MAX)
		return fail(r, "it is more than 32 levels deep");
	skip_blanks(r);
	start = r->at;
	if (accept(r, '(')) {
		n = expression(r, 0);
		if (!accept(r, ')'))
			fail(r, "\")\" is missing");
	} else if (accept(r, '-')) {
		n = (i64) - (u64)operand(r);
	} else if (accept(r, '+')) {
		n = operand(r);
	} else if (accept(r, '!')) {
		n = !operand(r);
	} else if (accept(r, '~')) {
		n = ~operand(r);
	} else {
		size_t name = variable_name_length(r->at, (size_t)(r->end - r->at));
		while (r->at < r->end &&
		       (variable_name_length(r->at, 1) == 1 || (*r->at >= '0' && *r->at <= '9')))
			r->at++;
		if (name)
			n = read_variable(r, start, name);
		else if (!read_number(start, r->at, &n))
			fail(r, "a number or a variable is missing");
	}
	r->depth--;
	return n;
}

static const struct binary *next_binary(struct reader *r)
{
	skip_blanks(r);
	for (size_t i = 0; i < ARRAY_LEN(binaries); i++) {
		size_t length = strlen(binaries[i].text);
		if ((size_t)(r->end - r->at) >= length &&
		    memcmp(r->at, binaries[i].text, length) == 0)
			return &binaries[i];
	}
	return NULL;
}

static i64 divide(struct reader *r, char operator, i64 x, i64 y)
{
	if (y == 0)
		return r->unused ? 0 : fail(r, "division by zero");
	if (y == -1) /* the least number has no opposite in 64 bits */
		return operator== '/' ? (i64) - (u64)x : 0;
	return operator== '/' ? x / y : x % y;
}

static i64 apply(struct reader *r, const char *operator, i64 x, i64 y)
{
	bool twice = operator[1] == operator[0], or_equal = operator[1] == '=';

	switch (operator[0]) {
	case '|': return twice ? x || y : x | y;
	case '&': return twice ? x && y : x & y;
	case '^': return x ^ y;
	case '=': return x == y;
	case '!': return x != y;
	case '<': return twice ? (i64)((u64)x << (y & 63)) : or_equal ? x <= y : x < y;
	case '>': return twice ? x >> (y & 63) : or_equal ? x >= y : x > y;
	case '+': return (i64)((u64)x + (u64)y);
	case '-': return (i64)((u64)x - (u64)y);
	case '*': return (i64)((u64)x * (u64)y);
	default: return divide(r, operator[0], x, y);
	}
}

/* x ? y : z, after x; it is the one operator that binds less close than ||. */
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
static i64 choice(struct reader *r, i64 x)
{
	r->unused += !x;
	i64 y = expression(r, 0);
	r->unused -= !x;
	if (!accept(r, ':'))
		return fail(r, "\":\" is missing after \"?\"");
	r->unused += x != 0;
	i64 z = expression(r, 0);
	r->unused -= x != 0;
	return x ? y : z;
}

/* Operands joined by operators of the level `least` and above. */
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
static i64 expression(struct reader *r, u32 least)
{
	if (++r->depth > DEPTH_MAX)
		return fail(r, "it is more than 32 levels deep");
	i64 x = operand(r);
	const struct binary *b;
	while ((b = next_binary(r)) && b->level > least) {
		bool decided = (b->level == 1 && x) || (b->level == 2 && !x);
		r->at += strlen(b->text);
		r->unused += decided;
		i64 y = expression(r, b->level);
		r->unused -= decided;
		x = apply(r, b->text, x, y);
	}
	if (least == 0 && accept(r, '?'))
		x = choice(r, x);
	r->depth--;
	return x;
}

bool arithmetic_evaluate(struct arithmetic *a, const char *text, size_t length, i64 *result)
{
	struct reader r = {.a = a, .at = text, .end = text + length};

	a->error = NULL;
	*result = expression(&r, 0);
	skip_blanks(&r);
	if (r.at < r.end)
		fail(&r, "an operator is missing, or is not known");
	return !a->error;
}
