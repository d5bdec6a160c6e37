#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "tests/guest/files_written/written.h"
#include "tests/guest/kit/adler.h"
#include "tests/guest/kit/service.h"

/* Reads the file to its end. Returns its size. */
static u64 read_file(const char *name, u32 *sum)
{
	static struct file_read_result piece;
	char path[sizeof(FOLDER) + FILE_NAME_MAX + 1];
	cap_t file = slot_alloc();
	u64 bytes = 0;

	*sum = 1;
	format(path, sizeof(path), FOLDER "/%s", name);
	MUST(path_open(path, 0, 0, file, NULL));
	do {
		MUST(file_read(file, sizeof(piece.data), &piece));
		*sum = adler_add(*sum, piece.data, piece.data_length);
		bytes += piece.data_length;
	} while (piece.data_length);
	slot_drop(file);
	return bytes;
}

u32 found_report(void)
{
	static struct file_entry_result entry;
	cap_t folder = slot_alloc();
	u32 rounds = 0, sum;

	MUST(path_open(FOLDER, OPEN_DIRECTORY, 0, folder, NULL));
	for (u64 cookie = 0; file_entry(folder, cookie, &entry) == OK; cookie = entry.next) {
		bool is_file = entry.kind == KIND_FILE;
		u64 bytes = is_file ? read_file(entry.name, &sum) : 0;

		report("found %s %lu %08x\n", entry.name, bytes, is_file ? sum : 0);
		if (strcmp(entry.name, "log") == 0)
			rounds = (u32)(bytes / TEXT_LINE);
	}
	slot_drop(folder);
	return rounds;
}
