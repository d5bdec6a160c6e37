/* How fast requests of one length are read and written, by the time-stamp counter. */
#include "gen/protocols/disk_client.h"
#include "lib/microk/util.h"
#include "tests/guest/disk_client/client.h"
#include "tests/guest/kit/service.h"

#define TOTAL_SECTORS (64u << 11) /* 64 MiB */

static void run(enum ring_op op, u32 sectors, u32 depth, u32 total)
{
	u64 began = tsc_read(), bits = 0, at = 0;
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
	report("SPEED %s %u %u: %lu requests, %lu ticks each\n", op == RING_READ ? "read" : "write",
	       sectors, depth, (u64)(total / sectors), (tsc_read() - began) / (total / sectors));
}

void play_speed(void)
{
	EXPECT(OK, disk_attach(disk));
	run(RING_WRITE, 2048, 4, TOTAL_SECTORS);
	run(RING_READ, 2048, 4, TOTAL_SECTORS);
	run(RING_READ, 8, 1, TOTAL_SECTORS / 16);
	run(RING_READ, 8, 32, TOTAL_SECTORS / 16);
}
