/* An IoSpace has 3 or 4 levels of tables, which the driver makes from the top down, as in an address space. */
#include "lib/driver/dma.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "microk/cap.h"

#define TABLE_SPAN (512 * PAGE_SIZE) /* mapped by a table of level 1 */
#define LEVELS_MAX 4

/* Adds one table at the highest level that lacks one. ERR_OCCUPIED: none is missing. */
static enum microk_status add_table(const struct dma *d, u64 address)
{
	cap_t table;
	enum microk_status status = object_make(CAP_PAGE_TABLE, 0, &table);

	if (status != OK)
		return status;
	for (u64 level = LEVELS_MAX; level >= 1; level--) {
		status = table_map(
			table,
			&(struct table_map){
				.address_space = d->space, .address = address, .level = level});
		if (status == OK)
			return OK;
		if (status != ERR_OCCUPIED && !(status == ERR_ARG && level == LEVELS_MAX))
			break;
	}
	slot_drop(table);
	return status;
}

static enum microk_status add_tables(struct dma *d, cap_t frame, u64 address)
{
	struct frame_info_result info = {0};
	enum microk_status status = frame_info(frame, &info);
	u64 at = address, end = address + info.pages * PAGE_SIZE;

	while (status == OK && at < end) {
		status = add_table(d, at);
		if (status != ERR_OCCUPIED)
			continue;
		at = ALIGN_DOWN(at, TABLE_SPAN) + TABLE_SPAN;
		status = OK;
	}
	return status;
}

enum microk_status dma_map(struct dma *d, cap_t frame, u64 *address)
{
	struct iospace_map_result at = {0};
	const struct iospace_map args = {
		.frame = frame, .address = *address, .rights = RIGHT_READ | RIGHT_WRITE};
	enum microk_status status = iospace_map(d->space, &args, &at);

	if (status == ERR_TABLE) {
		d->is_translated = true;
		status = add_tables(d, frame, *address);
		if (status == OK)
			status = iospace_map(d->space, &args, &at);
	}
	if (status == OK)
		*address = at.device_address;
	return status;
}
