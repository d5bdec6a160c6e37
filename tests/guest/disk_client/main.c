/* Programs that use a disk by its driver's ring; the argument names one. Their findings go to the tests' own serial line. */
#include "gen/protocols/disk_client.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "tests/guest/disk_client/client.h"
#include "tests/guest/kit/service.h"

cap_t disk;
struct ring_user ring;
u8 *pool;
u32 pool_sectors, failures;

static cap_t bell, wake;

void fail(const char *file, int line, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	report("FAIL %s:%d: %s\n", file, line, text);
	failures++;
}

bool client_open(void)
{
	const struct startup_entry *requests = grant_entry("disk.requests");
	const struct startup_entry *answers = grant_entry("disk.answers");
	const struct startup_entry *pages = grant_entry("disk.pages");

	disk = grant_find("disk");
	bell = grant_find("disk.bell");
	wake = grant_find("wake");
	if (!disk || !bell || !wake || !requests || !answers || !pages || !pages->address) {
		fail(__FILE__, __LINE__, "a grant is missing");
		return false;
	}
	pool = (u8 *)pages->address;
	pool_sectors = pages->pages * BLOCK_SECTORS;
	ring_user_open(&ring, (void *)requests->address, (const void *)answers->address);
	return true;
}

int submit(enum ring_op op, u32 flags, u64 sector, u32 sectors, const struct ring_segment *segments,
	   u32 count)
{
	struct message m = {0};
	int entry = ring_submit(&ring, op, flags, sector, sectors, segments, count);

	if (entry >= 0)
		ipc(SYS_SIGNAL, bell, &m);
	return entry;
}

int await(enum microk_status *status, u64 *bits)
{
	for (;;) {
		struct message m = {0};
		int entry = ring_take_answer(&ring, status);

		if (entry >= 0)
			return entry;
		ipc(SYS_WAIT, wake, &m);
		*bits |= m.badge & ~RING_SIGNAL;
	}
}

enum microk_status transfer(enum ring_op op, u64 sector, u32 sectors, u32 first)
{
	const struct ring_segment segment = {first, sectors};
	bool has_data = op == RING_READ || op == RING_WRITE;
	enum microk_status status = OK;
	u64 bits = 0;

	CHECK(submit(op, 0, sector, sectors, &segment, has_data) >= 0);
	await(&status, &bits);
	return status;
}

static u64 word_of(u64 block, u64 version, u64 i)
{
	return (block << 32 ^ version << 16 ^ i) * 0x9e3779b97f4a7c15ul + version;
}

/* A version of 0 is a block that was never written. */
void pattern_fill(u8 *at, u64 block, u64 version)
{
	u64 *words = (u64 *)at;

	for (u64 i = 0; i < BLOCK_BYTES / 8; i++)
		words[i] = version ? word_of(block, version, i) : 0;
}

bool pattern_is(const u8 *at, u64 block, u64 version)
{
	const u64 *words = (const u64 *)at;

	for (u64 i = 0; i < BLOCK_BYTES / 8; i++)
		if (words[i] != (version ? word_of(block, version, i) : 0))
			return false;
	return true;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*play)(void);
	} plays[] = {
		{"basic", play_basic}, {"read-only", play_read_only}, {"load", play_load},
		{"speed", play_speed}, {"errors", play_errors},       {"slow", play_slow},
	};

	if (!report_begin())
		return 1;
	for (u32 i = 0; i < ARRAY_LEN(plays); i++)
		if (strncmp(startup->arguments, plays[i].name, strlen(plays[i].name)) == 0 &&
		    client_open())
			plays[i].play();
	report("DONE %u failed\n", failures);
	return failures > 0;
}
