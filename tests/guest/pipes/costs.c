/* The cost of a round trip, in ticks of the time-stamp counter: instructions, where the machine counts these. */
#include "tests/guest/kit/apart.h"
#include "tests/guest/pipes/pipes.h"

#define ROUNDS_MOST 2001u
#define ROUNDS command_line_number(kit_info->command_line, "rounds=", 201)

static u64 rounds, ticks[ROUNDS_MOST];

static u64 median(void)
{
	for (u32 i = 1; i < rounds; i++)
		for (u32 k = i; k > 0 && ticks[k - 1] > ticks[k]; k--) {
			u64 more = ticks[k - 1];
			ticks[k - 1] = ticks[k];
			ticks[k] = more;
		}
	return ticks[rounds / 2];
}

/* In an address space of its own: sends back what comes. `ends`: the slots of a reader and a writer. */
static void echo(u64 ends)
{
	struct file_read_result got;
	struct file_write_result done;
	cap_t reader = ends & 0xffff, writer = ends >> 16;

	while (file_read(reader, FILE_DATA_MAX, &got) == OK && got.data_length)
		file_write(writer, got.data, got.data_length, &done);
}

static void round_trips(const char *name, cap_t reader, cap_t writer, u32 size)
{
	static u8 bytes[FILE_DATA_MAX];
	static struct file_read_result got;
	struct file_write_result done = {0};

	for (u32 i = 0; i < rounds && !kit_failures_here(); i++) {
		fill(bytes, 1, i, size);
		u64 began = now();
		enum microk_status sent = file_write(writer, bytes, size, &done);
		enum microk_status came = file_read(reader, size, &got);
		ticks[i] = now() - began;
		CHECK(sent == OK && came == OK && is_filled(got.data, 1, i, size));
	}
	kit_report("COST %s: %lu", name, median());
}

void test_costs(void)
{
	rounds = MIN(ROUNDS, ROUNDS_MOST);
	server_begin();
	cap_t client = server_client(CLIENT);
	struct pipe to = open_pipe(client, 0), from = open_pipe(client, 0);

	kit_thread_apart(echo, to.reader | from.writer << 16, CLIENT_PRIORITY);
	EXPECT(OK, kit_run_at(CLIENT_PRIORITY));
	round_trips("round trip of 1 byte", from.reader, to.writer, 1);
	if (!command_line_number(kit_info->command_line, "size=", 0))
		round_trips("round trip of 512 bytes", from.reader, to.writer, 512);
	EXPECT(OK, kit_run_at(KIT_PRIORITY));
}
