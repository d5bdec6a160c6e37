#include "user/shell/lang/variables.h"
#include "lib/microk/string.h"

#define MARK_PLAIN 'v'
#define MARK_EXPORTED 'x'

size_t variable_name_length(const char *text, size_t length)
{
	size_t at = 0;

	for (; at < length; at++) {
		char c = text[at];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (at == 0 || c < '0' || c > '9'))
			break;
	}
	return at;
}

bool variable_name(const char *text, size_t length)
{
	return length > 0 && variable_name_length(text, length) == length;
}

/* Where the record of the name begins; v->used: it has none. */
static size_t find(const struct variables *v, const char *name, size_t length)
{
	size_t at = 0;

	while (at < v->used) {
		const char *record = v->text + at + 1;
		if (strncmp(record, name, length) == 0 &&
		    (record[length] == '=' || record[length] == '\0'))
			return at;
		at += 1 + strlen(record) + 1;
	}
	return v->used;
}

static size_t record_bytes(const struct variables *v, size_t at)
{
	return at == v->used ? 0 : 1 + strlen(v->text + at + 1) + 1;
}

static void drop(struct variables *v, size_t at, size_t bytes)
{
	memmove(v->text + at, v->text + at + bytes, v->used - at - bytes);
	v->used -= bytes;
}

const char *variable_get(const struct variables *v, const char *name, size_t length)
{
	size_t at = find(v, name, length);

	if (length == 0 || at == v->used || v->text[at + 1 + length] != '=')
		return NULL;
	return v->text + at + 1 + length + 1;
}

bool variable_set(struct variables *v, const char *name, size_t length, const char *value,
		  size_t value_length)
{
	size_t at = find(v, name, length), old = record_bytes(v, at);
	size_t bytes = 1 + length + 1 + value_length + 1;

	/* The new record is made at the end before the old one goes: the value may lie in that. */
	if (bytes < value_length || bytes > sizeof(v->text) - v->used)
		return false;
	char *record = v->text + v->used;
	record[0] = old ? v->text[at] : MARK_PLAIN;
	memcpy(record + 1, name, length);
	record[1 + length] = '=';
	memcpy(record + 1 + length + 1, value, value_length);
	record[bytes - 1] = '\0';
	v->used += bytes;
	if (old)
		drop(v, at, old);
	return true;
}

void variable_unset(struct variables *v, const char *name, size_t length)
{
	size_t at = find(v, name, length);

	drop(v, at, record_bytes(v, at));
}

bool variable_export(struct variables *v, const char *name, size_t length)
{
	size_t at = find(v, name, length);

	if (at == v->used) {
		if (length + 2 > sizeof(v->text) - v->used)
			return false;
		memcpy(v->text + at + 1, name, length);
		v->text[at + 1 + length] = '\0';
		v->used += length + 2;
	}
	v->text[at] = MARK_EXPORTED;
	return true;
}

bool variable_is_exported(const struct variables *v, const char *name, size_t length)
{
	size_t at = find(v, name, length);

	return at < v->used && v->text[at] == MARK_EXPORTED;
}

void variables_keep_exported(struct variables *v)
{
	for (size_t at = 0; at < v->used;) {
		size_t bytes = record_bytes(v, at);
		if (v->text[at] == MARK_EXPORTED)
			at += bytes;
		else
			drop(v, at, bytes);
	}
}

const char *variables_next(const struct variables *v, size_t *at, bool *exported)
{
	if (*at >= v->used)
		return NULL;
	const char *record = v->text + *at + 1;
	*exported = v->text[*at] == MARK_EXPORTED;
	*at += record_bytes(v, *at);
	return record;
}
