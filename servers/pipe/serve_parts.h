/* Between the files that serve the protocols; for this folder alone. */
#pragma once
#include "gen/protocols/file_server.h"
#include "gen/protocols/pipe_server.h"
#include "servers/pipe/waiting.h"

extern const struct file_ops serve_file_ops;
extern const struct pipe_ops serve_pipe_ops;

/* The client has given the request up. */
enum microk_status serve_abandoned(struct request *r);
