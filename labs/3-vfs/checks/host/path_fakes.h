/* Two file systems, whose nodes the judge makes: node 0 is the root of the first, node 1 that of the second. */
#pragma once
#include "lib/fileserver/path.h"

#define NODES 64

struct tree_node {
	u32 fs, parent, kind;
	const char *name, *target; /* of a link: its content */
};
extern struct tree_node nodes[NODES];
extern u32 node_count;
extern u64 names_changed; /* how often, as the library asks; 0: no walk is remembered (walked.h) */
extern u32 dots_looked_up; /* look-ups of "." or "..", which no file system gets */

/* Where a walk ended. */
struct walked {
	u32 exists, node, parent, as_directory;
	char name[FILE_NAME_MAX + 1];
	char rest[FILE_PATH_MAX + 1];
};

enum microk_status walk_from(u32 root, u32 at, const char *path, bool follow, struct walked *out);
/* Mounts the second file system at that name of a directory of the first. */
enum microk_status mount_second(u32 directory, const char *name);
