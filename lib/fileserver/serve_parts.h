/* Between the files that serve the protocols; for this folder alone. */
#pragma once
#include "gen/protocols/dir_server.h"
#include "gen/protocols/file_server.h"
#include "lib/fileserver/description.h"
#include "lib/fileserver/path.h"

extern const struct file_ops serve_file_ops;
extern const struct dir_ops serve_dir_ops;

/* Serves a request, by its badge and its protocol. */
void serve_route(struct request *r);

/* The client has given the request up (stub_abandon). */
enum microk_status serve_abandoned(struct request *r);

/* From the rights of a capability to struct request's. */
#define PROT(right) ((right) >> RIGHT_PROT_SHIFT)

/* An operation for which the file system has no function. */
#define SERVE_CALL(fs, op, ...) ((fs)->ops->op ? (fs)->ops->op((fs), __VA_ARGS__) : ERR_READ_ONLY)

/* The result of both protocols' stat, from attributes. */
#define SERVE_STAT(a) \
	.kind = (a).node.kind, \
	.size = (a).node.bytes, \
	.mode = (a).mode, \
	.links = (a).links, \
	.owner = (a).owner, \
	.group = (a).group, \
	.allocated = (a).allocated, \
	.node = (a).node.id, \
	.accessed = (a).accessed, \
	.modified = (a).modified, \
	.changed = (a).changed

/* The attributes of a place, also of a file system that has none but kind and size. */
enum microk_status serve_attributes(const struct place *p, struct fs_attributes *out);

/* Where the paths of a request begin: at the directory that its capability names, or at the root of all. */
enum microk_status serve_start(u64 badge, struct path_start *start);
/* Walks from there. */
enum microk_status serve_walk(const struct request *r, const char *path, bool follow, struct path_end *end);
/* The same, to something that exists. */
enum microk_status serve_find(const struct request *r, const char *path, bool follow, struct path_end *end);
/* Whether this request was served already, or cannot be; then its handler has nothing left to do. */
bool serve_is_done(const struct request *r, enum microk_status *status);

/* Handlers of protocol dir, in serve_names.c. */
enum microk_status serve_mkdir(struct request *r, const struct dir_mkdir_args *args);
enum microk_status serve_make(struct request *r, const struct dir_make_args *args);
enum microk_status serve_symlink(struct request *r, const struct dir_symlink_args *args);
enum microk_status serve_unlink(struct request *r, const struct dir_unlink_args *args);
enum microk_status serve_rename(struct request *r, const struct dir_rename_args *args);
enum microk_status serve_rename_to(struct request *r, const struct dir_rename_to_args *args);
enum microk_status serve_link_to(struct request *r, const struct dir_link_to_args *args);
