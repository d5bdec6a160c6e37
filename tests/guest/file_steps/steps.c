#include "tests/guest/file_steps/steps.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "tests/guest/kit/adler.h"

/* Opens the file, and calls `use` until it returns an error or moves no bytes. */
static enum microk_status with_file(
	const char *path, u32 flags, enum microk_status (*use)(cap_t file, u64 *bytes, u32 *sum),
	u64 *bytes, u32 *sum)
{
	cap_t file = slot_alloc();
	enum microk_status status = path_open(path, flags, 0644, file, NULL);
	u64 before;

	*bytes = 0;
	*sum = 1;
	if (status != OK)
		return status;
	do {
		before = *bytes;
		status = use(file, bytes, sum);
	} while (status == OK && *bytes > before);
	slot_drop(file);
	return status;
}

static enum microk_status read_piece(cap_t file, u64 *bytes, u32 *sum)
{
	static struct file_read_result piece;
	enum microk_status status = file_read(file, sizeof(piece.data), &piece);

	if (status == OK) {
		*sum = adler_add(*sum, piece.data, piece.data_length);
		*bytes += piece.data_length;
	}
	return status;
}

static enum microk_status write_piece(cap_t file, u64 most, u64 *bytes, u32 *sum)
{
	static u8 data[FILE_WRITE_DATA_MAX];
	struct file_write_result taken = {0};

	memset(data, 'x', sizeof(data));
	enum microk_status status = file_write(file, data, MIN(most, (u64)sizeof(data)), &taken);
	if (status == OK) {
		*sum = adler_add(*sum, data, taken.written);
		*bytes += taken.written;
	}
	return status;
}

static enum microk_status write_page(cap_t file, u64 *bytes, u32 *sum)
{
	return *bytes < PAGE_SIZE ? write_piece(file, PAGE_SIZE - *bytes, bytes, sum) : OK;
}

static enum microk_status write_more(cap_t file, u64 *bytes, u32 *sum)
{
	return write_piece(file, ~0ul, bytes, sum);
}

enum microk_status step_read(const char *path, u64 *bytes, u32 *sum)
{
	return with_file(path, 0, read_piece, bytes, sum);
}

enum microk_status step_write(const char *path, u64 *bytes, u32 *sum)
{
	return with_file(path, OPEN_WRITE | OPEN_CREATE, write_page, bytes, sum);
}

enum microk_status step_fill(const char *path, u64 *bytes, u32 *sum)
{
	return with_file(path, OPEN_WRITE | OPEN_CREATE | OPEN_APPEND, write_more, bytes, sum);
}

enum microk_status step_mkdir(const char *path, u64 *bytes, u32 *sum)
{
	(void)bytes, (void)sum;
	return path_mkdir(path, 0755);
}

enum microk_status step_remove(const char *path, u64 *bytes, u32 *sum)
{
	(void)bytes, (void)sum;
	return path_unlink(path, 0);
}

enum microk_status step_sync(const char *path, u64 *bytes, u32 *sum)
{
	(void)path, (void)bytes, (void)sum;
	return path_sync();
}

enum microk_status step_end(const char *path, u64 *bytes, u32 *sum)
{
	(void)path, (void)bytes, (void)sum;
	return dir_detach(grant_find("vfs"));
}
