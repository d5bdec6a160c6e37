/* The content that a file system must have: a tree in plain memory, random operations on it, and the results that POSIX
 * gives them. */
#pragma once
#include "kit.h"

#define MODEL_NODES 256u
#define MODEL_ENTRIES 512u
#define MODEL_BYTES (3u << 19)

struct model_node {
	bool used;
	u32 kind, links, opens, mode;
	u64 id;      /* the file system's */
	u64 bytes;
	u8 *data;    /* of a file, as long as it is; of a link, its target */
	u32 touched; /* the last operation that changed it */
};

struct model_entry {
	u32 directory, node; /* directory 0 is the root; node 0: unused */
	char name[64];
};

struct model {
	struct model_node node[MODEL_NODES];
	struct model_entry entry[MODEL_ENTRIES];
};

enum op_kind {
	OP_CREATE, OP_MKDIR, OP_SYMLINK, OP_LINK, OP_UNLINK, OP_RMDIR, OP_RENAME, OP_WRITE, OP_TRUNCATE, OP_OPEN, OP_CLOSE, OP_SET,
	OP_SYNC, OP_SYNC_ALL, OP_KINDS
};

struct op {
	enum op_kind kind;
	u32 node, directory, to;
	char name[64], new_name[64];
	u64 offset, size, seed;
	bool exclusive; /* of a rename */
};

void model_begin(struct model *m, u64 root);
void model_end(struct model *m);
void model_copy(struct model *to, const struct model *from);
struct op op_choose(const struct model *m, unsigned long *random);
/* The bytes that a write or a link has. */
void op_bytes(const struct op *op, u8 *data, u64 size);
/* The functions of which each is a change of its own, as a table. */
extern const struct fs_ops model_plain;
/* Does it, what changes something by a function of the table `by`. *done: bytes written; *out: the new node. */
enum microk_status op_do(struct kit *k, const struct fs_ops *by, const struct model *m, const struct op *op, u64 *done, struct fs_node *out);
/* The status that must come, apart from a full disk. */
enum microk_status op_expect(const struct model *m, const struct op *op);
/* Its effect. */
void op_apply(struct model *m, const struct op *op, u64 done, const struct fs_node *out, u32 number);
/* Whether the file system holds the model; prints the first differences. */
bool model_same(struct kit *k, const struct model *m);
/* Of one node, by its id. */
bool model_same_data(struct kit *k, const struct model_node *n);
/* Opens again what the model has open, for a successor. */
void model_reopen(struct kit *k, const struct model *m);
u32 model_find(const struct model *m, u32 directory, const char *name);
const char *op_text(const struct op *op);
