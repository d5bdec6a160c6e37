/*
 * The VFS server: one tree of files, built from file systems, for all clients that hold a
 * capability of protocol dir.
 *
 * Weighed: MINIX 3 runs each file system as a process that its VFS calls; Redox names file systems
 * by scheme and has no VFS. Here the file systems on disks are part of the VFS, each as a table of
 * functions (lib/fileserver/fs.h), and share its page cache. A crash costs one process in both designs, and what
 * others serve (/proc, /dev) is joined in the client's namespace.
 */
#include "lib/fileserver/mount.h"
#include "lib/fileserver/path.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/start.h"
#include "lib/microk/command_line.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "servers/vfs/archivefs.h"
#include "servers/vfs/diskfs.h"

static struct fileserver files;

static bool mount(const char *path, struct fs *fs)
{
	enum microk_status status = path_mount(path, fs);

	if (status != OK)
		print("%s: cannot mount %s on %s: %s\n", startup->program, fs->name, path,
		      status_text(status));
	return status == OK;
}

/* Mounts the file system; at /boot, only its folder boot. */
static bool mount_folder(const char *path, struct fs *fs)
{
	struct fs_node boot;

	if (strcmp(path, "/boot") == 0 &&
	    fs->ops->lookup(fs, fs->root, (struct fs_name){"boot", 4}, &boot) == OK)
		fs->root = boot.id;
	return mount(path, fs);
}

/* Mounts the boot archive at `path`. Prints which parts of it cannot be served, and serves the rest. */
static bool mount_archive(const char *path, const struct startup_entry *grant,
			  const struct microk_info *info)
{
	u64 start = info->archive_offset; /* the frames begin at a page, the archive may not */
	u64 room = (u64)grant->pages * PAGE_SIZE;
	u64 mapped = room > start ? room - start : 0;
	u64 bytes = MIN(info->archive_bytes, mapped);

	if (bytes < info->archive_bytes)
		print("%s: the boot archive has %lu bytes, but %lu are mapped; the rest is not "
		      "served\n",
		      startup->program, info->archive_bytes, mapped);
	struct archive_report report;
	struct fs *fs = archivefs_open((const u8 *)grant->address + start, bytes, &report);
	if (report.damage)
		print("%s: boot archive, byte %lu: %s; the files after it are missing\n",
		      startup->program, report.damage_at, report.damage);
	if (report.left_out != 0)
		print("%s: boot archive: %u entries left out (bad names, special files, or more "
		      "than %u)\n",
		      startup->program, report.left_out, ARCHIVE_NODES_MAX);
	return mount_folder(path, fs);
}

/* Mounts the disk's file system in the archive's tree. If that fails, the archive is served alone. */
static bool mount_below(const char *at, struct fs *fs)
{
	if (mount(at, fs))
		return true;
	print("%s: the disk is not used; \"arguments at=/DIRECTORY\" in system.conf names a place "
	      "whose parent is a directory of the boot archive\n",
	      startup->program);
	if (fs->ops->detach)
		fs->ops->detach(fs);
	return false;
}

/*
 * The disk's file system is the root, and has the archive's files below /boot if the service has the archive. On a machine without
 * a disk the archive is the root.
 *
 * Arguments: partition=N, in place of the whole disk; at=/DIRECTORY, where it is mounted in the archive's tree instead.
 */
static bool mount_all(const struct startup_entry *archive, const struct microk_info *info)
{
	static struct diskfs disk;
	u64 partition = command_line_number(startup->arguments, "partition=", 0);
	char at[MOUNT_PATH_MAX + 2]; /* a path that is too long is so, too, when it is cut */
	bool is_root = !command_line_value(startup->arguments, "at=", at, sizeof(at));

	if (!archive && !is_root) {
		print("%s: \"arguments at=%s\" is a place in the boot archive; add \"archive\" to "
		      "this service in system.conf, or remove the argument\n",
		      startup->program, at);
		return false;
	}
	if (diskfs_open(info, (u32)MIN(partition, UINT32_MAX), &disk) != OK) {
		if (!archive)
			print("%s: without a disk and without the boot archive there are no files "
			      "to serve; see \"partition=\" and \"archive\" in "
			      "docs/system-conf.md\n",
			      startup->program);
		return archive && mount_archive("/", archive, info);
	}
	if (!is_root && !mount_archive("/", archive, info))
		return false;
	if (!is_root && !mount_below(at, disk.fs))
		return true;
	files.keep.partner = &disk.partner;
	files.pool = disk.pool;
	files.work = diskfs_work;
	files.reads_wait = true;
	return !is_root ||
	       (mount("/", disk.fs) && (!archive || mount_archive("/boot", archive, info)));
}

static enum microk_status find_memory(struct keep_plan *plan)
{
	plan->version = 1;
	plan->first_slot = SLOT_TOTAL;
	plan->shares = true;
	return start_memory(plan);
}

int main(void)
{
	const struct startup_entry *endpoint = start_grant("vfs", false);
	const struct startup_entry *archive = grant_entry("archive"),
				   *area = start_grant("info", true);
	bool was_there;

	if (!endpoint || !area)
		return 1;
	const struct microk_info *info = (const struct microk_info *)area->address;
	if (info->magic != INFO_MAGIC) {
		print("%s: the grant \"info\" is not the kernel's information area\n",
		      startup->program);
		return 1;
	}
	files.name = startup->program;
	if (!mount_all(archive, info))
		return 1;
	files.endpoint = endpoint->slot;
	enum microk_status status = find_memory(&files.keep);
	if (status == OK)
		status = fileserver_open(&files, &was_there);
	if (status == OK && files.work)
		diskfs_reap();
	if (status != OK) {
		start_failed(status);
		return 1;
	}
	fileserver_run(&files);
}
