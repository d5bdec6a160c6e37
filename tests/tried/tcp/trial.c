/*
 * lwIP against Linux's TCP: instances that die at counted points, and successors that go on from the records.
 *
 *     trial KIND FROM TO STEP EVERY LOSE OMIT JOBS ORDER OPEN OUT IN
 *
 * For each N of FROM..TO by STEP there is one connection, whose instance ends at the Nth point of the KIND (and, if EVERY is
 * not 0, one instance after each EVERY more). OUT and IN bytes go from the client through lwIP to Linux, and back, at once.
 * Both streams must arrive whole and once, and Linux must see no reset. Each of JOBS workers has a network namespace of its
 * own, with a TAP device in it; the program must be root in its user namespace. Prints one line of figures; reports the first
 * connection that failed, and ends with 1.
 */
#include "tests/tried/tcp/trial.h"
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/ends.h"
#include "tests/tried/tcp/record.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_WAIT 10 /* of lwIP's states */
/* A guard: a connection takes some milliseconds, or some seconds where frames are lost. */
#define STALLED_MS (!omission ? 60000u : lose ? 15000u : 3000u)

/* Of all workers. */
struct totals {
	u64 runs, deaths, resets, early, records, lost, retransmitted, rebuilt[16],
		first[POINT_KINDS];
	bool failed;
};

static struct totals *totals;
static struct plan plan;
static u32 every, lose;
static enum omission omission;
static enum point kind;
static int tap, channel[2];
static void *area;
static pid_t instance;
static int instance_file;

static void start_instance(void)
{
	instance = fork();
	if (instance == 0) {
		close(channel[0]);
		if (!area_open(area))
			_exit(3);
		service_run(channel[1], tap);
	}
	instance_file = (int)syscall(SYS_pidfd_open, instance, 0);
}

static int end_instance(void)
{
	int status = 0;

	waitpid(instance, &status, 0);
	close(instance_file);
	instance = 0;
	return status;
}

/* The client sends again each request that had no answer. So requests that wait in the channel are removed first. */
static const char *replace_instance(void)
{
	struct message m;
	int status = end_instance();

	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		static char text[80];

		snprintf(text, sizeof(text), "an instance ended by itself, with status %#x",
			 status);
		return text;
	}
	client_read();
	while (recv(channel[1], &m, sizeof(m), MSG_DONTWAIT) > 0)
		;
	start_instance();
	client_send_again();
	return NULL;
}

/* Whether the service has done with the connection: no record is left, or one in TIME_WAIT. */
static bool service_is_done(void)
{
	for (u32 i = 0; i < RECORDS; i++) {
		if (record_at(i)->remote_ip && (plan.whole || record_at(i)->state != TIME_WAIT))
			return false;
	}
	return true;
}

static const char *run_until_done(void)
{
	u64 began = now_ms();
	const char *failure = NULL;

	while (!failure && !(client_is_done() && peer_is_done() && service_is_done())) {
		struct pollfd files[] = {
			{.fd = channel[0], .events = POLLIN},
			{.fd = instance_file, .events = POLLIN},
			{.fd = -1}};

		peer_wants(&files[2]);
		poll(files, ARRAY_LEN(files), 20);
		if (files[1].revents)
			failure = replace_instance();
		if (!failure)
			failure = client_step();
		if (!failure)
			failure = peer_step();
		deaths->delivered = client_is_done() && peer_is_done();
		if (!failure && (now_ms() - began > STALLED_MS || (omission && totals->failed)))
			failure = "the connection stalled";
	}
	return failure;
}

static void set_deaths(u64 at)
{
	memset(deaths, 0, sizeof(*deaths));
	deaths->kind = kind;
	deaths->at = at;
	deaths->every = every;
	deaths->lose = lose;
	deaths->omission = omission;
}

static void drain(void)
{
	u8 frame[2048];

	while (read(tap, frame, sizeof(frame)) > 0)
		;
}

/* A reset that one side sends after it has closed, to an acknowledgement that comes late, is not counted: where a FIN
 * was sent twice, TCP does that with or without deaths. */
static const char *resets_seen(void)
{
	if (deaths->resets)
		return "lwIP sent a reset";
	if (linux_count("EstabResets") + linux_count("AttemptFails"))
		return "a connection of Linux's was reset";
	return NULL;
}

/* One connection; NULL, or why it failed. */
static const char *run(u64 at)
{
	const char *failure;

	memset(area, 0, area_state_bytes());
	set_deaths(0);
	if (!area_create(area) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel))
		return "no area, or no channel";
	set_deaths(at);
	plan.whole = at == 0 && !lose;
	client_begin(&plan, channel[0]);
	failure = peer_begin(&plan);
	start_instance();
	if (!failure)
		failure = run_until_done();
	if (instance) {
		kill(instance, SIGTERM);
		end_instance();
	}
	peer_end();
	close(channel[0]);
	close(channel[1]);
	drain();
	return failure ? failure : resets_seen();
}

/* The workers count at the same time. */
static void add(u64 *total, u64 more)
{
	__atomic_fetch_add(total, more, __ATOMIC_RELAXED);
}

static void add_up(u64 at)
{
	add(&totals->runs, 1);
	add(&totals->deaths, deaths->deaths);
	add(&totals->resets, deaths->resets);
	add(&totals->early, deaths->early);
	add(&totals->records, deaths->records);
	add(&totals->lost, deaths->lost);
	for (u32 i = 0; i < ARRAY_LEN(totals->rebuilt); i++)
		add(&totals->rebuilt[i], deaths->rebuilt[i]);
	for (u32 i = 0; i < POINT_KINDS && !at; i++)
		totals->first[i] = deaths->count[i];
}

/* Memory of a worker and of its instances. Of the area: the pages outlive an instance, as the supervisor's Frames do. */
static void *shared(u64 bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

static void work(u32 worker, u32 jobs, u64 from, u64 to, u64 step)
{
	deaths = shared(sizeof(*deaths));
	area = shared(area_bytes());
	tap = tap_make();
	for (u64 n = from + worker * step; n <= to && !totals->failed; n += jobs * step) {
		const char *failure = run(n);

		add_up(n);
		if (!failure)
			continue;
		totals->failed = true;
		fprintf(stderr, "point %lu, deaths %lu: %s (%s)\n", n, deaths->deaths, failure,
			client_position());
	}
	add(&totals->retransmitted, linux_count("RetransSegs"));
}

static void print_totals(void)
{
	printf("{\"runs\": %lu, \"deaths\": %lu, \"resets\": %lu, \"early\": %lu, \"records\": "
	       "%lu, "
	       "\"lost\": %lu, \"retransmitted\": %lu, \"record_bytes\": %lu, \"state_bytes\": "
	       "%lu, \"points\": [",
	       totals->runs, totals->deaths, totals->resets, totals->early, totals->records,
	       totals->lost, totals->retransmitted, sizeof(struct record), area_state_bytes());
	for (u32 i = 0; i < POINT_KINDS; i++)
		printf("%s%lu", i ? ", " : "", totals->first[i]);
	printf("], \"rebuilt\": [");
	for (u32 i = 0; i < 11; i++)
		printf("%s%lu", i ? ", " : "", totals->rebuilt[i]);
	printf("]}\n");
}

int main(int words, char **word)
{
	u64 n[13] = {0};

	if (words != 13) {
		fprintf(stderr, "trial: 12 numbers, see trial.c\n");
		return 2;
	}
	for (int i = 1; i < words; i++)
		n[i] = strtoul(word[i], NULL, 10);
	kind = (enum point)n[1];
	every = (u32)n[5];
	lose = (u32)n[6];
	omission = (enum omission)n[7];
	plan = (struct plan){
		.order = (enum order)n[9], .active = n[10], .out = (u32)n[11], .in = (u32)n[12]};
	totals = shared(sizeof(*totals));
	/* A worker without a connection would only make a network namespace. */
	for (u32 i = 0; i < n[8] && n[2] + i * n[4] <= n[3]; i++) {
		if (fork() == 0) {
			work(i, (u32)n[8], n[2], n[3], n[4]);
			_exit(0);
		}
	}
	for (int status; wait(&status) > 0;)
		totals->failed |= status != 0;
	print_totals();
	return totals->failed;
}
