#include "servers/proc/pages.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "servers/proc/pieces.h"
#include "servers/proc/regions.h"

enum microk_status page_make(const struct process *p, const struct region *r, u64 address)
{
	struct page_place place = page_place(p, address);

	return untyped_map_frame(
		r->chunk,
		&(struct untyped_map_frame){
			.pages = 1,
			.cnode = place.cnode,
			.index = place.index,
			.address_space = process_own(p, OWN_SPACE),
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = r->rights});
}

/* A page that was taken out of the address space by PROT_NONE, or by a change that was cut off. */
static enum microk_status map_again(const struct process *p, const struct region *r, u64 address)
{
	struct page_place place = page_place(p, address);
	struct space_map_frames_result done = {0};
	enum microk_status status = space_map_frames(
		process_own(p, OWN_SPACE),
		&(struct space_map_frames){
			.cnode = place.cnode,
			.index = place.index,
			.count = 1,
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = r->rights},
		&done);

	/* It is mapped: with other rights, if a change of them was cut off. */
	if (status == ERR_STATE || status == ERR_OCCUPIED)
		status = space_protect_frames(
			process_own(p, OWN_SPACE),
			&(struct space_protect_frames){
				.cnode = place.cnode,
				.index = place.index,
				.count = 1,
				.rights = r->rights},
			NULL);
	return status;
}

enum microk_status page_resolve(const struct process *p, u64 address, bool write, bool exec)
{
	const struct region *r = region_find(p, address);

	if (!r || !r->rights || (write && !(r->rights & RIGHT_WRITE)) ||
	    (exec && !(r->rights & RIGHT_EXEC)))
		return ERR_RANGE;
	enum microk_status status = page_make(p, r, address);
	return status == ERR_OCCUPIED ? map_again(p, r, address) : status;
}

/* ---- The server's own way ---- */

static cap_t scratch;
static u8 *scratch_bytes;

enum microk_status pages_open(void)
{
	void *bytes;
	enum microk_status status = memory_make(1, &scratch, &bytes);

	scratch_bytes = bytes;
	return status;
}

enum microk_status page_fill(const struct process *p, u64 address, cap_t source, u64 offset,
			     u64 bytes)
{
	struct page_place place = page_place(p, address);

	return cnode_copy_bytes(
		place.cnode,
		&(struct cnode_copy_bytes){
			.index = place.index,
			.offset = address % PAGE_SIZE,
			.source_cnode = SLOT_CNODE,
			.source_index = source,
			.source_offset = offset,
			.bytes = bytes});
}

/* Makes the page, if it is not there. */
static enum microk_status reach(const struct process *p, u64 address, u64 bytes)
{
	const struct region *r = region_find(p, address);

	if (address % PAGE_SIZE + bytes > PAGE_SIZE || !r || !r->rights)
		return ERR_RANGE;
	enum microk_status status = page_make(p, r, address);
	return status == ERR_OCCUPIED ? OK : status;
}

enum microk_status peek(const struct process *p, u64 address, void *to, u64 bytes)
{
	struct page_place place = page_place(p, address);
	enum microk_status status = reach(p, address, bytes);

	if (status == OK)
		status = cnode_copy_bytes(
			SLOT_CNODE,
			&(struct cnode_copy_bytes){
				.index = scratch,
				.source_cnode = place.cnode,
				.source_index = place.index,
				.source_offset = address % PAGE_SIZE,
				.bytes = bytes});
	if (status == OK)
		memcpy(to, scratch_bytes, bytes);
	return status;
}

enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes);

	if (status != OK)
		return status;
	memcpy(scratch_bytes, from, bytes);
	return page_fill(p, address, scratch, 0, bytes);
}
