/*
 * /proc as a file system: node numbers, listings, and snapshots of texts.
 *
 * A node is (process id << 8 | file); process 0 is the system. The contents of files and listings
 * are made at open (snapshot.h), so that all reads of an open file return the same moment: an open description has a node that
 * stands for its snapshot.
 */
#include "servers/proc/procfs.h"
#include "gen/protocols/inspect_client.h"
#include "servers/proc/proc_text.h"
#include "servers/proc/proc_programs.h"
#include "servers/proc/snapshot.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/name.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

enum proc_file {
	DIRECTORY,
	IPC_STATS,
	MEMINFO,
	VERSION,
	UPTIME,
	STATUS,
	CAPS,
	MOUNTS,
	PCI,
	CMDLINE,
	MAPS,
	STAT
};

struct name {
	const char *text;
	enum proc_file file;
};
/* pci is the last: there is no such file in a system without the owner of PCI. */
static const struct name system_files[] = {
	{"ipc_stats", IPC_STATS}, {"meminfo", MEMINFO}, {"mounts", MOUNTS},
	{"uptime", UPTIME},       {"version", VERSION}, {"pci", PCI}};
static const struct name process_files[] = {{"caps", CAPS}, {"mounts", MOUNTS}, {"status", STATUS}};
static const struct name program_files[] = {
	{"cmdline", CMDLINE}, {"maps", MAPS}, {"stat", STAT}, {"status", STATUS}};

#define PROCESSES_LISTED_MAX 1024

static const volatile struct microk_info *info;
static cap_t init, pci;

/* Contents are made here. One is enough: one request is served at a time. */
static union {
	char text[PROC_TEXT_MAX];
	u32 ids[PROCESSES_LISTED_MAX];
} scratch;

#define NODE_SNAPSHOT (1ul << 63) /* | the snapshot's number */

static u64 node_id(u32 process, enum proc_file file)
{
	return (u64)process << 8 | file;
}
/* The node that was opened, if this one stands for a snapshot of it. */
static u64 node_base(u64 node)
{
	return node & NODE_SNAPSHOT ? snapshot_node((u32)node) : node;
}
static u32 node_process(u64 node)
{
	return (u32)(node_base(node) >> 8);
}
static enum proc_file node_file(u64 node)
{
	return (enum proc_file)(node_base(node) & 0xff);
}

/* The others are services, whose ids are init's. */
static bool is_program(u32 id)
{
	return id && programs_next(id - 1) == id;
}

static const struct name *files_of(u64 directory, u32 *count)
{
	bool process = node_process(directory) != 0;

	if (is_program(node_process(directory))) {
		*count = ARRAY_LEN(program_files);
		return program_files;
	}

	*count = process ? ARRAY_LEN(process_files) : ARRAY_LEN(system_files) - !pci;
	return process ? process_files : system_files;
}

/* A process id as a file name: decimal digits without leading zeros; 0 if it is not one. */
static u32 parse_id(const char *name, size_t length)
{
	u64 id = 0;

	if (length > 10 || name[0] == '0')
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		id = id * 10 + (u64)(name[i] - '0');
	}
	return id <= UINT32_MAX ? (u32)id : 0;
}

/* OK if process `id` exists: then it is the next after id - 1. */
static enum microk_status check_process(u32 id)
{
	struct inspect_next_result next;

	if (is_program(id))
		return OK;
	enum microk_status status = inspect_next(init, id - 1, &next);

	return status == OK && next.id != id ? ERR_NOT_FOUND : status;
}

static enum microk_status procfs_lookup(struct fs *fs, u64 directory, struct fs_name name,
					struct fs_node *out)
{
	(void)fs;
	u32 count;
	const struct name *files = files_of(directory, &count);
	for (u32 i = 0; i < count; i++)
		if (name_is(name, files[i].text)) {
			*out = (struct fs_node){
				.id = node_id(node_process(directory), files[i].file),
				.kind = KIND_FILE};
			return OK;
		}
	u32 id = node_process(directory) == 0 ? parse_id(name.bytes, name.length) : 0;
	if (id == 0)
		return ERR_NOT_FOUND;
	*out = (struct fs_node){.id = node_id(id, DIRECTORY), .kind = KIND_DIRECTORY};
	return check_process(id);
}

/* `reader` is the process that opens it. */
static enum microk_status make_text(u64 node, u32 reader, struct text *t)
{
	u32 id = node_process(node);

	switch (node_file(node)) {
	case IPC_STATS: return proc_ipc_stats(t, info);
	case MEMINFO: return proc_meminfo(t, init);
	case VERSION: return proc_version(t, info);
	case UPTIME: return proc_uptime(t, info, tsc_read());
	case STATUS:
		return is_program(id) ? programs_status(t, info->tsc_hz, id)
				      : proc_status(t, init, info->tsc_hz, id);
	case CMDLINE: return programs_cmdline(t, id);
	case MAPS: return programs_maps(t, id);
	case STAT: return programs_stat(t, info->tsc_hz, id);
	case CAPS: return proc_caps(t, init, id);
	case MOUNTS: return proc_mounts(t, init, id ? id : reader);
	case PCI: return proc_pci(t, pci);
	case DIRECTORY: break;
	}
	return ERR_IS_DIR;
}

static const char cut_note[] = "(the rest is left out: too long)\n";

/* Writes the ids of all processes to scratch.ids. */
static enum microk_status list_processes(u32 *count)
{
	struct inspect_next_result next = {.id = 0};
	enum microk_status status = OK;

	for (*count = 0; *count < PROCESSES_LISTED_MAX; ++*count) {
		status = inspect_next(init, next.id, &next);
		if (status != OK)
			break;
		scratch.ids[*count] = next.id;
	}
	u32 program = 0;
	while (*count < PROCESSES_LISTED_MAX && (program = programs_next(program)))
		scratch.ids[(*count)++] = program;
	return status == ERR_NOT_FOUND ? OK : status;
}

static enum microk_status make_content(u64 node, u32 kind, u32 reader, size_t *bytes)
{
	enum microk_status status = OK;

	*bytes = 0;
	if (kind == KIND_FILE) {
		struct text t = {
			.bytes = scratch.text, .max = sizeof(scratch.text) - sizeof(cut_note)};
		status = make_text(node, reader, &t);
		if (t.cut) {
			memcpy(t.bytes + t.used, cut_note, sizeof(cut_note) - 1);
			t.used += sizeof(cut_note) - 1;
		}
		*bytes = t.used;
	} else if (node_process(node) == 0) {
		u32 count;
		status = list_processes(&count);
		*bytes = count * sizeof(scratch.ids[0]);
	}
	return status;
}

static enum microk_status procfs_hold(struct fs *fs, struct fs_node *node, u64 client)
{
	(void)fs;
	u32 number;
	size_t bytes;
	u64 base = node_base(node->id);
	enum microk_status status =
		make_content(base, node->kind, (u32)account_payer(client), &bytes);
	if (status == OK && !snapshot_make(client, base, scratch.text, bytes, &number))
		status = ERR_NO_SPACE;
	if (status != OK)
		return status;
	node->id = NODE_SNAPSHOT | number;
	node->bytes = bytes;
	return OK;
}

static enum microk_status procfs_release(struct fs *fs, u64 node)
{
	(void)fs;
	snapshot_free((u32)node);
	return OK;
}

static enum microk_status procfs_parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	(void)directory; /* of a process's directory, and of the root itself */
	*out = (struct fs_node){.id = fs->root, .kind = KIND_DIRECTORY};
	return OK;
}

static enum microk_status procfs_attributes(struct fs *fs, u64 node, struct fs_attributes *out)
{
	(void)fs;
	bool is_directory = node_file(node) == DIRECTORY;
	size_t bytes = 0;
	if (node & NODE_SNAPSHOT && !is_directory)
		snapshot_data((u32)node, &bytes);
	*out = (struct fs_attributes){
		.node = {.id = node_base(node),
			 .kind = is_directory ? KIND_DIRECTORY : KIND_FILE,
			 .bytes = bytes},
		.mode = is_directory ? 0555 : 0444,
		.links = 1};
	return OK;
}

static enum microk_status procfs_read(struct fs *fs, u64 node, u64 offset, void *data, size_t size,
				      size_t *length)
{
	(void)fs;
	size_t bytes;
	const u8 *text = snapshot_data((u32)node, &bytes);
	size_t left = offset < bytes ? bytes - offset : 0;
	*length = size < left ? size : left;
	memcpy(data, text + (left ? offset : 0), *length);
	return OK;
}

/* A cookie is the number of the entries before it. */
static enum microk_status procfs_entry(struct fs *fs, u64 directory, u64 cookie,
				       struct fs_entry *out)
{
	(void)fs;
	u32 count, process = node_process(directory);
	const struct name *files = files_of(directory, &count);
	out->next = cookie + 1;
	if (cookie < count) {
		out->node = (struct fs_node){
			.id = node_id(process, files[cookie].file), .kind = KIND_FILE};
		string_copy(out->name, sizeof(out->name), files[cookie].text);
		return OK;
	}
	cookie -= count;
	size_t bytes;
	const u32 *ids = snapshot_data((u32)directory, &bytes);
	if (process != 0 || cookie >= bytes / sizeof(ids[0]))
		return ERR_NOT_FOUND;
	out->node = (struct fs_node){.id = node_id(ids[cookie], DIRECTORY), .kind = KIND_DIRECTORY};
	format(out->name, sizeof(out->name), "%u", ids[cookie]);
	return OK;
}

static const struct fs_ops procfs_ops = {
	.lookup = procfs_lookup,
	.parent = procfs_parent,
	.attributes = procfs_attributes,
	.hold = procfs_hold,
	.release = procfs_release,
	.read = procfs_read,
	.entry = procfs_entry};
static struct fs procfs = {
	.name = "proc", .ops = &procfs_ops, .root = 0 /* DIRECTORY of process 0 */};

struct fs *procfs_open(const volatile struct microk_info *information, cap_t init_cap,
		       cap_t pci_cap)
{
	info = information;
	init = init_cap;
	pci = pci_cap;
	return &procfs;
}
