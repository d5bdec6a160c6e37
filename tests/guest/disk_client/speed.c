/* How fast requests of one length are read and written, by the time-stamp counter: with and without the time in which the processor
 * is idle. On a machine whose clock counts instructions the latter is the number of these. */
#include "gen/protocols/disk_client.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "tests/guest/disk_client/client.h"
#include "tests/guest/kit/service.h"

#define TOTAL_SECTORS (64u << 11) /* 64 MiB */

static void run(enum ring_op op, u32 sectors, u32 depth, u32 total)
{
	const struct microk_info *info = (const struct microk_info *)grant_entry("info")->address;
	u64 idle = info->idle_ticks, began = tsc_read(), bits = 0, at = 0;
	u32 flying = 0;

	while (at < total || flying > 0) {
		enum microk_status status;

		while (at < total && flying < depth) {
			const struct ring_segment s = {(u32)(at % (depth * sectors)), sectors};
			CHECK(submit(op, 0, at, sectors, &s, 1) >= 0);
			at += sectors;
			flying++;
		}
		await(&status, &bits);
		EXPECT(OK, status);
		flying--;
	}
	u64 count = total / sectors, took = tsc_read() - began,
	    busy = took - (info->idle_ticks - idle);
	report("SPEED %s %u %u: %lu requests, %lu ticks each, %lu of them busy\n",
	       op == RING_READ ? "read" : "write", sectors, depth, count, took / count,
	       busy / count);
}

void play_speed(void)
{
	EXPECT(OK, disk_attach(disk));
	run(RING_WRITE, 2048, 4, TOTAL_SECTORS);
	run(RING_READ, 2048, 4, TOTAL_SECTORS);
	run(RING_READ, 8, 1, TOTAL_SECTORS / 16);
	run(RING_READ, 8, 32, TOTAL_SECTORS / 16);
}
