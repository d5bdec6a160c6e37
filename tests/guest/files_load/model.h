/* The files as they must be: a fixed set of names in a few directories, and what each of them names. */
#pragma once
#include "microk/types.h"
#include "protocols/file.h"

#define FOLDERS 3u
#define VOLUMES_MOST 2u
#define NAMES_EACH 8u
#define NAMES (FOLDERS * NAMES_EACH)
#define HANDLES 8u
#define NODES (NAMES + HANDLES + 2u) /* a node has a name or is open; 0 is none */
#define NODE_BYTES 0x8000u

struct node {
	u32 kind;
	u32 links, opens;
	u32 size;            /* of the content; of a symbolic link: of its target */
	u8 data[NODE_BYTES]; /* those at and after `size` are 0 */
};

extern struct node nodes[NODES];
extern u32 names[NAMES]; /* the node of each, or 0 */

/* File systems that the files are on, each with its own folder "load": the last folder is on the last of them. */
extern u32 volumes;
u32 folder_volume(u32 folder);
u32 name_volume(u32 name);

/* "load/d0/c": below the root's capability. The result is overwritten by the call after the next one. */
const char *name_path(u32 name);
/* "load", "load/d0" or "load/d1". */
const char *folder_path(u32 folder);

/* Makes a node that has this name. */
struct node *node_make(u32 name, u32 kind);
/* The name names `node` from now on; 0: none. Counts links. */
void name_set(u32 name, u32 node);
void node_write(struct node *n, u64 at, const void *bytes, u64 size);
void node_resize(struct node *n, u64 size);

/* CRC-32 as zlib has it. */
u32 crc_of(const u8 *bytes, u64 size);
