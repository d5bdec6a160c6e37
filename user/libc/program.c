#include "user/libc/program.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"

#define SCRIPTS 4u /* whose interpreter is a script */
#define LINE 256u  /* of its first line's bytes */

void program_files_now(struct program_files *files)
{
	u64 closes;

	descriptors_hold_for_program(files->held, &closes);
	for (long fd = 0; fd < DESCRIPTORS; fd++)
		program_file(files, fd, files->held[fd], closes >> fd & 1);
}

void program_file(struct program_files *files, long fd, const struct open_file *f, bool closes)
{
	files->at[fd].open = f && !f->local;
	if (!files->at[fd].open)
		return;
	files->at[fd].closes = closes;
	files->at[fd].slot = (u32)f->cap;
	files->at[fd].kind = f->kind;
	files->at[fd].flags = f->flags;
}

void program_files_end(const struct program_files *files)
{
	for (long fd = 0; fd < DESCRIPTORS; fd++)
		if (files->held[fd])
			descriptor_let_go(files->held[fd]);
}

static long fill_files(const struct program *p, struct process_plan *plan)
{
	for (u32 fd = 0; fd < PROGRAM_FILES; fd++) {
		if (!p->files->at[fd].open || p->files->at[fd].closes)
			continue;
		if (plan->count == PROCESS_FILES)
			return -EMFILE;
		plan->files[plan->count++] = (struct process_file){
			.descriptor = fd,
			.slot = p->files->at[fd].slot,
			.kind = p->files->at[fd].kind,
			.flags = p->files->at[fd].flags};
	}
	return 0;
}

/* ---- Strings ---- */

static u64 bytes_of(const char *const *strings, u32 *count)
{
	u64 bytes = 0;

	for (*count = 0; strings && strings[*count]; ++*count)
		bytes += strlen(strings[*count]) + 1;
	return bytes;
}

static char *put(char *to, const char *const *strings, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		u64 bytes = strlen(strings[i]) + 1;
		memcpy(to, strings[i], bytes);
		to += bytes;
	}
	return to;
}

/* ---- The request ---- */

static long error_of_begin(enum microk_status status, const char *defect)
{
	if (status == OK)
		return defect[0] ? -ENOEXEC : 0;
	return status == ERR_LIMIT || status == ERR_NO_SPACE ? -EAGAIN
	       : status == ERR_ARG                           ? -E2BIG
	       : status == ERR_DENIED                        ? -EPERM
	       : status == ERR_BUSY                          ? -ETXTBSY
	       : status == ERR_IS_DIR || status == ERR_TYPE
		       ? -EACCES
		       : error_of(status);
}

static long ask(const struct program *p, const struct process_plan *plan, cap_t file)
{
	struct process_spawn_result spawned = {0};
	struct process_exec_result failed = {0};
	enum microk_status status;

	if (p->replaces) {
		status = process_exec(
			process_slot(),
			&(struct process_exec_args){.plan = (u64)plan, .file = file}, &failed);
		return error_of_begin(status, failed.defect);
	}
	status = process_spawn(
		process_slot(), &(struct process_spawn_args){.plan = (u64)plan, .file = file},
		&spawned);
	long error = error_of_begin(status, spawned.defect);
	return error ? error : (long)spawned.number;
}

/* The strings lie on the stack: they are as many as there are. */
static long begin_file(const struct program *p, cap_t file)
{
	const char *slash = strrchr(p->path, '/');
	struct process_plan plan = {
		.flags = p->flags,
		.group = p->group,
		.umask = file_mask(),
		.mask = p->mask,
		.ignored = p->ignored};
	u64 bytes =
		bytes_of(p->arguments, &plan.arguments) + bytes_of(p->variables, &plan.variables);
	long failed = fill_files(p, &plan);

	if (failed)
		return failed;
	if (bytes > PROCESS_ARGUMENTS)
		return -E2BIG;
	char strings[bytes + 1];
	put(put(strings, p->arguments, plan.arguments), p->variables, plan.variables);
	plan.strings = (u64)strings;
	plan.string_bytes = (u32)bytes;
	string_copy(plan.name, sizeof(plan.name), slash ? slash + 1 : p->path);
	char directory[FILE_PATH_MAX + 1];
	path_cwd(directory);
	if (!string_copy(plan.directory, sizeof(plan.directory), directory))
		string_copy(plan.directory, sizeof(plan.directory), "/");
	return ask(p, &plan, file);
}

/* ---- Scripts ---- */

static char *after(char *at, bool blanks)
{
	while (*at && (*at == ' ' || *at == '\t') == blanks)
		at++;
	return at;
}

/* The interpreter's path and its one argument, which may be empty, in `line`. False: the file is not a script. */
static bool read_script(cap_t file, char line[LINE], char **interpreter, char **argument)
{
	struct file_read_at_result got;

	if (file_read_at(file, &(struct file_read_at_args){.size = LINE - 1}, &got) != OK ||
	    got.data_length < 3 || memcmp(got.data, "#!", 2) != 0)
		return false;
	memcpy(line, got.data, got.data_length);
	line[got.data_length] = '\0';
	char *end = strchr(line, '\n'), *at = line + 2;
	if (!end)
		return false;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	*end = '\0';
	*interpreter = after(at, true);
	at = after(*interpreter, false);
	if (*at)
		*at++ = '\0';
	*argument = after(at, true);
	return **interpreter != '\0';
}

/* -ENOEXEC with *interpreter set: the file is a script. An ELF file costs no look for one: the server rejects a script as an
 * ELF file first. */
static long begin_open(const struct program *p, char line[LINE], char **interpreter,
		       char **argument)
{
	char path[FILE_PATH_MAX + 1];
	u32 kind;
	cap_t slot;
	long result = path_absolute_at(AT_FDCWD, p->path, path);

	*interpreter = NULL;
	if (result)
		return result;
	if (!(slot = slot_alloc()))
		return -ENFILE;
	enum microk_status status = path_open(path, 0, 0, slot, &kind);
	if (status != OK) {
		slot_free(slot);
		return error_of(status);
	}
	result = kind == KIND_FILE ? begin_file(p, slot) : -EACCES;
	if (result == -ENOEXEC && !read_script(slot, line, interpreter, argument))
		*interpreter = NULL;
	slot_drop(slot);
	return result;
}

/* A script's interpreter gets the script's path in place of the script's own name, after its own and its argument. */
long program_begin(const struct program *p)
{
	char lines[SCRIPTS + 1][LINE], *interpreter, *argument;
	struct program now = *p;
	u32 count;

	bytes_of(p->arguments, &count);
	const u64 before = 2ul * (SCRIPTS + 1); /* words that scripts put before the caller's */
	const char *words[before + count + 2], **first = words + before;
	for (u32 i = 0; i < count; i++)
		first[i] = p->arguments[i];
	first[count] = NULL;
	for (u32 depth = 0;; depth++) {
		now.arguments = first;
		long result = begin_open(&now, lines[depth], &interpreter, &argument);
		if (!interpreter)
			return result;
		if (depth == SCRIPTS)
			return -ELOOP;
		if (!*first)
			first[1] = NULL; /* it had no name */
		*first = now.path;
		if (*argument)
			*--first = argument;
		*--first = interpreter;
		now.path = interpreter;
	}
}
