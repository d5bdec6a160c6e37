/* The console that a person sits at, and the machine around it. */
#include "person.h"
#include "gen/protocols/dir_protocol.h"
#include "tests/host/cpio.h"
#include "gen/protocols/tty_server.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/log_protocol.h"
#include "gen/protocols/power_protocol.h"
#include "gen/protocols/inspect_protocol.h"
#include "gen/protocols/file_server.h"
#include "protocols/dir.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

int vfs_main(void), proc_main(void), log_main(void), power_main(void);

/* ---- the console ---- */

struct screen screen;
int screen_width; /* of the terminal looked at; 0: as wide as what is written */
const char *typed;
size_t piece; /* bytes that one read brings at most */
u32 raw_mode, writes, columns = 80, narrowest = 80, measured;
const char *resize_at; /* once this much is typed, the other terminal is typed on */
int deaths;            /* reads that fail as if the console had died */
int full;              /* reads that fail because other readers have taken all places */

static enum microk_status console_read(struct request *r, const struct file_read_args *args,
				       struct file_read_result *result)
{
	(void)r;
	if (deaths > 0 && *typed == '\x02') {
		deaths--;
		typed++;
		raw_mode = 0;
		return ERR_PEER_DIED;
	}
	if (full > 0) {
		full--;
		return ERR_NO_SPACE;
	}
	if (*typed == '\0' || raw_mode == 0)
		return ERR_GONE;
	size_t length = MIN(MIN(strlen(typed), piece), (size_t)args->size);
	memcpy(result->data, typed, length);
	result->data_length = length;
	typed += length;
	if (resize_at && typed > resize_at)
		columns = 30;
	return OK;
}

static enum microk_status console_write(struct request *r, const struct file_write_args *args,
					struct file_write_result *result)
{
	(void)r;
	writes++;
	/* Takes only part of the text: the rest must be sent again. */
	result->written = (u32)MIN(args->data_length, (size_t)700);
	screen_put(&screen, args->data, result->written);
	return OK;
}

static enum microk_status console_mode(struct request *r, const struct tty_mode_args *args)
{
	(void)r;
	raw_mode = args->raw;
	return OK;
}

static enum microk_status console_size(struct request *r, struct tty_size_result *result)
{
	(void)r;
	result->columns = columns;
	result->rows = 25;
	result->narrowest = MIN(narrowest, columns);
	return OK;
}

static enum microk_status console_measure(struct request *r)
{
	(void)r;
	measured++;
	return OK;
}

static enum microk_status console_stat(struct request *r, struct file_stat_result *result)
{
	(void)r;
	result->size = strlen(typed);
	return OK;
}

static const struct file_ops console_file = {
	.read = console_read, .write = console_write, .stat = console_stat};
static const struct tty_ops console_tty = {
	.mode = console_mode, .size = console_size, .measure = console_measure};

static void console_dispatch(struct request *r)
{
	if (request_protocol(r) == TTY_PROTOCOL)
		tty_dispatch(&console_tty, r);
	else
		file_dispatch(&console_file, r);
}

static void console_run(cap_t endpoint)
{
	static struct server s = {.name = "console", .dispatch = console_dispatch};

	s.endpoint = endpoint;
	server_run(&s);
}

cap_t log_writer; /* a service's way to the log */

static void log_run(cap_t endpoint)
{
	kernel_grant("log", endpoint, NULL, 0);
	log_main();
}

static void power_run(cap_t endpoint)
{
	kernel_grant("power", endpoint, NULL, 0);
	power_main();
}

static void vfs_run(cap_t endpoint)
{
	kernel_grant("vfs", endpoint, NULL, 0);
	vfs_main();
}

static void proc_run(cap_t endpoint)
{
	kernel_grant("proc", endpoint, NULL, 0);
	proc_main();
}

/* For the file system that can be written. */
_Alignas(4096) u8 tested_area[2048 * 1024];
u64 tested_area_bytes = sizeof(tested_area);
u32 memfs_waits, memfs_events;
i64 memfs_time = 86400l * 1000000000;
enum microk_status memfs_sync_error;

void tested_wait(void) {}

/* ---- the machine ---- */

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
struct microk_info *const machine_info = &area.info;
cap_t files, files_to_write, processes,
	data; /* the shell's ways to vfs, proc and the file system that can be written */
static struct cpio c __attribute__((aligned(4096)));

void start(void)
{
	char name[32];
	char lines[32 * FILE_DATA_MAX]; /* the shell looks for ^C before it has read all of them */

	memset(lines, '\r', sizeof(lines) - 1);
	lines[sizeof(lines) - 1] = 0;
	cpio_file(&c, "etc/hello.txt", "Hello from MicroK.\n");
	cpio_file(&c, "etc/motd", "no end of line");
	cpio_file(&c, "boot/init", "ELF");
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "many/file%d", i);
		cpio_file(&c, name, i == 39 ? lines : "");
	}
	cpio_end(&c);
	area.info = (struct microk_info){
		.magic = INFO_MAGIC,
		.version_major = 1,
		.tsc_hz = 1000000000,
		.archive_offset = offsetof(struct cpio, bytes),
		.archive_bytes = c.used,
		.ipc_calls = 1234567,
		.ipc_sampled = 10,
		.ipc_sampled_ticks = 1839};
	cap_t init = kernel_server("init", proc_server_run);
	kernel_grant(
		"supervisor", kernel_mint(init, RIGHT_WRITE | INSPECT_RIGHT_INSPECT, 3), NULL, 0);
	kernel_grant("archive", 0, &c, sizeof(c) / PAGE_SIZE);
	kernel_grant("info", 0, &area, 1);
	cap_t vfs = kernel_server("vfs", vfs_run);
	files = kernel_mint(vfs, RIGHT_WRITE | DIR_RIGHT_READ, 5);
	files_to_write = kernel_mint(vfs, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 5);
	kernel_grant("/", files, NULL, 0);
	cap_t proc = kernel_server("proc", proc_run);
	processes = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ, 5);
	kernel_grant("/proc", processes, NULL, 0);
	data = kernel_mint(kernel_server("tested", tested_run),
			   RIGHT_WRITE | RIGHT_GRANT | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 5);
	cap_t power = kernel_server("power", power_run);
	kernel_grant(
		"power", kernel_mint(power, RIGHT_WRITE | POWER_RIGHT_OFF | POWER_RIGHT_REBOOT, 5),
		NULL, 0);
	cap_t log = kernel_server("log", log_run);
	log_writer = kernel_mint(log, RIGHT_WRITE | FILE_RIGHT_WRITE, 6);
	kernel_grant("log", kernel_mint(log, RIGHT_WRITE | LOG_RIGHT_READ, 5), NULL, 0);
	cap_t console = kernel_server("console", console_run);
	kernel_grant(
		"console",
		kernel_mint(console,
			    RIGHT_WRITE | FILE_RIGHT_READ | FILE_RIGHT_WRITE | TTY_RIGHT_CONTROL,
			    5),
		NULL, 0);
	kernel_program("shell", "");
}

/* Runs the shell on the typed text, in pieces of `bytes`, until the console has no more. */
void run(const char *keys, size_t bytes)
{
	screen_empty(&screen);
	screen.width = screen_width;
	typed = keys;
	piece = bytes;
	writes = 0;
	CHECK(shell_main() == 1);
	CHECK(!screen.strange);
	CHECK(strstr(kernel_printed, "the terminal is gone"));
	kernel_printed[0] = '\0';
	CHECK(vfs_open_count() + proc_open_count() == 0);
}

void show_screen(void)
{
	for (int i = 0; i <= screen.at_row; i++)
		printf("  |%s\n", screen.row[i]);
}

/* Checks that the rows are on the screen, one below the other. */
void check_rows(int line, const char *const *rows, size_t count)
{
	for (int at = 0; at + (int)count <= screen.at_row + 1; at++) {
		size_t same = 0;
		while (same < count && strcmp(screen.row[at + (int)same], rows[same]) == 0)
			same++;
		if (same == count)
			return;
	}
	printf("line %d: not on the screen, from \"%s\" on:\n", line, rows[0]);
	show_screen();
	check_failures++;
}
