/*
 * cat: shows files, each read through IPC with the VFS server.
 *
 * A Unix program inherits the right to open every file that its user may open. This program holds a capability to the file
 * system and one to the serial line, and can do nothing else.
 */
#include "gen/protocols/file_client.h"
#include "gen/protocols/vfs_client.h"
#include "protocols/vfs.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

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

static void show(cap_t vfs, const char *path)
{
	cap_t file = slot_alloc();

	if (file == 0) {
		print("cat: %s: cannot open it: no free capability slot\n", path);
		return;
	}
	enum microk_status status = vfs_open(vfs, &(struct vfs_open_args){.path = path}, file);
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
	cap_t vfs = grant_find("vfs");
	const char *rest = startup->arguments;
	char path[FILE_PATH_MAX + 1];
	bool any = false;

	if (vfs == 0) {
		print("cat: the grant \"vfs\" is missing; add it in system.conf\n");
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
			show(vfs, path);
			any = true;
		}
	}
	if (!any)
		print("cat: no file is named; add a line \"arguments FILE...\" in system.conf\n");
	return 0;
}
