#include "lib/fileserver/lent.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "protocols/file.h"

static cap_t first, buffer;
static u8 *buffer_at;
static struct pool_frames pool;
static bool lent[DESCRIPTIONS_MAX]; /* there is, or was, a Frame in its slot */

enum microk_status lent_setup(cap_t first_slot, struct pool_frames frames)
{
	void *at;

	first = first_slot;
	pool = frames;
	enum microk_status status = memory_make(FILE_LENT_MAX / PAGE_SIZE, &buffer, &at);
	buffer_at = at;
	return status;
}

static cap_t slot_of(const struct description *d)
{
	return first + description_number(d);
}

void lent_drop(const struct description *d)
{
	u32 number = description_number(d);

	if (lent[number])
		cnode_delete(SLOT_CNODE, slot_of(d));
	lent[number] = false;
}

void lent_take_over(void)
{
	struct cnode_next_result used = {.index = first};

	for (; cnode_next(SLOT_CNODE, used.index, &used) == OK && used.index &&
	       used.index < first + keep_description_count();
	     used.index++) {
		u32 number = (u32)(used.index - first);
		lent[number] = true;
		if (keep_descriptions()[number].use != DESCRIPTION_OPEN)
			lent_drop(&keep_descriptions()[number]);
	}
}

enum microk_status lent_keep(const struct description *d, cap_t frame)
{
	struct cnode_describe_result it;

	/* Asked of the CNode: a call of the capability itself would reach a client's server, if it is an Endpoint. */
	if (frame == 0 || cnode_describe(SLOT_CNODE, frame, &it) != OK || it.type != CAP_FRAME)
		return ERR_TYPE;
	lent_drop(d);
	lent[description_number(d)] = true;
	return cnode_move(
		SLOT_CNODE,
		&(struct cnode_move){
			.index = slot_of(d), .source_cnode = SLOT_CNODE, .source_index = frame});
}

static enum microk_status copy_out(const struct description *d, u64 at, cap_t from, u64 from_at,
				   u64 bytes)
{
	return frame_copy(
		slot_of(d),
		&(struct frame_copy){
			.offset = at, .source = from, .source_offset = from_at, .bytes = bytes});
}

/* From the page cache's own frames: as many pages at once as follow each other in one of them. */
static enum microk_status read_pages(const struct description *d, const struct place *p, u64 offset,
				     u32 at, u32 size, u32 *length)
{
	enum microk_status status = OK;

	for (*length = 0; *length < size;) {
		u32 page, bytes;
		status = p->fs->ops->page(
			p->fs, p->node.id, offset + *length, size - *length, &page, &bytes);
		if (status != OK || bytes == 0)
			break;
		u32 in_frame =
			page % pool.pages * (u32)PAGE_SIZE + (u32)((offset + *length) % PAGE_SIZE);
		u32 part = MIN(bytes, pool.pages * (u32)PAGE_SIZE - in_frame);
		status = copy_out(
			d, (u64)at + *length, pool.first + page / pool.pages, in_frame, part);
		if (status != OK)
			break;
		*length += part;
	}
	/* These bytes count; the next call reads the rest. A request that waits is done as a whole. */
	return *length && status != FS_WAIT ? OK : status;
}

enum microk_status lent_read(const struct description *d, u64 offset, u32 at, u32 size, u32 *length)
{
	struct place p = description_held(d);
	size_t read;

	if (p.fs->ops->page)
		return read_pages(d, &p, offset, at, size, length);
	enum microk_status status = p.fs->ops->read(
		p.fs, p.node.id, offset, buffer_at, MIN(size, FILE_LENT_MAX), &read);
	if (status != OK)
		return status;
	*length = (u32)read;
	return read ? copy_out(d, at, buffer, 0, read) : OK;
}

enum microk_status lent_write(const struct description *d, u64 offset, u32 at, u32 size,
			      u32 *length)
{
	struct place p = description_held(d);
	size_t written;

	if (!p.fs->ops->write)
		return ERR_READ_ONLY;
	size = MIN(size, FILE_LENT_MAX);
	if (offset > (u64)INT64_MAX - size)
		return ERR_TOO_LARGE;
	enum microk_status status = frame_copy(
		buffer,
		&(struct frame_copy){.source = slot_of(d), .source_offset = at, .bytes = size});
	if (status != OK)
		return status;
	status = p.fs->ops->write(p.fs, p.node.id, offset, buffer_at, size, &written);
	*length = (u32)written;
	return status;
}
