/*
 * Does what `cat` does ten thousand times, and prints on the tests' own serial line the holdings of
 * every process before and after: memory granted, memory used, capabilities. Nothing may have
 * grown.
 */
#include "protocols/inspect_caps.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/dir_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "tests/guest/kit/service.h"

#define FILE_NAME "/etc/hello.txt"
#define WARM_UP 100
#define CATS 10000

static cap_t supervisor, vfs;

static void tell(const char *when)
{
	struct inspect_next_result next = {.id = 0};
	struct inspect_info_result info;
	struct inspect_memory_result memory = {0};

	while (inspect_next(supervisor, next.id, &next) == OK)
		if (inspect_info(supervisor, next.id, &info) == OK)
			report("%s %s %lu %lu %u\n", when, info.name, info.memory, info.used,
			       count_caps(supervisor, next.id));
	inspect_memory(supervisor, &memory);
	report("%s free %lu %lu 0\n", when, memory.total, memory.free);
}

/* The number of bytes that the file has; 0 if it cannot be read. */
static size_t cat(void)
{
	struct file_read_result piece;
	size_t all = 0;
	cap_t file = slot_alloc();

	if (!file || dir_open(vfs, &(struct dir_open_args){.path = FILE_NAME}, file,
			      &(struct dir_open_result){0}) != OK)
		return 0;
	while (file_read(file, sizeof(piece.data), &piece) == OK && piece.data_length > 0)
		all += piece.data_length;
	slot_drop(file);
	return all;
}

int main(void)
{
	size_t bytes = 0, expected;

	supervisor = grant_find("supervisor");
	vfs = grant_find("/");
	if (!report_begin() || !supervisor || !vfs)
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
