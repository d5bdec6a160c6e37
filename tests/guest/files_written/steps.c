#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "tests/guest/files_written/written.h"
#include "tests/guest/kit/service.h"

void must(const char *file, int line, const char *what, enum microk_status status)
{
	if (status == OK)
		return;
	report("FAIL %s:%d: %s: %s\n", file, line, what, status_name(status));
	program_exit(1);
}

void may_be_done(const char *what, enum microk_status status, enum microk_status done)
{
	if (status != done)
		must(__FILE__, __LINE__, what, status);
}

char *path_of(char *to, const char *name, u32 number)
{
	format(to, PATH_MOST, FOLDER "/%s-%u", name, number);
	return to;
}

static void write_all(cap_t file, const u8 *data, u32 bytes)
{
	struct file_write_result taken;

	for (u32 at = 0; at < bytes; at += taken.written)
		MUST(file_write(file, data + at, bytes - at, &taken));
}

void write_text(const char *path, u32 round, u32 bytes)
{
	cap_t file = slot_alloc();
	u8 data[FILE_WRITE_DATA_MAX];

	MUST(path_open(path, OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE, 0644, file, NULL));
	for (u32 at = 0, part; at < bytes; at += part) {
		part = MIN((u32)sizeof(data), bytes - at);
		text_fill(data, round, at, part);
		write_all(file, data, part);
	}
	slot_drop(file);
}

void append_line(const char *path, u32 round)
{
	cap_t file = slot_alloc();
	u8 data[TEXT_LINE];

	MUST(path_open(path, OPEN_WRITE | OPEN_CREATE | OPEN_APPEND, 0644, file, NULL));
	text_fill(data, round, 0, TEXT_LINE);
	write_all(file, data, TEXT_LINE);
	slot_drop(file);
}
