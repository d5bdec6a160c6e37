#include "drivers/storage/rings.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"

/* Where the device has the page pools, if a unit translates: one GiB each. */
#define POOL_ADDRESS 0x40000000ul
#define POOL_SPACE 0x40000000ul

static struct {
	u32 process;
	cap_t bell; /* the client's Notification */
	struct pool pool;
} rings[REQUESTS_RINGS];

static const struct startup_entry *entry(u32 process, const char *part)
{
	char name[24];

	format(name, sizeof(name), "ring%u.%s", process, part);
	return grant_entry(name);
}

static void answered(u32 n)
{
	struct message m = {0};

	ipc(SYS_SIGNAL, rings[n].bell, &m);
}

/* The pool is mapped once. The grant's Frames are not mapped otherwise. */
static enum microk_status map_pool(struct dma *dma, u32 n, const struct startup_entry *pages)
{
	struct pool *p = &rings[n].pool;
	u32 run = 0;
	u64 sectors = (u64)pages->pages * (PAGE_SIZE / DISK_SECTOR);

	if (pages->pages > POOL_RUNS * FRAME_MAX_PAGES)
		return ERR_LIMIT;
	for (u64 done = 0; done < pages->pages; done += FRAME_MAX_PAGES, run++) {
		p->run[run] = POOL_ADDRESS + n * POOL_SPACE + done * PAGE_SIZE;
		enum microk_status status = dma_map(dma, pages->slot + run, &p->run[run]);
		if (status != OK)
			return status;
	}
	p->sectors = (u32)sectors;
	return OK;
}

/* The number of a client's ring: the same as in an earlier binding, else the first that is free. */
static u32 number_of(const struct kept *kept, u64 process)
{
	u32 n = 0;

	while (n < REQUESTS_RINGS && kept->binding[n].process != process)
		n++;
	for (u32 i = 0; n == REQUESTS_RINGS && i < REQUESTS_RINGS; i++)
		if (kept->binding[i].process == 0)
			n = i;
	return n;
}

static bool is_same(const struct binding *a, const struct binding *b)
{
	return a->process == b->process && a->partition == b->partition && a->rights == b->rights;
}

enum microk_status rings_bind(struct kept *kept, struct dma *dma, const struct binding *binding,
			      const struct ring_range *range, bool takes_over, u32 *found)
{
	u32 process = (u32)binding->process, n = number_of(kept, binding->process);
	const struct startup_entry *requests = entry(process, "requests"),
				   *answers = entry(process, "answers"),
				   *pages = entry(process, "pages"), *bell = entry(process, "bell");
	enum microk_status status = OK;

	*found = 0;
	if (!requests || !answers || !pages || !bell)
		return ERR_NOT_FOUND;
	if (n == REQUESTS_RINGS)
		return ERR_LIMIT;
	if (rings[n].process == process && is_same(&kept->binding[n], binding))
		return OK;
	if (rings[n].process != process)
		status = map_pool(dma, n, pages);
	if (status != OK)
		return status;
	rings[n].process = process;
	rings[n].bell = bell->slot;
	*found = requests_serve(n, (const void *)requests->address, (void *)answers->address,
				&rings[n].pool, range, takes_over, answered, &status);
	if (status != OK)
		return status;
	if (takes_over)
		return OK;
	/* A successor that finds no process leaves the ring alone until the client, which has no answer yet, repeats its call. */
	kept->binding[n].process = 0;
	kept->binding[n].partition = binding->partition;
	kept->binding[n].rights = binding->rights;
	__atomic_store_n(&kept->binding[n].process, binding->process, __ATOMIC_RELEASE);
	return OK;
}
