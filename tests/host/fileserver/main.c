/* The tests of the file server over a file system in memory. Usage: fileserver SEED ROUNDS */
#include "tested.h"

i64 memfs_time = 1000;
enum microk_status memfs_sync_error;
const struct tested_limits tested_limits = {
	.type = "memory",
	.block_bytes = 512,
	.file_bytes = 2048,
	.span = 1500,
	.links = 5,
	.beyond = 9999,
	.beyond_status = ERR_FULL,
	.sync_status = ERR_IO,
	.ends = true};

void tested_wait(void)
{
	memfs_waits = 0;
}

void tested_fail_sync(void)
{
	memfs_sync_error = ERR_IO;
}

int main(int count, char **words)
{
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;
	u32 rounds = count > 2 ? (u32)strtoul(words[2], NULL, 0) : 2000;

	tested_common();
	test_waiting();
	test_watches();
	test_locks();
	test_met();
	test_model(seed, rounds);
	CHECK(tested_check() == OK);
	printf("%lu deaths\n", tested_deaths);
	return check_result("file server");
}
