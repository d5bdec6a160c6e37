#include "model.h"
#include "tests/host/check.h"

static u32 pick(unsigned long *random, u32 below)
{
	return (u32)(random_next(random) % below);
}

void model_begin(struct model *m, u64 root)
{
	memset(m, 0, sizeof(*m));
	m->node[0] =
		(struct model_node){.used = true, .kind = KIND_DIRECTORY, .links = 2, .id = root};
}

void model_end(struct model *m)
{
	for (u32 n = 0; n < MODEL_NODES; n++)
		free(m->node[n].data);
}

void model_copy(struct model *to, const struct model *from)
{
	*to = *from;
	for (u32 n = 0; n < MODEL_NODES; n++)
		if (from->node[n].data) {
			to->node[n].data = malloc(MODEL_BYTES);
			memcpy(to->node[n].data, from->node[n].data, MODEL_BYTES);
		}
}

static u32 find_entry(const struct model *m, u32 directory, const char *name)
{
	for (u32 n = 1; n < MODEL_ENTRIES; n++)
		if (m->entry[n].node && m->entry[n].directory == directory &&
		    !strcmp(m->entry[n].name, name))
			return n;
	return 0;
}

u32 model_find(const struct model *m, u32 directory, const char *name)
{
	return m->entry[find_entry(m, directory, name)].node;
}

static bool is_empty(const struct model *m, u32 directory)
{
	for (u32 n = 1; n < MODEL_ENTRIES; n++)
		if (m->entry[n].node && m->entry[n].directory == directory)
			return false;
	return true;
}

static u32 parent_of(const struct model *m, u32 directory)
{
	for (u32 n = 1; n < MODEL_ENTRIES; n++)
		if (m->entry[n].node == directory)
			return m->entry[n].directory;
	return 0;
}

static bool is_below(const struct model *m, u32 directory, u32 above)
{
	while (directory && directory != above)
		directory = parent_of(m, directory);
	return directory == above;
}

/* A used node of a kind; the root for want of one. */
static u32 some(const struct model *m, unsigned long *random, u32 kind, bool named)
{
	u32 at = pick(random, MODEL_NODES);

	for (u32 n = 0; n < MODEL_NODES; n++) {
		const struct model_node *node = &m->node[(at + n) % MODEL_NODES];

		if (node->used && node->kind == kind && (node->links || !named))
			return (at + n) % MODEL_NODES;
	}
	return 0;
}

static u32 free_node(const struct model *m)
{
	u32 n = 1;

	while (n < MODEL_NODES && m->node[n].used)
		n++;
	return n == MODEL_NODES ? 0 : n;
}

static u32 free_entry(const struct model *m)
{
	u32 n = 1;

	while (n < MODEL_ENTRIES && m->entry[n].node)
		n++;
	return n == MODEL_ENTRIES ? 0 : n;
}

static void some_name(const struct model *m, unsigned long *random, u32 *directory, char *name)
{
	u32 at = pick(random, MODEL_ENTRIES);

	for (u32 n = 0; n < MODEL_ENTRIES && pick(random, 30); n++) {
		const struct model_entry *entry = &m->entry[(at + n) % MODEL_ENTRIES];

		if (entry->node) {
			*directory = entry->directory;
			strcpy(name, entry->name);
			return;
		}
	}
	*directory = some(m, random, KIND_DIRECTORY, true);
	sprintf(name, "n%u", pick(random, 40));
}

static void new_name(unsigned long *random, char *name)
{
	sprintf(name, "n%u%.*s", pick(random, 200), (int)pick(random, 50),
		"_a_long_tail_so_that_entries_have_many_lengths_here");
}

struct op op_choose(const struct model *m, unsigned long *random)
{
	static const u8 weights[OP_KINDS] = {12, 6, 3, 4, 8, 4, 10, 30, 8, 4, 5, 3, 3, 2};
	struct op op = {.seed = random_next(random)};
	u32 at = pick(random, 102), kind = 0;

	while (kind + 1 < OP_KINDS && at >= weights[kind])
		at -= weights[kind++];
	op.kind = (enum op_kind)kind;
	if ((op.kind <= OP_LINK) && (!free_node(m) || !free_entry(m)))
		op.kind = OP_UNLINK;
	op.node = some(m, random, KIND_FILE, op.kind == OP_LINK);
	if (!op.node && (op.kind == OP_WRITE || op.kind == OP_TRUNCATE || op.kind == OP_LINK))
		op.kind = OP_CREATE;
	op.directory = some(m, random, KIND_DIRECTORY, true);
	op.to = some(m, random, KIND_DIRECTORY, true);
	new_name(random, op.name);
	if (op.kind == OP_UNLINK || op.kind == OP_RMDIR || op.kind == OP_RENAME)
		some_name(m, random, &op.directory, op.name);
	op.exclusive = op.kind == OP_RENAME && pick(random, 4) == 0;
	if (op.kind == OP_RENAME && pick(random, 3) == 0)
		some_name(m, random, &op.to, op.new_name);
	else
		new_name(random, op.new_name);
	op.size = pick(random, 4) ? 1 + pick(random, 9000) : 1 + pick(random, 200000);
	if (op.kind == OP_SYMLINK)
		op.size = 1 + pick(random, 200);
	op.offset = m->node[op.node].bytes;
	if (pick(random, 2))
		op.offset = pick(random, (u32)MIN(op.offset + 100000, MODEL_BYTES - op.size));
	op.offset = MIN(op.offset, MODEL_BYTES - op.size);
	return op;
}

void op_bytes(const struct op *op, u8 *data, u64 size)
{
	unsigned long r = op->seed * 2 + 1;

	for (u64 n = 0; n < size; n++)
		data[n] = op->kind == OP_SYMLINK ? (u8)('a' + random_next(&r) % 26)
						 : (u8)(random_next(&r));
}

const char *op_text(const struct op *op)
{
	static const char *const names[OP_KINDS] = {
		"create", "mkdir",    "symlink", "link",  "unlink", "rmdir", "rename",
		"write",  "truncate", "open",    "close", "set",    "sync",  "sync_all"};
	static char text[300];

	snprintf(text, sizeof(text), "%s node %u directory %u name %s to %u %s offset %lu size %lu",
		 names[op->kind], op->node, op->directory, op->name, op->to, op->new_name,
		 op->offset, op->size);
	return text;
}

static enum microk_status plain_write(struct fs *fs, u64 id, u64 offset, const void *data,
				      size_t size, size_t *done)
{
	struct kit_buffer b = kit_from(data);

	return ext2_write(fs, id, offset, size, &b.bytes, done);
}

const struct fs_ops model_plain = {
	.set = ext2_set,
	.write = plain_write,
	.truncate = ext2_truncate,
	.make = ext2_make,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.rename = ext2_rename};

enum microk_status op_do(struct kit *k, const struct fs_ops *by, const struct model *m,
			 const struct op *op, u64 *done, struct fs_node *out)
{
	static u8 data[MODEL_BYTES];
	struct fs_new new = {
		.kind = KIND_FILE, .mode = 0640, .owner = 100000, .group = (u32)op->seed & 0xffff};
	struct fs_attributes to = {.mode = (u32)op->seed & 0777};
	struct fs_name name = kit_name(op->name);
	u64 directory = m->node[op->directory].id, id = m->node[op->node].id;
	struct fs_node node = {.id = id};

	*done = 0;
	switch (op->kind) {
	case OP_CREATE: return by->make(k->fs, directory, name, &new, out);
	case OP_MKDIR:
		new.kind = KIND_DIRECTORY;
		return by->make(k->fs, directory, name, &new, out);
	case OP_SYMLINK:
		op_bytes(op, data, op->size);
		new.kind = KIND_LINK;
		new.target = (char *)data;
		new.target_length = op->size;
		return by->make(k->fs, directory, name, &new, out);
	case OP_LINK: return by->link(k->fs, directory, name, id);
	case OP_UNLINK: return by->unlink(k->fs, directory, name, false);
	case OP_RMDIR: return by->unlink(k->fs, directory, name, true);
	case OP_RENAME:
		return by->rename(k->fs, directory, name, m->node[op->to].id,
				  kit_name(op->new_name), op->exclusive);
	case OP_WRITE:
		op_bytes(op, data, op->size);
		return by->write(k->fs, id, op->offset, data, op->size, done);
	case OP_TRUNCATE: return by->truncate(k->fs, id, op->offset);
	case OP_OPEN: return ext2_hold(k->fs, &node, 1);
	case OP_CLOSE: return m->node[op->node].opens ? ext2_release(k->fs, id) : OK;
	case OP_SET: return by->set(k->fs, id, SET_MODE, &to);
	case OP_SYNC: return ext2_sync(k->fs, id);
	case OP_SYNC_ALL: return ext2_sync(k->fs, ~0ul);
	default: return ERR_METHOD;
	}
}

static enum microk_status expect_rename(const struct model *m, const struct op *op)
{
	u32 node = model_find(m, op->directory, op->name),
	    victim = model_find(m, op->to, op->new_name);
	bool directory = m->node[node].kind == KIND_DIRECTORY;

	if (!node)
		return ERR_NOT_FOUND;
	if (directory && is_below(m, op->to, node))
		return ERR_ARG;
	if (victim && op->exclusive)
		return ERR_EXISTS;
	if (node == victim)
		return OK;
	if (victim && !directory && m->node[victim].kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	if (victim && directory && m->node[victim].kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	if (victim && directory && !is_empty(m, victim))
		return ERR_NOT_EMPTY;
	return OK;
}

enum microk_status op_expect(const struct model *m, const struct op *op)
{
	u32 there = model_find(m, op->directory, op->name);

	switch (op->kind) {
	case OP_CREATE:
	case OP_MKDIR:
	case OP_SYMLINK:
	case OP_LINK: return there ? ERR_EXISTS : OK;
	case OP_UNLINK:
		if (!there)
			return ERR_NOT_FOUND;
		return m->node[there].kind == KIND_DIRECTORY ? ERR_IS_DIR : OK;
	case OP_RMDIR:
		if (!there)
			return ERR_NOT_FOUND;
		if (m->node[there].kind != KIND_DIRECTORY)
			return ERR_NOT_DIR;
		return is_empty(m, there) ? OK : ERR_NOT_EMPTY;
	case OP_RENAME: return expect_rename(m, op);
	default: return OK;
	}
}

static void drop_link(struct model *m, u32 node, u32 number)
{
	struct model_node *n = &m->node[node];

	n->touched = number;
	n->links = n->kind == KIND_DIRECTORY ? 0 : n->links - 1;
	if (n->links || n->opens)
		return;
	free(n->data);
	*n = (struct model_node){.touched = number};
}

static void add_entry(struct model *m, u32 directory, const char *name, u32 node)
{
	struct model_entry *entry = &m->entry[free_entry(m)];

	entry->directory = directory;
	entry->node = node;
	strcpy(entry->name, name);
}

static void apply_new(struct model *m, const struct op *op, const struct fs_node *out, u32 number)
{
	u32 node = free_node(m);

	m->node[node] = (struct model_node){
		.used = true,
		.kind = op->kind == OP_CREATE  ? KIND_FILE
			: op->kind == OP_MKDIR ? KIND_DIRECTORY
					       : (u32)KIND_LINK,
		.links = op->kind == OP_MKDIR ? 2 : 1,
		.mode = 0640,
		.id = out->id,
		.touched = number};
	if (op->kind != OP_MKDIR)
		m->node[node].data = calloc(1, MODEL_BYTES);
	if (op->kind == OP_SYMLINK) {
		m->node[node].bytes = op->size;
		op_bytes(op, m->node[node].data, op->size);
	}
	if (op->kind == OP_MKDIR)
		m->node[op->directory].links++;
	add_entry(m, op->directory, op->name, node);
}

static void apply_rename(struct model *m, const struct op *op, u32 number)
{
	u32 node = model_find(m, op->directory, op->name),
	    victim = model_find(m, op->to, op->new_name);

	if (node == victim)
		return;
	if (m->node[node].kind == KIND_DIRECTORY) {
		m->node[op->directory].links--;
		m->node[op->to].links += !victim;
	}
	m->node[node].touched = number;
	if (victim) {
		m->entry[find_entry(m, op->to, op->new_name)].node = 0;
		drop_link(m, victim, number);
	}
	m->entry[find_entry(m, op->directory, op->name)].node = 0;
	add_entry(m, op->to, op->new_name, node);
}

void op_apply(struct model *m, const struct op *op, u64 done, const struct fs_node *out, u32 number)
{
	static u8 data[MODEL_BYTES];
	struct model_node *n = &m->node[op->node];
	u32 there = model_find(m, op->directory, op->name);

	switch (op->kind) {
	case OP_CREATE:
	case OP_MKDIR:
	case OP_SYMLINK: apply_new(m, op, out, number); break;
	case OP_LINK:
		n->links++;
		n->touched = number;
		add_entry(m, op->directory, op->name, op->node);
		break;
	case OP_UNLINK:
	case OP_RMDIR:
		m->entry[find_entry(m, op->directory, op->name)].node = 0;
		if (op->kind == OP_RMDIR)
			m->node[op->directory].links--;
		drop_link(m, there, number);
		break;
	case OP_RENAME: apply_rename(m, op, number); break;
	case OP_WRITE:
		op_bytes(op, data, op->size);
		memcpy(n->data + op->offset, data, done);
		n->bytes = MAX(n->bytes, op->offset + done);
		n->touched = number;
		break;
	case OP_TRUNCATE:
		if (op->offset < n->bytes)
			memset(n->data + op->offset, 0, n->bytes - op->offset);
		n->bytes = op->offset;
		n->touched = number;
		break;
	case OP_OPEN: n->opens++; break;
	case OP_CLOSE:
		n->opens -= n->opens != 0;
		if (!n->opens && !n->links && n->used) {
			free(n->data);
			*n = (struct model_node){.touched = number};
		}
		break;
	case OP_SET:
		n->mode = (u32)op->seed & 0777;
		n->touched = number;
		break;
	default: break;
	}
}

bool model_same_data(struct kit *k, const struct model_node *n)
{
	static u8 data[MODEL_BYTES + 1];
	u64 done = 0, at = 0;
	size_t length = 0;

	if (n->kind == KIND_LINK)
		return ext2_read_link(k->fs, n->id, (char *)data, sizeof(data), &length) == OK &&
		       length == n->bytes && !memcmp(data, n->data, length);
	do {
		enum microk_status status =
			kit_read(k, n->id, at, MODEL_BYTES + 1 - at, data + at, &done);

		if (status != OK) {
			printf("status %d at byte %lu of %lu\n", status, at, n->bytes);
			return false;
		}
		at += done;
	} while (done);
	for (u64 i = 0; i < at && i < n->bytes; i++)
		if (data[i] != n->data[i]) {
			printf("byte %lu of %lu is %02x, wanted %02x\n", i, n->bytes, data[i],
			       n->data[i]);
			return false;
		}
	return at == n->bytes;
}

static bool differs(const char *what, u32 node, u64 got, u64 wanted)
{
	printf("node %u: %s: %lu, wanted %lu\n", node, what, got, wanted);
	return false;
}

static bool same_node(struct kit *k, const struct model *m, u32 number)
{
	const struct model_node *n = &m->node[number];
	struct fs_attributes a;
	enum microk_status status = ext2_attributes(k->fs, n->id, &a);

	if (status != OK)
		return differs("status", number, status, OK);
	if (a.links != n->links)
		return differs("links", number, a.links, n->links);
	if (number && (a.mode & 07777) != n->mode)
		return differs("mode", number, a.mode, n->mode);
	if (n->kind == KIND_DIRECTORY)
		return true;
	if (a.node.bytes != n->bytes)
		return differs("bytes", number, a.node.bytes, n->bytes);
	return model_same_data(k, n) ? true : differs("data", number, 0, 1);
}

static bool same_names(struct kit *k, const struct model *m, u32 directory)
{
	u32 wanted = 0, got = 0;
	struct fs_entry l;

	for (u32 n = 1; n < MODEL_ENTRIES; n++) {
		const struct model_entry *entry = &m->entry[n];
		struct fs_node node;

		if (!entry->node || entry->directory != directory)
			continue;
		wanted++;
		if (ext2_lookup(k->fs, m->node[directory].id, kit_name(entry->name), &node) != OK ||
		    node.id != m->node[entry->node].id || node.kind != m->node[entry->node].kind) {
			printf("the name %s of directory %u\n", entry->name, directory);
			return false;
		}
	}
	for (u64 at = 0; ext2_entry(k->fs, m->node[directory].id, at, &l) == OK; at = l.next)
		got += strcmp(l.name, "lost+found") != 0;
	return got == wanted ? true : differs("names", directory, got, wanted);
}

bool model_same(struct kit *k, const struct model *m)
{
	bool same = true;

	for (u32 n = 0; n < MODEL_NODES && same; n++) {
		if (!m->node[n].used || !(m->node[n].links || m->node[n].opens))
			continue;
		same = same_node(k, m, n);
		if (same && m->node[n].kind == KIND_DIRECTORY)
			same = same_names(k, m, n);
	}
	return same;
}

void model_reopen(struct kit *k, const struct model *m)
{
	for (u32 n = 0; n < MODEL_NODES; n++)
		for (u32 i = 0; i < m->node[n].opens; i++) {
			struct fs_node node = {.id = m->node[n].id};

			/* A successor trusts its own table of descriptions, and opens before it reaps. */
			CHECK(ext2_hold(k->fs, &node, 1) == OK);
		}
}
