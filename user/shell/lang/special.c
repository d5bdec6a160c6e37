#include "user/shell/lang/special.h"
#include "lib/microk/string.h"
#include "user/shell/lang/special_parts.h"
#include "user/shell/output.h"

static int run_nothing(struct shell *s, u32 count, char **words)
{
	(void)s, (void)count, (void)words;
	return EXIT_OK;
}

static const struct special {
	const char *name, *usage;
	special_function *run;
} specials[] = {
	{".", ". FILE", special_source},
	{":", ": [WORD...]", run_nothing},
	{"break", "break [LEVELS]", special_break},
	{"continue", "continue [LEVELS]", special_continue},
	{"eval", "eval [WORD...]", special_eval},
	{"exit", "exit [STATUS]", special_exit},
	{"export", "export [NAME[=VALUE]...]", special_export},
	{"read", "read [-r] NAME...", special_read},
	{"return", "return [STATUS]", special_return},
	{"set", "set [-efux] [+efux] [--] [WORD...]", special_set},
	{"sh", "sh [-c TEXT | FILE] [WORD...]", special_sh},
	{"shift", "shift [NUMBER]", special_shift},
	{"unset", "unset NAME...", special_unset},
};

static const struct special *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		if (strcmp(specials[i].name, name) == 0)
			return &specials[i];
	return NULL;
}

special_function *special_find(const char *name)
{
	const struct special *special = find(name);

	return special ? special->run : NULL;
}

const char *special_usage(const char *name)
{
	const struct special *special = find(name);

	return special ? special->usage : NULL;
}

const char *special_name(u32 i)
{
	return i < ARRAY_LEN(specials) ? specials[i].name : NULL;
}

int special_reject(char **words)
{
	const char *usage = special_usage(words[0]);

	err_row("usage: %s", usage ? usage : words[0]);
	return EXIT_USAGE;
}
