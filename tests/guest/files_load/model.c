#include "tests/guest/files_load/model.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

struct node nodes[NODES];
u32 names[NAMES];

u32 volumes = 1;

u32 folder_volume(u32 folder)
{
	return folder == FOLDERS - 1 ? volumes - 1 : 0;
}

u32 name_volume(u32 name)
{
	return folder_volume(name / NAMES_EACH);
}

const char *folder_path(u32 folder)
{
	static const char *const paths[FOLDERS] = {"load", "load/d0", "load/d1"};

	return paths[folder];
}

const char *name_path(u32 name)
{
	static char text[2][24];
	static u32 turn;
	char *to = text[++turn % 2];

	format(to, sizeof(text[0]), "%s/%c", folder_path(name / NAMES_EACH),
	       'a' + (int)(name % NAMES_EACH));
	return to;
}

struct node *node_make(u32 name, u32 kind)
{
	u32 i = 1;

	while (nodes[i].links || nodes[i].opens)
		i++; /* there is one: NODES */
	memset(&nodes[i], 0, sizeof(nodes[i]));
	nodes[i].kind = kind;
	name_set(name, i);
	return &nodes[i];
}

void name_set(u32 name, u32 node)
{
	if (node)
		nodes[node].links++;
	if (names[name])
		nodes[names[name]].links--;
	names[name] = node;
}

void node_write(struct node *n, u64 at, const void *bytes, u64 size)
{
	memcpy(n->data + at, bytes, size);
	if (at + size > n->size)
		n->size = (u32)(at + size);
}

void node_resize(struct node *n, u64 size)
{
	if (size < n->size)
		memset(n->data + size, 0, n->size - size);
	n->size = (u32)size;
}

u32 crc_of(const u8 *bytes, u64 size)
{
	u32 crc = ~0u;

	for (u64 i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (u32 bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}
