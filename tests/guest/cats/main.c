/*
 * Does what `cat` does ten thousand times, and prints on the tests' own serial line the holdings of
 * every process before and after: memory granted, memory used, capabilities. Nothing may have
 * grown.
 */
#include "gen/protocols/inspect_client.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/vfs_client.h"
#include "user/lib/ipc.h"
#include "user/lib/print.h"
#include "user/lib/startup.h"

#define FILE_NAME "/etc/hello.txt"
#define WARM_UP 100
#define CATS 10000

static const struct startup_entry *line;
static cap_t init, vfs;

static void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	int length = vformat(text, sizeof(text), fmt, args);
	va_end(args);
	for (int i = 0; i < length && i < (int)sizeof(text) - 1; i++)
		METHOD(line->slot, IOPORT_OUT, line->address, 1, (u8)text[i]);
}

static u32 count_caps(u32 id)
{
	u32 at, type, rights, slot = 1, count = 0;
	u64 badge, object, size, self, parent;
	char name[INSPECT_CAP_NAME_MAX + 1];

	while (inspect_cap(init, id, slot, &at, &type, &rights, &badge, &object, &size, &self,
			   &parent, name, sizeof(name)) == OK) {
		count++;
		slot = at + 1;
	}
	return count;
}

static void tell(const char *when)
{
	u32 state, priority;
	u64 ticks, calls, memory, used, total = 0, free = 0;
	char name[INSPECT_INFO_NAME_MAX + 1];

	for (u32 id = 0; inspect_next(init, id, &id) == OK;)
		if (inspect_info(init, id, &state, &priority, &ticks, &calls, &memory, &used, name,
				 sizeof(name)) == OK)
			report("%s %s %lu %lu %u\n", when, name, memory, used, count_caps(id));
	inspect_memory(init, &total, &free);
	report("%s free %lu %lu 0\n", when, total, free);
}

/* How many bytes the file has; 0 if it cannot be had. */
static size_t cat(void)
{
	char data[FILE_READ_DATA_MAX];
	size_t length, all = 0;
	cap_t file = slot_alloc();

	if (!file || vfs_open(vfs, 0, FILE_NAME, file) != OK)
		return 0;
	while (file_read(file, sizeof(data), data, sizeof(data), &length) == OK && length > 0)
		all += length;
	slot_drop(file);
	return all;
}

int main(void)
{
	size_t bytes = 0, expected;

	line = grant_entry("report.ports");
	init = grant_find("init");
	vfs = grant_find("vfs");
	if (!line || !init || !vfs)
		return 2;
	expected = cat();
	for (u32 i = 0; i < WARM_UP; i++)
		cat();
	tell("before");
	for (u32 i = 0; i < CATS; i++)
		bytes += cat();
	tell("after");
	report("cats %u %lu %lu\nend\n", CATS, bytes, expected);
	return 0;
}
