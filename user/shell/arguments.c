/* Options and operands. */
#include "user/shell/arguments.h"
#include "lib/microk/string.h"

static u64 bit_of(char letter)
{
	if (letter >= 'a' && letter <= 'z')
		return 1ul << (letter - 'a');
	return letter >= 'A' && letter <= 'Z' ? 1ul << (26 + letter - 'A') : 0;
}

bool arguments_have(const struct arguments *a, char letter)
{
	return a->options & bit_of(letter);
}

/* Takes the letters of words[*at]; a value is the rest of the word, or the next word. False for a letter that is not accepted. */
static bool take_letters(const char *options, char **words, u32 *at, struct arguments *out)
{
	for (const char *l = words[*at] + 1; *l; l++) {
		const char *known = bit_of(*l) ? strchr(options, *l) : NULL;
		if (!known)
			return false;
		out->options |= bit_of(*l);
		if (known[1] != ':')
			continue;
		out->value = l[1] ? l + 1 : words[++*at];
		return out->value != NULL;
	}
	return true;
}

enum arguments_result arguments_parse(const struct accepted *accepted, u32 count, char **words,
				      struct arguments *out)
{
	u32 at = 1;

	*out = (struct arguments){0};
	if (count == 2 && strcmp(words[1], "--help") == 0)
		return ARGUMENTS_HELP;
	for (; accepted->options && at < count && words[at][0] == '-' && words[at][1]; at++) {
		if (strcmp(words[at], "--help") == 0)
			return ARGUMENTS_HELP;
		if (strcmp(words[at], "--") == 0) {
			at++;
			break;
		}
		if (!take_letters(accepted->options, words, &at, out))
			return ARGUMENTS_WRONG;
	}
	out->count = count - at;
	out->word = words + at;
	return out->count < accepted->least || out->count > accepted->most
		       ? ARGUMENTS_WRONG
		       : ARGUMENTS_OK;
}
