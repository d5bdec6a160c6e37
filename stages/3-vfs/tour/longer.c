/* A file that is longer than the page cache, and has more blocks than an inode has pointers to. */
#include "gen/protocols/file_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/namespace/namespace.h"
#include "stages/3-vfs/tour/tour.h"

#define NAME "/long"
#define BYTES (9u << 20) /* the cache has 8 MiB: "ring disk 8M" in system.conf */
#define PIECE 65536u

/* The piece of memory that is lent to the server, which reads and writes it without a copy in messages. */
static u64 *lent;

/* Differs in each word of the file. */
static u64 word_of(u32 at, u32 i)
{
	return (u64)(at + i * 8) << 32 | ~(at + i * 8);
}

/* *at: how many bytes were written. */
static enum microk_status write_all(cap_t file, u32 *at)
{
	struct file_write_lent_result result;

	for (*at = 0; *at < BYTES; *at += result.written) {
		for (u32 i = 0; i < PIECE / 8; i++)
			lent[i] = word_of(*at, i);
		enum microk_status status = file_write_lent(
			file, &(struct file_write_lent_args){.size = PIECE}, &result);
		if (status != OK)
			return status;
	}
	return OK;
}

/* *at: how many bytes are as they were written. */
static enum microk_status compare(cap_t file, u32 *at)
{
	struct file_read_lent_at_result result;

	for (*at = 0; *at < BYTES; *at += PIECE) {
		enum microk_status status = file_read_lent_at(
			file, &(struct file_read_lent_at_args){.offset = *at, .size = PIECE},
			&result);
		if (status != OK)
			return status;
		for (u32 i = 0; i < PIECE / 8; i++)
			if (lent[i] != word_of(*at, i)) {
				*at += i * 8;
				return OK;
			}
	}
	return OK;
}

static void write_and_compare(cap_t file)
{
	u32 at = 0;
	enum microk_status status = write_all(file, &at);

	if (status != OK) {
		print("tour: a file of %u MiB cannot be written after byte %u: %s\n", BYTES >> 20,
		      at, status_text(status));
		return;
	}
	status = compare(file, &at);
	if (status != OK)
		print("tour: a file of %u MiB was written, and cannot be read after byte %u: %s\n",
		      BYTES >> 20, at, status_text(status));
	else if (at < BYTES)
		print("tour: a file of %u MiB was written, and byte %u is another one now\n",
		      BYTES >> 20, at);
	else
		print("tour: a file of %u MiB was written, and every byte is as it was written\n",
		      BYTES >> 20);
}

enum microk_status longer_show(void)
{
	cap_t frame, file = slot_alloc();
	enum microk_status status =
		file ? memory_make(PIECE / PAGE_SIZE, &frame, (void **)&lent) : ERR_LIMIT;

	if (status == OK)
		status = path_open(NAME, OPEN_WRITE | OPEN_CREATE, 0644, file, NULL);
	if (status != OK)
		return status;
	status = file_lend(file, frame);
	if (status == OK)
		write_and_compare(file);
	slot_drop(file);
	path_unlink(NAME, 0);
	return status;
}
