/* Does the steps that its arguments name, as pairs of an operation and a path, and reports the status of each. */
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "tests/guest/file_steps/steps.h"
#include "tests/guest/kit/service.h"

#define WORD_MOST 64

static const struct {
	const char *name;
	file_step *run;
} steps[] = {
	{"read", step_read},     {"write", step_write}, {"fill", step_fill}, {"mkdir", step_mkdir},
	{"remove", step_remove}, {"sync", step_sync},   {"end", step_end}};

/* The next word of the arguments, cut to what fits. False: there is none. */
static bool next_word(const char **rest, char *word)
{
	size_t length = 0;

	while (**rest == ' ')
		++*rest;
	for (; **rest && **rest != ' '; ++*rest)
		if (length < WORD_MOST - 1)
			word[length++] = **rest;
	word[length] = '\0';
	return length > 0;
}

static bool run_step(const char *name, const char *path)
{
	u64 bytes = 0;
	u32 sum = 1;

	for (u32 i = 0; i < ARRAY_LEN(steps); i++) {
		if (strcmp(steps[i].name, name) != 0)
			continue;
		enum microk_status status = steps[i].run(path, &bytes, &sum);
		report("%s %s %s %lu %u\n", name, path, status_name(status), bytes, sum);
		return true;
	}
	return false;
}

int main(void)
{
	char name[WORD_MOST], path[WORD_MOST];
	const char *rest = startup->arguments;

	if (!report_begin())
		return 2;
	namespace_from_startup();
	while (next_word(&rest, name))
		if (!next_word(&rest, path) || !run_step(name, path))
			return 2;
	report("DONE\n");
	return 0;
}
