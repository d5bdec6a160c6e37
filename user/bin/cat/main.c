/*
 * cat: shows files, each read through IPC with the VFS server.
 *
 * A Unix program inherits the right to open every file that its user may open. This program holds a capability to a
 * directory and one to the serial line, and can do nothing else.
 */
#include "gen/protocols/file_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/namespace/namespace.h"

static void complain(const char *path, const char *what, enum microk_status status)
{
	print("cat: %s: cannot %s: %s\n", path, what, status_text(status));
}

/* Prints all of an open file. */
static enum microk_status copy(cap_t file)
{
	struct file_read_result piece;
	enum microk_status status;

	while ((status = file_read(file, sizeof(piece.data), &piece)) == OK &&
	       piece.data_length > 0)
		print_bytes((const char *)piece.data, piece.data_length);
	return status;
}

static void show(const char *path)
{
	cap_t file = slot_alloc();

	if (file == 0) {
		print("cat: %s: cannot open it: no free capability slot\n", path);
		return;
	}
	enum microk_status status = path_open(path, 0, 0, file, NULL);
	if (status != OK) {
		complain(path, "open it", status);
		slot_free(file);
		return;
	}
	status = copy(file);
	if (status != OK)
		complain(path, "read it", status);
	slot_drop(file);
}

int main(void)
{
	const char *rest = startup->arguments;
	char path[FILE_PATH_MAX + 1];
	bool any = false;

	namespace_from_startup();
	if (!namespace_prefix(0)) {
		print("cat: it has no directory; add \"uses vfs as / read\" in system.conf\n");
		return 1;
	}
	while (*rest != '\0') {
		size_t length = 0;
		for (; *rest != '\0' && *rest != ' '; rest++)
			if (length < FILE_PATH_MAX)
				path[length++] = *rest;
		while (*rest == ' ')
			rest++;
		path[length] = '\0';
		if (length > 0) {
			show(path);
			any = true;
		}
	}
	if (!any)
		print("cat: no file is named; add a line \"arguments FILE...\" in system.conf\n");
	return 0;
}
