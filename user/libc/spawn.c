/*
 * posix_spawn, in place of musl's, which makes a child that shares its memory until it runs the other program. Here it
 * is one request: the file actions are done on a table of descriptors that only the child gets.
 */
#include "gen/protocols/process_client.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/paths.h"
#include "user/libc/program.h"
#include "user/libc/spawn.h"

/* As musl has them (spawn.h and src/process/fdop.h). */
#define SETPGROUP 2
#define SETSIGDEF 4
#define SETSIGMASK 8
#define SETSID 128
struct attributes {
	int flags, group;
	u64 defaults[16], mask[16];
	int priority, policy;
	void *path; /* not NULL: posix_spawnp */
};
enum { DO_CLOSE = 1, DO_DUP2, DO_OPEN, DO_CHDIR, DO_FCHDIR };
struct action_node {
	struct action_node *next, *before;
	int what, fd, from, flags;
	u32 mode;
	char path[];
};
struct file_actions {
	int unused[2];
	struct action_node *last;
};

struct spawning {
	int *number;
	const char *path;
	const struct file_actions *actions;
	const struct attributes *attributes;
	const char *const *arguments, *const *variables;
};

/* The changes that the actions make, and those in this process that are undone at the end. */
struct changes {
	struct program_files files;
	u64 opened;                          /* descriptors of this process's own */
	struct open_file *here[DESCRIPTORS]; /* and what they are, held */
	bool moved; /* its working directory, for the paths of the actions */
	char before[FILE_PATH_MAX + 1];
};

/* ---- File actions ---- */

static bool is_open(const struct changes *c, int fd)
{
	return fd >= 0 && fd < PROGRAM_FILES && c->files.at[fd].open;
}

static long do_open(struct changes *c, const struct action_node *a)
{
	if (a->fd >= PROGRAM_FILES)
		return -EBADF;
	long fd = call_open((const long[6]){(long)a->path, a->flags, (long)a->mode});
	if (fd < 0)
		return fd;
	struct open_file *f = descriptor_hold(fd);
	c->opened |= 1ul << fd;
	c->here[fd] = f;
	program_file(&c->files, a->fd, f, a->flags & (int)O_CLOEXEC);
	return f ? 0 : -EBADF; /* another thread has closed it */
}

static long do_dup2(struct changes *c, const struct action_node *a)
{
	if (!is_open(c, a->from) || a->fd >= PROGRAM_FILES)
		return -EBADF;
	c->files.at[a->fd] = c->files.at[a->from];
	c->files.at[a->fd].closes = false;
	return 0;
}

static long do_chdir(struct changes *c, const struct action_node *a)
{
	if (!c->moved)
		path_cwd(c->before);
	c->moved = true;
	return a->what == DO_CHDIR ? call_chdir((const long[6]){(long)a->path})
				   : call_fchdir((const long[6]){a->fd});
}

static long do_action(struct changes *c, const struct action_node *a)
{
	switch (a->what) {
	case DO_CLOSE:
		if (is_open(c, a->fd))
			c->files.at[a->fd].open = false;
		return 0;
	case DO_DUP2: return do_dup2(c, a);
	case DO_OPEN: return do_open(c, a);
	case DO_CHDIR:
	case DO_FCHDIR: return do_chdir(c, a);
	default: return -EINVAL;
	}
}

static long do_actions(struct changes *c, const struct file_actions *actions)
{
	const struct action_node *a = actions ? actions->last : NULL;
	long failed = 0;

	while (a && a->next)
		a = a->next;
	for (; a && !failed; a = a->before)
		failed = do_action(c, a);
	return failed;
}

static void undo(const struct changes *c)
{
	for (long fd = 0; fd < DESCRIPTORS; fd++)
		if (c->opened >> fd & 1) {
			descriptor_close(fd);
			if (c->here[fd])
				descriptor_let_go(c->here[fd]);
		}
	if (c->moved)
		call_chdir((const long[6]){(long)c->before});
}

/* ---- The program ---- */

static const char *path_variable(const char *const *variables)
{
	for (; variables && *variables; variables++)
		if (!strncmp(*variables, "PATH=", 5))
			return *variables + 5;
	return "/bin:/boot/bin";
}

/* As execvp: the first directory of PATH whose file can be begun. The caller's own PATH counts, which is the child's in
 * nearly all uses. */
static long begin_by_name(struct program *p)
{
	const char *name = p->path, *at = path_variable(p->variables);
	char path[FILE_PATH_MAX + 1];
	long result = -ENOENT;

	while (*at) {
		const char *colon = strchr(at, ':');
		size_t length = colon ? (size_t)(colon - at) : strlen(at), rest = strlen(name);
		if (length + 1 + rest <= FILE_PATH_MAX) {
			memcpy(path, length ? at : ".", length ? length : 1);
			size_t end = length ? length : 1;
			path[end] = '/';
			memcpy(path + end + 1, name, rest + 1);
			p->path = path;
			long now = program_begin(p);
			p->path = name;
			if (now != -ENOENT && now != -ENOTDIR && now != -EACCES)
				return now;
			result = now == -EACCES ? now : result;
		}
		at += length;
		at += *at == ':';
	}
	return result;
}

static u64 ignored_by(const struct attributes *a)
{
	return a->flags & SETSIGDEF ? signals_ignored() & ~a->defaults[0] : signals_ignored();
}

long spawn_begin(const long a[6])
{
	static const struct attributes none;
	const struct spawning *s = (const struct spawning *)a[0];
	const struct attributes *attributes = s->attributes ? s->attributes : &none;
	struct changes changes = {0};
	struct program program = {
		.path = s->path,
		.arguments = s->arguments,
		.variables = s->variables,
		.files = &changes.files,
		.flags = (attributes->flags & SETPGROUP ? PROCESS_PLAN_GROUP : 0) |
			 (attributes->flags & SETSID ? PROCESS_PLAN_SESSION : 0),
		.group = (u32)attributes->group,
		.mask = attributes->flags & SETSIGMASK ? attributes->mask[0]
						       : signals_control()->mask,
		.ignored = ignored_by(attributes)};

	program_files_now(&changes.files);
	long result = do_actions(&changes, s->actions);
	if (!result)
		result = attributes->path && !strchr(s->path, '/')
				 ? begin_by_name(&program)
				 : program_begin(&program);
	undo(&changes);
	program_files_end(&changes.files);
	if (result > 0 && s->number)
		*s->number = (int)result;
	return result < 0 ? result : 0;
}

int posix_spawn(int *number, const char *path, const struct file_actions *actions,
		const struct attributes *attributes, const char *const *arguments,
		const char *const *variables);

int posix_spawn(int *number, const char *path, const struct file_actions *actions,
		const struct attributes *attributes, const char *const *arguments,
		const char *const *variables)
{
	const struct spawning s = {number, path, actions, attributes, arguments, variables};

	return (int)-microk_syscall(CALL_SPAWN, (long)&s, 0, 0, 0, 0, 0);
}
