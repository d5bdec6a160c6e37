/* The sizes of a system.conf on machines from large to tiny: the sum fits, and no size falls below its limit. */
#include "tests/host/check.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "servers/init/fit.h"
#include <string.h>

static const char text[] =
	"service disk\n\tprogram boot/disk\n\tserves disk read\n\tnotification wake\n\tmemory "
	"1M\n\tframes state 64K\n\tframes past 1M 256K\n"
	"service files\n\tprogram boot/files\n\tuses disk read\n\tring disk 8M\n\tnotification "
	"wake\n\tmemory 2M\n\tslots 1024\n"
	"service shell\n\tprogram boot/shell\n\tmemory 8M\n";

#define FIXED                                                                                      \
	(64ul * 1024 + 3 * (16ul << 10) + 1024 * 32) /* frames, and what fit.c counts for CNodes */

static struct conf declared, fitted;

static u64 pool(const struct conf *conf)
{
	u64 bytes = 0;

	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			const struct conf_grant *g = &conf->services[i].grants[j];
			if (g->kind != GRANT_RING_PAGES)
				continue;
			CHECK(bytes == 0 ||
			      bytes == g->pages *
					       PAGE_SIZE); /* both sides' grants are of one pool */
			bytes = g->pages * PAGE_SIZE;
		}
	return bytes;
}

static u64 memory(const struct conf *conf)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++) {
		CHECK(conf->services[i].memory % PAGE_SIZE == 0);
		u64 most = declared.services[i].memory;
		CHECK(conf->services[i].memory >= MIN(most, FIT_MEMORY) &&
		      conf->services[i].memory <= most);
		/* One that gave has as much as any other. */
		for (u32 k = 0; k < conf->count; k++)
			CHECK(conf->services[i].memory == most ||
			      conf->services[k].memory <= conf->services[i].memory);
		CHECK(conf->services[i].memory >= most / FIT_PART);
		sum += conf->services[i].memory;
	}
	return sum;
}

int main(void)
{
	struct conf_error error;

	CHECK(conf_parse(text, strlen(text), &declared, &error));
	CHECK(pool(&declared) == 8 * MIB && memory(&declared) == 11 * MIB);
	u64 needed = fit_needed(&declared);
	u64 beside = needed - 19 * MIB;
	CHECK(beside > 64 * 1024 && beside < 5 * MIB);
	for (u64 free = 0; free < 24 * MIB; free += 100000) {
		fitted = declared;
		bool fits = free >= needed;
		CHECK(fit_sizes(&fitted, free) == !fits);
		CHECK(!fits || !memcmp(&fitted, &declared, sizeof(declared)));
		CHECK(pool(&fitted) >= FIT_POOL);
		CHECK(memory(&fitted) == 11 * MIB ||
		      pool(&fitted) == FIT_POOL); /* the cache gives first */
		u64 least = FIT_POOL + 3 * FIT_MEMORY;
		CHECK(free < beside + least || fit_needed(&fitted) <= free);
		CHECK(fits || pool(&fitted) + memory(&fitted) == least ||
		      fit_needed(&fitted) + 3 * MIB > free);
	}
	printf("fit: ok\n");
	return 0;
}
