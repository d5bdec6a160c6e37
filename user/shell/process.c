/* Reads a process's status file: lines with a key and a value. */
#include "user/shell/process.h"
#include "gen/protocols/inspect_client.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "user/shell/keyed.h"
#include "user/shell/stream.h"

void process_line(struct process *p, const char *line)
{
	const struct {
		const char *key;
		u64 *number;
	} numbers[] = {{"Time", &p->milliseconds},
		       {"Calls", &p->calls},
		       {"Memory", &p->memory_kib},
		       {"Used", &p->used_kib}};
	const char *value;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if ((value = keyed_value(line, numbers[i].key)))
			*numbers[i].number = keyed_number(value);
	if ((value = keyed_value(line, "Name")))
		string_copy(p->name, sizeof(p->name), value);
	else if ((value = keyed_value(line, "State")))
		string_copy(p->state, sizeof(p->state), value);
	else if ((value = keyed_value(line, "Priority")))
		p->priority = (u32)keyed_number(value);
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

u32 process_own(void)
{
	u32 id = 0;

	process_find(grant_find("supervisor"), startup->program, &id);
	return id;
}
