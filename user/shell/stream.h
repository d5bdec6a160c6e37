/* Files and directories, as the shell's commands use them. */
#pragma once
#include "gen/protocols/file_protocol.h"
#include "protocols/vfs.h"
#include "lib/microk/ipc.h"

/* An open file or directory. */
struct stream {
	cap_t cap;
	struct file_read_result piece;
	size_t used; /* bytes of the piece already returned by stream_line */
};

/* Sets the capability of protocol vfs through which files are opened. */
void stream_setup(cap_t vfs);

/* The working directory; stream_chdir checks that it is one. */
const char *stream_cwd(void);
enum microk_status stream_chdir(const char *path);

/* Opens by a path relative to the working directory; `flags` as in protocols/vfs.h. */
enum microk_status stream_open(struct stream *s, const char *path, u32 flags);
void stream_close(struct stream *s);

/* Reads the next piece of the file into s->piece; no bytes at the end. */
enum microk_status stream_fill(struct stream *s);

/* Reads the next line, without its end, cut to `bytes` - 1; false at the end or on an error. */
bool stream_line(struct stream *s, char *to, size_t bytes);

struct entry {
	u32 kind; /* enum file_kind */
	u64 bytes;
	char name[FILE_NAME_MAX + 2]; /* room for every name of the protocol */
};

/* Entry `index` of an open directory; ERR_NOT_FOUND after the last. */
enum microk_status stream_entry(struct stream *s, u32 index, struct entry *out);
/* The kind and size of the file at a path; `out->name` is left alone. */
enum microk_status stream_stat(const char *path, struct entry *out);

/* The text of a status, for a file: "no such file". */
const char *stream_error(enum microk_status status);
/* Prints "cat: /etc/nope: no such file". */
void stream_report(const char *command, const char *path, enum microk_status status);
