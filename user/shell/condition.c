/*
 * Weighed: the grammar with -a and -o is ambiguous, and POSIX marks both obsolescent. Here the number of words decides, as POSIX
 * has it for up to four; && and || join conditions.
 */
#include "user/shell/condition.h"
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

static int of(bool is)
{
	return is ? EXIT_OK : EXIT_FAILED;
}

static bool file_is(char letter, const char *path)
{
	struct entry e;
	bool there = (letter == 'h' || letter == 'L' ? stream_stat_link(path, &e)
						     : stream_stat(path, &e)) == OK;

	if (!there)
		return false;
	switch (letter) {
	case 'd': return e.kind == KIND_DIRECTORY;
	case 'f': return e.kind == KIND_FILE;
	case 'h':
	case 'L': return e.kind == KIND_LINK;
	case 's': return e.bytes > 0;
	case 'r': return e.mode & 0444;
	case 'w': return e.mode & 0222;
	case 'x': return e.mode & 0111;
	default: return true; /* -e */
	}
}

static int unary(const char *operator, const char * word, const char **error)
{
	*error = operator;
	if (operator[0] != '-' || operator[1] == '\0' || operator[2] != '\0')
		return EXIT_USAGE;
	switch (operator[1]) {
	case 'n': return of(word[0] != '\0');
	case 'z': return of(word[0] == '\0');
	default: break;
	}
	return strchr("defhLrswx", operator[1]) ? of(file_is(operator[1], word)) : EXIT_USAGE;
}

static bool number(const char *word, i64 *n)
{
	u64 digits;
	bool negative = word[0] == '-';

	if (!string_number(word + negative, &digits) || digits > INT64_MAX)
		return false;
	*n = negative ? -(i64)digits : (i64)digits;
	return true;
}

static int compare_numbers(const char *a, const char *operator, const char * b, const char **error)
{
	static const char names[][3] = {"eq", "ne", "lt", "le", "gt", "ge"};
	size_t which = 0;
	i64 x, y;

	while (which < ARRAY_LEN(names) &&
	       (operator[0] != '-' || strcmp(operator+ 1, names[which]) != 0))
		which++;
	*error = which == ARRAY_LEN(names) ? operator: number(a, &x) ? b : a;
	if (which == ARRAY_LEN(names) || !number(a, &x) || !number(b, &y))
		return EXIT_USAGE;
	switch (which) {
	case 0: return of(x == y);
	case 1: return of(x != y);
	case 2: return of(x < y);
	case 3: return of(x <= y);
	case 4: return of(x > y);
	default: return of(x >= y);
	}
}

static bool is_binary(const char *word)
{
	static const char *const names[] = {
		"=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-a", "-o"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

static int binary(const char *a, const char *operator, const char * b, const char **error)
{
	if (strcmp(operator, "=") == 0 || strcmp(operator, "!=") == 0)
		return of((strcmp(a, b) == 0) == (operator[0] == '='));
	if (strcmp(operator, "-a") == 0)
		return of(a[0] != '\0' && b[0] != '\0');
	if (strcmp(operator, "-o") == 0)
		return of(a[0] != '\0' || b[0] != '\0');
	return compare_numbers(a, operator, b, error);
}

int condition_evaluate(u32 count, char **words, const char **error)
{
	bool negated = false;
	int result;

	/* ! stands before a whole condition, and is a word itself where no condition would be left. */
	while (count > 1 && strcmp(words[0], "!") == 0 && !(count == 3 && is_binary(words[1]))) {
		negated = !negated;
		words++;
		count--;
	}
	if (count == 0)
		result = EXIT_FAILED;
	else if (count == 1)
		result = of(words[0][0] != '\0');
	else if (count == 2)
		result = unary(words[0], words[1], error);
	else if (count == 3)
		result = binary(words[0], words[1], words[2], error);
	else {
		*error = "there are more than three words; join conditions by && and ||";
		return EXIT_USAGE;
	}
	return negated && result < EXIT_USAGE ? !result : result;
}
