/* Between the files that serve the protocols; for this folder alone. */
#pragma once
#include "gen/protocols/dir_server.h"
#include "gen/protocols/file_server.h"
#include "lib/fileserver/description.h"

extern const struct file_ops serve_file_ops;
extern const struct dir_ops serve_dir_ops;

/* Serves a request, by its badge and its protocol. */
void serve_route(struct request *r);

/* The client has given the request up (stub_abandon). */
enum microk_status serve_abandoned(struct request *r);

/* An operation for which the file system has no function. */
#define SERVE_CALL(fs, op, ...) ((fs)->ops->op ? (fs)->ops->op((fs), __VA_ARGS__) : ERR_READ_ONLY)

/* The attributes of a place, also of a file system that has none but kind and size. */
enum microk_status serve_attributes(const struct place *p, struct fs_attributes *out);
