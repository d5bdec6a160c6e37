/* The driver alone: 64 MiB of the disk by requests of 1 MiB in a ring of this program's own, one at a time and four in flight. */
#include "gen/protocols/disk_client.h"
#include "lib/driver/ring_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "tests/guest/file_bench/bench.h"

#define SECTORS ((1u << 20) / RING_SECTOR)

static struct ring_user ring;
static cap_t bell, wake;

static void begin(u32 request)
{
	const struct ring_segment where = {request % 4 * SECTORS, SECTORS};
	struct message m = {0};

	must(ring_submit(&ring, RING_READ, 0, (u64)request * SECTORS, SECTORS, &where, 1) >= 0,
	     "submit");
	ipc(SYS_SIGNAL, bell, &m);
}

static void await(void)
{
	enum microk_status status = OK;

	while (ring_take_answer(&ring, &status) < 0) {
		struct message m = {0};

		ipc(SYS_WAIT, wake, &m);
	}
	must(status == OK, "a request of the disk");
}

static void read_disk(u32 in_flight)
{
	u32 begun = 0, all = large_bytes >> 20;

	for (u32 done = 0; done < all; done++) {
		while (begun < all && begun - done < in_flight)
			begin(begun++);
		await();
	}
}

void bench_raw(void)
{
	const struct startup_entry *requests = grant_entry("disk.requests");
	const struct startup_entry *answers = grant_entry("disk.answers");

	bell = grant_find("disk.bell");
	wake = grant_find("wake");
	must(requests && answers && bell && wake, "the grant of the ring");
	ring_user_open(&ring, (void *)requests->address, (const void *)answers->address);
	must(disk_attach(grant_find("disk")) == OK, "attach");
	ROW(disk_read, 1, large_bytes, read_disk(1));
	ROW(disk_read_4, 1, large_bytes, read_disk(4));
}
