/*
 * The shell describes the process to proc (protocols/process.h) and gives it three descriptors, of the terminal or of the files
 * that the line names, and the directories of its own namespace: each opened anew, so that the process's files are charged to a
 * share of its own.
 */
#include "user/shell/job.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_client.h"
#include "gen/protocols/tty_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "protocols/process.h"
#include "user/shell/command.h"
#include "user/shell/input.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"
#include "user/shell/stream.h"

#define TRIES 8         /* of a request whose server dies each time */
#define MAGIC "\177ELF" /* the first bytes of a program */
#define BIT_ENDED 1u
#define BIT_INTERRUPT 2u

static cap_t terminal, processes;
static cap_t bell, ended,
	interrupt; /* one Notification: waited for, and signalled by each of two bits */
static cap_t directories[NAMESPACE_MAX]; /* of the namespace, as processes get them */

void job_setup(cap_t console)
{
	terminal = console;
	processes = grant_find("processes");
}

/* The Notification, once. */
static enum microk_status make_bell(void)
{
	enum microk_status status = bell ? OK : object_make(CAP_NOTIFICATION, 0, &bell);

	if (status == OK && !ended)
		status = cap_mint(bell, RIGHT_WRITE, BIT_ENDED, MINT_BADGE, &ended);
	if (status == OK && !interrupt)
		status = cap_mint(bell, RIGHT_WRITE, BIT_INTERRUPT, MINT_BADGE, &interrupt);
	return status;
}

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

static enum microk_status give_all(cap_t process)
{
	static const char *const descriptors[] = {"0", "1", "2"};
	const cap_t streams[] = {input_is_terminal() ? terminal : input_source()->stream->cap,
				 output_sink()->file, output_error_sink()->file};
	enum microk_status status = OK;
	const char *prefix;
	u32 index = 0;

	for (u32 i = 0; i < ARRAY_LEN(descriptors) && status == OK; i++)
		status = give(process, &index, descriptors[i], streams[i]);
	if (grant_find("pipe") && status == OK)
		status = give(process, &index, "pipe", grant_find("pipe"));
	for (u32 i = 0; (prefix = namespace_prefix(i)) && status == OK; i++)
		if (open_directory(i, prefix) ==
		    OK) /* a server that is not running leaves its place empty */
			status = give(process, &index, prefix, directories[i]);
	return status;
}

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

static const char *const variables[] = {"PATH=/bin:/boot/bin", "HOME=/", "TERM=xterm"};

static enum microk_status add_strings(cap_t process, u32 count, char **words)
{
	enum microk_status status = OK;

	strings.at = strings.length = 0;
	for (u32 i = 0; i < count && status == OK; i++)
		status = add_string(process, words[i]);
	for (u32 i = 0; i < ARRAY_LEN(variables) && status == OK; i++)
		status = add_string(process, variables[i]);
	return status == OK ? flush_strings(process) : status;
}

/* ---- Its file ---- */

bool job_find(const char *name, char path[FILE_PATH_MAX + 1])
{
	static const char *const folders[] = {"/bin/", "/boot/bin/"};
	struct entry entry;

	for (u32 i = 0; i < ARRAY_LEN(folders); i++) {
		size_t length = strlen(folders[i]);
		if (length + strlen(name) > FILE_PATH_MAX)
			continue;
		string_copy(path, FILE_PATH_MAX + 1, folders[i]);
		string_copy(path + length, FILE_PATH_MAX + 1 - length, name);
		if (stream_stat(path, &entry) == OK && entry.kind == KIND_FILE)
			return true;
	}
	return false;
}

/* Opens the file if it is a program; the offset of its description does not matter to proc. */
static bool open_program(const char *path, struct stream *file)
{
	if (stream_open(file, path, 0) != OK)
		return false;
	if (stream_fill(file) == OK && file->piece.data_length >= sizeof(MAGIC) - 1 &&
	    memcmp(file->piece.data, MAGIC, sizeof(MAGIC) - 1) == 0)
		return true;
	stream_close(file);
	return false;
}

/* ---- Its life ---- */

static enum microk_status start(cap_t process, const struct stream *file, u32 count, char **words)
{
	struct process_start_result result;
	const char *slash = strrchr(words[0], '/');
	char name[33];
	u32 tries = 0;
	const char *directory =
		strlen(stream_cwd()) <= PROCESS_START_DIRECTORY_MAX ? stream_cwd() : "/";
	enum microk_status status = give_all(process);

	if (status == OK)
		status = add_strings(process, count, words);
	string_copy(name, sizeof(name), slash ? slash + 1 : words[0]);
	while (status == OK) {
		status = process_start(
			process,
			&(struct process_start_args){
				.arguments = count,
				.variables = ARRAY_LEN(variables),
				.name = name,
				.directory = directory,
				.file = file->cap},
			&result);
		if (status != ERR_PEER_DIED || ++tries == TRIES)
			break;
		status = OK;
	}
	if (status != OK || !result.defect[0])
		return status;
	err_row("%s: cannot be run: %s", words[0], result.defect);
	return ERR_CANCELLED; /* it is reported */
}

/* Returns the exit status; reports the signal that ended the process, but ^C, which the person knows of. */
static int report(const char *name, const struct process_wait_result *r)
{
	if (r->how == PROCESS_EXITED)
		return (int)r->code;
	if (r->cause[0])
		err_row("%s: ended by signal %u: %s", name, r->code, r->cause);
	else if (r->code != PROCESS_SIGINT)
		err_row("%s: ended by signal %u", name, r->code);
	return EXIT_SIGNALLED + (int)r->code;
}

/* Waits for its end. ^C ends it. */
static int await(cap_t process, const char *name)
{
	struct process_wait_result result = {0};
	enum microk_status status;
	u64 bits = 0;
	u32 tries;

	while (!(bits & BIT_ENDED)) {
		struct message m = {0};

		if (ipc(SYS_WAIT, bell, &m) != OK)
			break;
		bits = m.badge;
		for (tries = 0; bits & BIT_INTERRUPT && tries < TRIES &&
				process_kill(process, PROCESS_SIGINT) == ERR_PEER_DIED;
		     tries++)
			;
	}
	tries = 0;
	while ((status = process_wait(process, &result)) == ERR_PEER_DIED && ++tries < TRIES)
		;
	if (status == OK)
		return report(name, &result);
	err_row("%s: its end is unknown: %s", name, command_error(status, "proc is not running"));
	return EXIT_NOT_RUNNABLE;
}

static enum microk_status run_file(const struct stream *file, u32 count, char **words, int *exit)
{
	cap_t process = slot_alloc();
	u32 tries = 0;
	enum microk_status status = process ? make_bell() : ERR_LIMIT;

	if (status != OK)
		return status;
	while ((status = process_make(processes, process)) == ERR_PEER_DIED && ++tries < TRIES)
		;
	if (status != OK) {
		slot_free(process);
		return status;
	}
	/* A signal of the job before may still be there. */
	ipc(SYS_WAIT, bell, &(struct message){.tag = TAG_NONBLOCK});
	tty_interrupt(terminal, interrupt);
	tty_mode(terminal, 0);
	/* A key from before the change of mode signals nothing. */
	if (line_interrupted_now()) {
		out("^C\n");
		status = ERR_CANCELLED;
	}
	if (status == OK)
		status = process_watch(process, ended);
	if (status == OK)
		status = start(process, file, count, words);
	if (status == OK)
		*exit = await(process, words[0]);
	tty_mode(terminal, 1);
	slot_drop(process);
	return status;
}

/* A part of a pipeline has its streams in the shell's memory, where no process reaches them. */
static bool has_spool(void)
{
	return input_source()->kind == INPUT_SPOOL || output_sink()->kind == SINK_SPOOL ||
	       output_error_sink()->kind == SINK_SPOOL;
}

bool job_run(const char *path, u32 count, char **words, int *status)
{
	static struct stream file;

	if (!processes || !open_program(path, &file))
		return false;
	*status = EXIT_NOT_RUNNABLE;
	if (has_spool()) {
		err_row("%s: a program cannot be a part of a pipeline; use a file", words[0]);
	} else {
		out_flush();
		enum microk_status failed = run_file(&file, count, words, status);
		if (failed != OK && failed != ERR_CANCELLED)
			err_row("%s: cannot be started: %s", words[0],
				command_error(failed, "proc is not running"));
	}
	stream_close(&file);
	return true;
}
