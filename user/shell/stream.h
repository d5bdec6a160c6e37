/* Files and directories, as the shell's commands use them. */
#pragma once
#include "gen/protocols/file_protocol.h"
#include "protocols/dir.h"
#include "lib/microk/ipc.h"

/* An open file or directory. */
struct stream {
	cap_t cap;
	struct file_read_result piece;
	size_t used; /* bytes of the piece already returned by stream_line */
};

/* Takes the directories of the startup page, at which all paths begin. */
void stream_setup(void);

/* The working directory and the one before it, which a subshell has copies of. */
struct stream_place {
	char cwd[FILE_PATH_MAX + 1];
	char before[FILE_PATH_MAX + 1]; /* "": there was none */
};
struct stream_place *stream_place(void);

/* The working directory; stream_chdir checks that it is one. */
const char *stream_cwd(void);
enum microk_status stream_chdir(const char *path);

/* Opens by a path relative to the working directory; `flags` as in protocols/dir.h. */
enum microk_status stream_open(struct stream *s, const char *path, u32 flags);
void stream_close(struct stream *s);

/* Reads the next piece of the file into s->piece; no bytes at the end. */
enum microk_status stream_fill(struct stream *s);

/* Reads the next line, without its end, cut to `bytes` - 1; false at the end or on an error. */
bool stream_line(struct stream *s, char *to, size_t bytes);

struct entry {
	u32 kind; /* enum file_kind */
	u32 mode, links; /* of stream_stat alone, like the time */
	u64 bytes, node;
	i64 modified; /* nanoseconds since 1970; 0: unknown */
	char name[FILE_NAME_MAX + 2]; /* room for every name of the protocol */
};

/* The entry of an open directory at *cookie (0: the first), which moves on to the next; ERR_NOT_FOUND after the
 * last. */
enum microk_status stream_entry(struct stream *s, u64 *cookie, struct entry *out);
/* The attributes of the file at a path; `out->name` is left alone. stream_stat_link: of a symbolic link itself. */
enum microk_status stream_stat(const char *path, struct entry *out);
enum microk_status stream_stat_link(const char *path, struct entry *out);

/* The absolute path that a path relative to the working directory means. ERR_NOT_FOUND: it is empty; ERR_NAME: it
 * is too long. */
enum microk_status stream_absolute(const char *path, char to[FILE_PATH_MAX + 1]);
/* The same of `path`, or of its entry with the last name of `from` if it is a directory, as for mv and cp. */
enum microk_status stream_target(const char *path, const char *from, char to[FILE_PATH_MAX + 1]);
/* Writes all of it to the open file. */
enum microk_status stream_write(struct stream *s, const void *data, size_t bytes);

/* The text of a status, for a file: "no such file". */
const char *stream_error(enum microk_status status);
/* Prints the error "cat: /etc/nope: no such file". Returns the exit status of the command: EXIT_INTERRUPTED for ERR_CANCELLED, or
 * EXIT_FAILED. */
int stream_report(const char *command, const char *path, enum microk_status status);
