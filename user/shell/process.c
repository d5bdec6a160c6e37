/* Reads a process's status file: lines with a key and a value. */
#include "user/shell/process.h"
#include "gen/protocols/inspect_client.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/stream.h"

/* The number that a line's value begins with ("512 KiB"). */
static u64 leading_number(const char *s)
{
	char digits[24];
	size_t length = 0;
	u64 n = 0;

	while (length < sizeof(digits) - 1 && s[length] >= '0' && s[length] <= '9') {
		digits[length] = s[length];
		length++;
	}
	digits[length] = '\0';
	return string_number(digits, &n) ? n : 0;
}

void process_line(struct process *p, const char *line)
{
	const char *colon = strchr(line, ':');

	if (!colon)
		return;
	size_t length = (size_t)(colon - line);
	const char *value = colon[1] == ' ' ? colon + 2 : colon + 1;
	const struct {
		const char *key;
		u64 *number;
	} numbers[] = {{"Time", &p->milliseconds},
		       {"Calls", &p->calls},
		       {"Memory", &p->memory_kib},
		       {"Used", &p->used_kib}};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strlen(numbers[i].key) == length && memcmp(numbers[i].key, line, length) == 0)
			*numbers[i].number = leading_number(value);
	if (strncmp(line, "Name:", 5) == 0)
		string_copy(p->name, sizeof(p->name), value);
	else if (strncmp(line, "State:", 6) == 0)
		string_copy(p->state, sizeof(p->state), value);
	else if (strncmp(line, "Priority:", 9) == 0)
		p->priority = (u32)leading_number(value);
}

enum microk_status process_read(u32 id, struct process *out)
{
	char path[32], line[64];
	struct stream s;

	*out = (struct process){.id = id};
	format(path, sizeof(path), "/proc/%u/status", id);
	enum microk_status status = stream_open(&s, path, 0);
	if (status != OK)
		return status;
	while (stream_line(&s, line, sizeof(line)))
		process_line(out, line);
	stream_close(&s);
	return OK;
}

enum microk_status process_find(cap_t supervisor, const char *word, u32 *id)
{
	struct inspect_next_result next = {.id = 0};
	struct inspect_info_result info;
	enum microk_status status;
	u64 wanted;
	bool by_id = string_number(word, &wanted);

	while ((status = inspect_next(supervisor, next.id, &next)) == OK) {
		if (by_id && next.id == wanted)
			break;
		if (!by_id && inspect_info(supervisor, next.id, &info) == OK &&
		    strcmp(info.name, word) == 0)
			break;
	}
	*id = status == OK ? next.id : 0;
	return status;
}
