/* One file by two paths. */
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/namespace/namespace.h"
#include "stages/3-vfs/tour/tour.h"

void walk_show(const char *path)
{
	struct dir_stat_result direct, around;
	char other[64];

	format(other, sizeof(other), "/boot/..%s", path);
	enum microk_status status = path_stat(path, 0, &direct);
	if (status == OK)
		status = path_stat(other, 0, &around);
	if (status != OK)
		print("tour: %s: %s\n", other, status_text(status));
	else
		print("tour: %s and %s are %s\n", other, path,
		      direct.node == around.node ? "one file" : "two files");
}
