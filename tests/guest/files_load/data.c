/* Operations on open files. */
#include "gen/protocols/file_client.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "tests/guest/files_load/load.h"

static u8 bytes[LENT_BYTES];

static void draw_bytes(u64 size)
{
	for (u64 i = 0; i < size; i++)
		bytes[i] = (u8)draw(256);
}

/* A request that takes effect: the description's own offset follows it, unless it was given a place. */
static void write_once(struct handle *h, bool lent, bool placed)
{
	struct node *n = &nodes[h->node];
	u64 size = 1 + draw(lent ? LENT_BYTES : FILE_DATA_AT_MAX);
	u64 at = placed ? draw(NODE_BYTES - size) : h->append ? n->size : h->offset;
	struct file_write_result here = {0};
	struct file_write_at_result there = {0};
	struct file_write_lent_result lent_here = {0};
	struct file_write_lent_at_result lent_there = {0};
	enum microk_status status;

	if (at + size > NODE_BYTES)
		return;
	draw_bytes(size);
	if (lent)
		memcpy(lent_memory, bytes, size);
	if (lent && placed)
		ANSWERED(status,
			 file_write_lent_at(
				 h->cap,
				 &(struct file_write_lent_at_args){.offset = at, .size = (u32)size},
				 &lent_there));
	else if (lent)
		ANSWERED(status,
			 file_write_lent(h->cap, &(struct file_write_lent_args){.size = (u32)size},
					 &lent_here));
	else if (placed)
		ANSWERED(status,
			 file_write_at(h->cap,
				       &(struct file_write_at_args){
					       .offset = at, .data = bytes, .data_length = size},
				       &there));
	else
		ANSWERED(status, file_write(h->cap, bytes, size, &here));
	u64 written = here.written + there.written + lent_here.written + lent_there.written;
	if (!is_status("write", "", OK, status))
		return;
	if (written == 0 || written > size)
		wrong("bytes written", "", size, written);
	node_write(n, at, bytes, MIN(written, size));
	if (!placed)
		h->offset = at + written;
}

static void check_read(const struct handle *h, u64 at, u64 size, const u8 *got, u64 length)
{
	const struct node *n = &nodes[h->node];
	u64 left = at < n->size ? MIN(size, n->size - at) : 0;

	if (length > left || (left && !length))
		wrong("bytes read", "", left, length);
	else
		check_bytes(n, at, got, length, "read");
}

static void read_once(struct handle *h, bool lent, bool placed)
{
	u64 size = 1 + draw(lent ? LENT_BYTES : FILE_DATA_AT_MAX);
	u64 at = placed ? draw(NODE_BYTES) : h->offset, length = 0;
	static struct file_read_result here;
	static struct file_read_at_result there;
	struct file_read_lent_result lent_here = {0};
	struct file_read_lent_at_result lent_there = {0};
	const u8 *got = lent ? lent_memory : placed ? there.data : here.data;
	enum microk_status status;

	memset(lent_memory, 0xee, lent ? size : 0);
	if (lent && placed) {
		ANSWERED(status,
			 file_read_lent_at(
				 h->cap,
				 &(struct file_read_lent_at_args){.offset = at, .size = (u32)size},
				 &lent_there));
		length = lent_there.length;
	} else if (lent) {
		ANSWERED(status,
			 file_read_lent(h->cap, &(struct file_read_lent_args){.size = (u32)size},
					&lent_here));
		length = lent_here.length;
	} else if (placed) {
		ANSWERED(status,
			 file_read_at(h->cap,
				      &(struct file_read_at_args){.offset = at, .size = (u32)size},
				      &there));
		length = there.data_length;
	} else {
		ANSWERED(status, file_read(h->cap, (u32)size, &here));
		length = here.data_length;
	}
	if (!is_status("read", "", OK, status))
		return;
	check_read(h, at, size, got, length);
	if (!placed)
		h->offset = at + length;
}

static void seek_once(struct handle *h)
{
	struct file_seek_args args = {.whence = (u32)draw(3)};
	u64 to = draw(NODE_BYTES),
	    base = args.whence == SEEK_FROM_HERE  ? h->offset
		   : args.whence == SEEK_FROM_END ? nodes[h->node].size
						  : 0;
	struct file_seek_result got;
	enum microk_status status;

	args.offset = (i64)(to - base);
	ANSWERED(status, file_seek(h->cap, &args, &got));
	if (is_status("seek", "", OK, status) && got.position != to)
		wrong("position", "", to, got.position);
	h->offset = to;
}

static void truncate_once(struct handle *h)
{
	u64 size = draw(2) ? draw(NODE_BYTES) : nodes[h->node].size / 2;
	enum microk_status status;

	ANSWERED(status, file_truncate(h->cap, size));
	if (is_status("truncate", "", OK, status))
		node_resize(&nodes[h->node], size);
}

static void stat_once(struct handle *h)
{
	const struct node *n = &nodes[h->node];
	struct file_stat_result got;
	enum microk_status status;

	ANSWERED(status, file_stat(h->cap, &got));
	if (!is_status("stat", "", OK, status))
		return;
	if (got.size != n->size)
		wrong("size", "", n->size, got.size);
	if (got.links != n->links)
		wrong("links", "", n->links, got.links);
}

void operate_on_data(void)
{
	struct handle *h = &handles[draw(HANDLES)];
	bool lent = h->lent && draw(2), placed = draw(2);
	enum microk_status status;
	u64 chance = draw(100);

	if (!h->node)
		return;
	if (chance < 40)
		write_once(h, lent, placed);
	else if (chance < 70)
		read_once(h, lent, placed);
	else if (chance < 78)
		seek_once(h);
	else if (chance < 84)
		truncate_once(h);
	else if (chance < 90)
		stat_once(h);
	else if (chance < 93) {
		ANSWERED(status, file_sync(h->cap));
		is_status("sync", "", OK, status);
	} else {
		handle_close(h);
	}
}
