#include "user/shell/lang/params.h"
#include "lib/microk/string.h"

static size_t offset_of(const struct params *p, u32 n)
{
	size_t at = 0;

	for (u32 i = 1; i < n; i++)
		at += strlen(p->text + at) + 1;
	return at;
}

const char *params_get(const struct params *p, u32 n)
{
	return n >= 1 && n <= p->count ? p->text + offset_of(p, n) : NULL;
}

bool params_set(struct params *p, u32 count, char *const *words)
{
	size_t bytes = 0;

	for (u32 i = 0; i < count; i++) {
		bytes += strlen(words[i]) + 1;
		if (bytes > sizeof(p->text))
			return false;
	}
	p->count = count;
	p->used = 0;
	for (u32 i = 0; i < count; i++) {
		size_t length = strlen(words[i]) + 1;
		memcpy(p->text + p->used, words[i], length);
		p->used += length;
	}
	return true;
}

bool params_shift(struct params *p, u32 n)
{
	if (n > p->count)
		return false;
	size_t bytes = offset_of(p, n + 1);
	memmove(p->text, p->text + bytes, p->used - bytes);
	p->used -= bytes;
	p->count -= n;
	return true;
}
