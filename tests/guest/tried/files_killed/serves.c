/* The file server without a death. */
#include "lib/microk/string.h"
#include "tests/guest/tried/files_killed/files_killed.h"
#include "tests/guest/tried/files_killed/model.h"
#include "tests/guest/tried/files_killed/sweep.h"

static void refusals(void)
{
	cap_t file;

	EXPECT(ERR_NOT_FOUND, file_open(directory, "four", 0, &file));
	EXPECT(ERR_EXISTS, file_open(directory, "one", FILES_CREATE | FILES_EXCLUSIVE, &file));
	EXPECT(ERR_NOT_FOUND, file_unlink(directory, "four"));
	EXPECT(ERR_NOT_FOUND, file_rename(directory, "four", "one"));
	EXPECT(ERR_NO_SPACE, file_write(one, FILES_BYTES - 8, fresh_bytes(16), 16));
	EXPECT(ERR_NO_SPACE, file_write(one, 0, fresh_bytes(FILES_BYTES), FILES_BYTES));
	model_check(1);
}

/* As many as there is room for; then each client that closes gives its place to another. */
static void descriptions(void)
{
	cap_t files[FILES_MOST], file;

	for (u32 i = 1; i < FILES_MOST; i++)
		files[i] = do_open(ONE, 0);
	EXPECT(ERR_NO_SPACE, file_open(directory, "one", 0, &file));
	for (u32 i = 1; i < FILES_MOST; i++) {
		do_close(files[i]);
		files[i] = do_open(ONE, 0);
	}
	for (u32 i = 1; i < FILES_MOST; i++)
		do_close(files[i]);
	settle();
	model_check(1);
}

void test_serves(void)
{
	model_begin("boot/files");
	model_check(1);
	do_append(one, 100);
	do_write(150, 20);
	do_write(40, 8);
	do_read(60);
	model_check(1);
	refusals();
	do_close(do_open(TWO, FILES_CREATE));
	do_rename(TWO, THREE);
	do_unlink(THREE);
	settle();
	model_check(1);
	descriptions();
	server_state_check();
}
