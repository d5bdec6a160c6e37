/*
 * A capability's badge has the client's process id in its lowest byte, as init gave it, and above it the number of the
 * partition, 0 for the whole disk. So nothing needs to be remembered of capabilities: they mean the same to every instance.
 */
#include "drivers/storage/serve.h"
#include "drivers/storage/rings.h"
#include "gen/protocols/disk_server.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/disk.h"

#define BADGE(process, partition) ((u64)(partition) << 8 | (process))
#define BADGE_PROCESS(badge) ((u8)(badge))
#define BADGE_PARTITION(badge) ((u32)((badge) >> 8))

#define BEST_SECTORS 2048 /* 1 MiB */
#define ANY_RIGHT (DISK_RIGHT_READ | DISK_RIGHT_WRITE)

static struct kept *kept;
static const struct disk_info *info;
static struct dma *dma;

void serve_init(struct kept *of, const struct disk_info *described, struct dma *reached)
{
	kept = of;
	info = described;
	dma = reached;
}

/* The range that the badge names. False: the partition does not exist. */
static bool find_range(u32 partition, u64 *first, u64 *sectors)
{
	*first = 0;
	*sectors = info ? info->sectors : 0;
	if (partition == 0)
		return info;
	if (!info || partition > kept->count)
		return false;
	*first = kept->partition[partition - 1].first;
	*sectors = kept->partition[partition - 1].sectors;
	return *sectors > 0;
}

static enum microk_status on_geometry(struct request *r, struct disk_geometry_result *result)
{
	u64 first;

	if (!find_range(BADGE_PARTITION(r->badge), &first, &result->sectors))
		return ERR_NOT_FOUND;
	result->block = info->block;
	result->best = BEST_SECTORS;
	result->flags =
		(info->is_read_only ? DISK_READ_ONLY : 0) | (info->has_cache ? DISK_HAS_CACHE : 0) |
		(info->discards ? DISK_DISCARDS : 0);
	return OK;
}

static enum microk_status on_partition(struct request *r, const struct disk_partition_args *args,
				       struct disk_partition_result *result)
{
	if (BADGE_PARTITION(r->badge) != 0 || !info || args->number == 0 ||
	    args->number > kept->count)
		return ERR_NOT_FOUND;
	const struct partition *p = &kept->partition[args->number - 1];
	result->first = p->first;
	result->sectors = p->sectors;
	result->type = p->type[0];
	result->type_high = p->type[1];
	string_copy(result->name, sizeof(result->name), p->name);
	return OK;
}

static u64 rights_of(const struct request *r)
{
	return (u64)r->prot << RIGHT_PROT_SHIFT & ANY_RIGHT;
}

/* The client gets a child of the capability that is minted here, and keeps it when this one is deleted for a later client. */
static enum microk_status on_open(struct request *r, const struct disk_open_args *args,
				  struct disk_open_result *result)
{
	static cap_t minted[8];
	static u32 next;
	u64 first, sectors;
	cap_t *slot = &minted[next++ % ARRAY_LEN(minted)];

	if (BADGE_PARTITION(r->badge) != 0 || args->number == 0 ||
	    !find_range(args->number, &first, &sectors))
		return ERR_NOT_FOUND;
	if (*slot)
		slot_drop(*slot);
	enum microk_status status =
		cap_mint(r->server->endpoint, RIGHT_WRITE | rights_of(r),
			 BADGE(BADGE_PROCESS(r->badge), args->number), MINT_BADGE, slot);
	result->disk = *slot;
	return status;
}

/* ---- Rings ---- */

static enum microk_status bind(const struct binding *b, bool takes_over, u32 *found)
{
	struct ring_range range = {
		.reads = b->rights & DISK_RIGHT_READ,
		.writes = b->rights & DISK_RIGHT_WRITE,
	};

	if (!find_range(b->partition, &range.first, &range.sectors))
		return ERR_NOT_FOUND;
	range.is_read_only = info->is_read_only;
	range.discards = info->discards;
	return rings_bind(kept, dma, b, &range, takes_over, found);
}

static enum microk_status on_attach(struct request *r)
{
	const struct binding b = {
		.process = BADGE_PROCESS(r->badge),
		.partition = BADGE_PARTITION(r->badge),
		.rights = (u32)rights_of(r)};
	u32 found;

	return bind(&b, false, &found);
}

u32 serve_take_over(void)
{
	u32 sum = 0;

	for (u32 n = 0; n < REQUESTS_RINGS; n++) {
		const struct binding *b = &kept->binding[n];

		if (b->process == 0)
			continue;
		u32 found = 0;
		enum microk_status status = bind(b, true, &found);
		if (status != OK)
			print("storage: cannot go on with the ring of process %lu: %s\n",
			      b->process, status_text(status));
		sum += found;
	}
	return sum;
}

static enum microk_status on_counters(struct request *r, struct disk_counters_result *result)
{
	const struct requests_counters *c = &kept->counters;

	(void)r;
	*result = (struct disk_counters_result){
		.requests = c->requests,
		.commands = c->commands,
		.read = c->read_bytes,
		.written = c->written_bytes,
		.resets = c->resets,
		.replayed = c->replayed};
	return OK;
}

void serve_dispatch(struct request *r)
{
	static const struct disk_ops ops = {
		.geometry = on_geometry,
		.partition = on_partition,
		.open = on_open,
		.attach = on_attach,
		.counters = on_counters,
	};

	disk_dispatch(&ops, r);
}
