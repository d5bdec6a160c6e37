#include "user/shell/spawn.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "protocols/process.h"
#include "user/shell/foreground.h"
#include "user/shell/output.h"
#include "user/shell/sandbox.h"
#include "user/shell/scratch.h"

static cap_t processes;
static cap_t directories[NAMESPACE_MAX]; /* of the namespace, as processes get them */

void spawn_setup(void)
{
	processes = grant_find("processes");
}

bool spawn_is_possible(void)
{
	return processes != 0;
}

/* ---- Its capabilities ---- */

static enum microk_status give(cap_t process, u32 *index, const char *name, cap_t cap)
{
	return process_give(
		process,
		&(struct process_give_args){.index = (*index)++, .name = name, .grant = cap});
}

/* A directory of the namespace as a root of its own. A directory that cannot be written is given to be read. */
static enum microk_status open_directory(u32 i, const char *prefix)
{
	u32 flags = OPEN_DIRECTORY | OPEN_ROOT;

	if (directories[i])
		return OK;
	cap_t slot = slot_alloc();
	if (!slot)
		return ERR_LIMIT;
	enum microk_status status = path_open(prefix, flags | OPEN_WRITE, 0, slot, NULL);
	if (status == ERR_RIGHTS || status == ERR_READ_ONLY)
		status = path_open(prefix, flags, 0, slot, NULL);
	if (status == OK)
		directories[i] = slot;
	else
		slot_free(slot);
	return status;
}

/* The directories of the shell's own namespace. */
static enum microk_status give_namespace(cap_t process, u32 *index)
{
	enum microk_status status = OK;
	const char *prefix;

	if (foreground_terminal())
		status = give(process, index, NAMESPACE_TERMINAL, foreground_terminal());
	for (u32 i = 0; (prefix = namespace_prefix(i)) && status == OK; i++)
		if (open_directory(i, prefix) ==
		    OK) /* a server that is not running leaves its place empty */
			status = give(process, index, prefix, directories[i]);
	return status;
}

static enum microk_status give_entry(cap_t process, u32 *index, const struct sandbox_entry *e,
				     const char *program)
{
	cap_t slot = slot_alloc();

	if (!slot)
		return ERR_LIMIT;
	enum microk_status status = sandbox_open(e, slot);
	if (status != OK) {
		slot_free(slot);
		err_row("%s: cannot be started: NAMESPACE: %s: %s", program, e->directory,
			stream_error(status));
		return ERR_CANCELLED;
	}
	status = give(process, index, e->prefix, slot);
	slot_drop(slot); /* the process has its own */
	return status;
}

/* Those of a table, and no others. A table with a defect starts no program: half of it may be more than was meant. */
static enum microk_status give_table(cap_t process, u32 *index, const char *table,
				     const char *program)
{
	struct sandbox *s = (struct sandbox *)shell_scratch;
	enum microk_status status = OK;
	const char *why = sandbox_read(table, s);

	_Static_assert(sizeof(*s) <= SCRATCH_BYTES, "all entries");
	if (why) {
		err_row("%s: cannot be started: NAMESPACE: %s", program, why);
		return ERR_CANCELLED;
	}
	for (u32 i = 0; i < s->count && status == OK; i++)
		status = give_entry(process, index, &s->entries[i], program);
	return status;
}

static enum microk_status give_all(cap_t process, const struct spawning *s)
{
	static const char *const descriptors[] = {"0", "1", "2"};
	const char *table = variable_get(s->variables, "NAMESPACE", 9);
	enum microk_status status = OK;
	u32 index = 0;

	for (u32 i = 0; i < ARRAY_LEN(descriptors) && status == OK; i++)
		if (s->stream[i])
			status = give(process, &index, descriptors[i], s->stream[i]);
	if (grant_find("pipe") && status == OK)
		status = give(process, &index, "pipe", grant_find("pipe"));
	if (status != OK)
		return status;
	return table ? give_table(process, &index, table, s->words[0])
		     : give_namespace(process, &index);
}

/* ---- Its words and its environment ---- */

/* The strings go in messages that each fill a string's end and the next one's beginning. */
static struct {
	u8 bytes[PROCESS_ARGUMENT_DATA_MAX];
	u32 at, length;
} strings;

static enum microk_status flush_strings(cap_t process)
{
	enum microk_status status = process_argument(
		process,
		&(struct process_argument_args){
			.at = strings.at, .data = strings.bytes, .data_length = strings.length});

	strings.at += strings.length;
	strings.length = 0;
	return status;
}

static enum microk_status add_string(cap_t process, const char *text)
{
	enum microk_status status = OK;

	for (size_t i = 0, end = strlen(text) + 1; i < end && status == OK; i++) {
		strings.bytes[strings.length++] = (u8)text[i];
		if (strings.length == sizeof(strings.bytes))
			status = flush_strings(process);
	}
	return status;
}

/* *variables: how many there are. A variable that is exported without a value is none of them. */
static enum microk_status add_strings(cap_t process, const struct spawning *s, u32 *variables)
{
	enum microk_status status = OK;
	const char *record;
	size_t at = 0;
	bool exported;

	strings.at = strings.length = 0;
	for (u32 i = 0; i < s->count && status == OK; i++)
		status = add_string(process, s->words[i]);
	*variables = 0;
	while (status == OK && (record = variables_next(s->variables, &at, &exported)))
		if (exported && strchr(record, '=')) {
			status = add_string(process, record);
			(*variables)++;
		}
	return status == OK ? flush_strings(process) : status;
}

/* ---- Its start ---- */

static enum microk_status describe(cap_t process, const struct spawning *s, cap_t signal,
				   u32 *variables)
{
	enum microk_status status = process_watch(process, signal);

	if (status == OK)
		status = give_all(process, s);
	return status == OK ? add_strings(process, s, variables) : status;
}

static enum microk_status start(cap_t process, const struct spawning *s, u32 variables)
{
	struct process_start_result result;
	const char *slash = strrchr(s->words[0], '/'), *directory = stream_cwd();
	enum microk_status status;
	char name[33];
	u32 tries = 0;

	string_copy(name, sizeof(name), slash ? slash + 1 : s->words[0]);
	if (strlen(directory) > PROCESS_START_DIRECTORY_MAX)
		directory = "/";
	const struct process_start_args args = {
		.arguments = s->count,
		.variables = variables,
		.name = name,
		.directory = directory,
		.file = s->file->cap};
	while ((status = process_start(process, &args, &result)) == ERR_PEER_DIED &&
	       ++tries < SPAWN_TRIES)
		;
	if (status != OK || !result.defect[0])
		return status;
	err_row("%s: cannot be run: %s", s->words[0], result.defect);
	return ERR_CANCELLED;
}

enum microk_status spawn(const struct spawning *s, cap_t signal, cap_t *process)
{
	enum microk_status status;
	u32 tries = 0, variables = 0;

	*process = slot_alloc();
	if (!*process)
		return ERR_LIMIT;
	while ((status = process_make(processes, *process)) == ERR_PEER_DIED &&
	       ++tries < SPAWN_TRIES)
		;
	if (status != OK) {
		slot_free(*process);
		return status;
	}
	status = describe(*process, s, signal, &variables);
	if (status == OK)
		status = start(*process, s, variables);
	if (status != OK)
		slot_drop(*process);
	return status;
}

enum microk_status spawn_signal(cap_t process, u32 signal)
{
	enum microk_status status;
	u32 tries = 0;

	while ((status = process_kill(process, signal)) == ERR_PEER_DIED && ++tries < SPAWN_TRIES)
		;
	return status;
}

enum microk_status spawn_signal_typed(cap_t process, u32 signal, bool *own)
{
	struct process_kill_foreground_result result = {.own = 1};
	enum microk_status status;
	u32 tries = 0;

	while ((status = process_kill_foreground(process, signal, &result)) == ERR_PEER_DIED &&
	       ++tries < SPAWN_TRIES)
		;
	*own = result.own;
	return status;
}
