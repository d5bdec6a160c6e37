#include "sequences.h"
#include "tests/random.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

u64 *tally;
static u64 state;

u64 dice(void)
{
	return random_next(&state);
}

u64 any_of(u32 type)
{
	u64 start = dice() % ROOT_SLOTS;

	for (u64 i = 0; i < ROOT_SLOTS; i++) {
		u64 slot = (start + i) % ROOT_SLOTS;
		if (slot >= M_FIRST_FREE && machine_root->slots[slot].type == type)
			return slot;
	}
	return 0;
}

static bool passes(void (*run)(u64 seed, u32 length), u64 seed, u32 length)
{
	int status = 0;

	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		state = seed * 0x9e3779b97f4a7c15 | 1;
		machine_begin(seed);
		run(seed, length);
		_exit(0);
	}
	MUST(child > 0 && waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool sequences(int argc, char **argv, void (*run)(u64 seed, u32 length))
{
	MUST(argc == 4);
	u64 seed = strtoul(argv[1], NULL, 10);
	u32 count = (u32)atoi(argv[2]), length = (u32)atoi(argv[3]);

	tally = mmap(NULL, TALLIES * sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(tally != MAP_FAILED);
	printf("seed %lu: %u sequences of %u operations\n", seed, count, length);
	for (u32 i = 0; i < count; i++)
		if (!passes(run, seed + i, length)) {
			printf("sequence %u fails: %s %lu 1 %u\n", i, argv[0], seed + i, length);
			return false;
		}
	return true;
}
