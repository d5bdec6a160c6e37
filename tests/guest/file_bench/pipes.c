/* A byte to another thread and back, through two pipes and through a pair of sockets. */
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"
#include "lib/microk/util.h"
#include "tests/guest/file_bench/bench.h"

#define PRIORITY 20 /* of the program that this one replaces */

/* The slots in which the other thread reads and writes. */
static struct ends {
	cap_t reader, writer;
} echoes[2];

static void echo(u64 number)
{
	const struct ends *e = &echoes[number];
	struct file_read_result got;
	struct file_write_result done;

	while (file_read(e->reader, 1, &got) == OK && got.data_length)
		file_write(e->writer, got.data, got.data_length, &done);
}

static void begin_echo(u32 number, cap_t reader, cap_t writer)
{
	echoes[number] = (struct ends){reader, writer};
	must(thread_begin(&(struct thread_plan){.entry = echo,
						.argument = number,
						.name = "echo",
						.priority = PRIORITY},
			  NULL) == OK,
	     "a thread");
}

static void round_trip(cap_t reader, cap_t writer)
{
	static struct file_read_result got;
	struct file_write_result done;

	must(file_write(writer, "x", 1, &done) == OK && file_read(reader, 1, &got) == OK &&
		     got.data_length == 1 && got.data[0] == 'x',
	     "a round trip");
}

void bench_pipes(void)
{
	cap_t pipe = grant_find("pipe"), slots[6];

	for (u32 i = 0; i < ARRAY_LEN(slots); i++)
		slots[i] = slot_alloc();
	must(pipe_make(pipe, 0, slots[0], slots[1]) == OK &&
		     pipe_make(pipe, 0, slots[2], slots[3]) == OK &&
		     pipe_pair(pipe, 0, slots[4], slots[5]) == OK,
	     "pipes");
	begin_echo(0, slots[0], slots[3]);
	round_trip(slots[2], slots[1]);
	ROW(pipe_round_trip, few, 0, round_trip(slots[2], slots[1]));
	begin_echo(1, slots[5], slots[5]);
	round_trip(slots[4], slots[4]);
	ROW(socket_round_trip, few, 0, round_trip(slots[4], slots[4]));
	for (u32 i = 0; i < ARRAY_LEN(slots); i++)
		slot_drop(slots[i]); /* and each echo ends with its reader's last writer, or here */
}
