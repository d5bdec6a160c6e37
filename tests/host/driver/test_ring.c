/*
 * A client that submits while the driver looks through its ring, as a client of a higher priority does: the driver's first look
 * at the second page of entries is interrupted by a fault, in which the client runs.
 */
#include "lib/driver/ring_client.h"
#include "lib/driver/ring_driver.h"
#include "tests/host/check.h"
#include <signal.h>
#include <sys/mman.h>

static struct ring_requests *requests;
static struct ring_answers answers;
static struct ring_user user;
static struct ring ring;
static bool keeps_on; /* the client changes its counter at each look */
static u32 looks, page;

#define LOOKS_MAX 10000 /* far more than a scan may take */

static void protect(u32 number, int protection)
{
	CHECK(mprotect((u8 *)requests + number * PAGE_SIZE, PAGE_SIZE, protection) == 0);
}

/* The write takes the first entry, which the driver has passed; the flush takes one that it comes to. */
static void client_runs(int number)
{
	static const struct ring_segment s = {0, 1};

	(void)number;
	looks++;
	protect(page, PROT_READ | PROT_WRITE);
	if (keeps_on) {
		requests->changes++;
		page = 3 - page; /* the other one of 1 and 2: the next look is interrupted, too */
		protect(page, looks < LOOKS_MAX ? PROT_NONE : PROT_READ | PROT_WRITE);
		return;
	}
	CHECK(ring_submit(&user, RING_WRITE, 0, 0, 1, &s, 1) == 0);
	user.pending = ~(1ul << 40);
	CHECK(ring_submit(&user, RING_FLUSH, 0, 0, 0, NULL, 0) == 40);
}

static void prepare(void)
{
	const struct ring_range range = {.sectors = 8, .reads = true, .writes = true};

	memset(&ring, 0, sizeof(ring));
	memset(&answers, 0, sizeof(answers));
	memset(requests, 0, sizeof(*requests));
	ring_user_open(&user, requests, &answers);
	ring_open(&ring, requests, &answers, 8, &range, false);
	looks = 0;
	page = 1;
	protect(page, PROT_NONE);
}

static void flush_waits_for_the_earlier_write(void)
{
	prepare();
	CHECK(ring_scan(&ring) && looks == 1);
	const struct ring_job *job = ring_take(&ring);
	CHECK(job && job->op == RING_WRITE);
	CHECK(!ring_take(&ring));
}

/* A client that changes its counter without end holds up no other. */
static void scan_ends(void)
{
	prepare();
	keeps_on = true;
	CHECK(!ring_scan(&ring) && looks > 1 && looks < LOOKS_MAX);
	keeps_on = false;
	protect(page, PROT_READ | PROT_WRITE);
}

int main(void)
{
	struct sigaction act = {.sa_handler = client_runs};

	requests = mmap(NULL, RING_REQUEST_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(requests != MAP_FAILED && sigaction(SIGSEGV, &act, NULL) == 0);
	flush_waits_for_the_earlier_write();
	scan_ends();
	return check_result("ring");
}
