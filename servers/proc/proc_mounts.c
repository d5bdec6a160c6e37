/*
 * /proc/N/mounts: the namespace of a process, a line for each directory that init has granted to it, in the form of Linux's file:
 * server, path, type, options. /proc/mounts is the reader's own.
 *
 * It shows only the part that capabilities show: which server a directory belongs to, and whether it can be written. The
 * file systems that a server has mounted in its tree are its own knowledge, which dir.mounted returns to its clients.
 */
#include "protocols/inspect_caps.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"
#include "servers/proc/proc_text.h"
#include "gen/protocols/dir_protocol.h"

/* The name of the process that receives at the Endpoint, among its grants; "-": init has given it to none, or has taken it back. */
static enum microk_status find_server(cap_t init, u64 endpoint, struct inspect_info_result *server)
{
	struct inspect_next_result next = {.id = 0};
	struct inspect_cap_result c;
	enum microk_status status;

	while ((status = inspect_next(init, next.id, &next)) == OK) {
		struct inspect_cap_args from = {.id = next.id, .slot = SLOT_GRANTS};
		while (inspect_next_cap(init, &from, &c) == OK && c.at < SLOT_FREE)
			if (c.type == CAP_ENDPOINT && c.object == endpoint && c.rights & RIGHT_READ)
				return inspect_info(init, next.id, server);
	}
	return status;
}

enum microk_status proc_mounts(struct text *t, cap_t init, u32 id)
{
	struct inspect_cap_args from = {.id = id, .slot = SLOT_GRANTS};
	struct inspect_info_result server;
	struct inspect_cap_result c;
	enum microk_status status;

	while ((status = inspect_next_cap(init, &from, &c)) == OK && c.at < SLOT_FREE) {
		if (c.type != CAP_ENDPOINT || c.name[0] != '/')
			continue;
		status = find_server(init, c.object, &server);
		if (status != OK && status != ERR_NOT_FOUND)
			return status;
		text_add(t, "%s %s dir %s 0 0\n", status == OK ? server.name : "-", c.name,
			 c.rights & DIR_RIGHT_WRITE ? "rw" : "ro");
	}
	return status == ERR_NOT_FOUND ? OK : status;
}
