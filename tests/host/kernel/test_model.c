/*
 * Random sequences of operations against the model. Each runs in a process of its own, so that a crash counts as a failure;
 * a sequence that fails is made shorter as long as it still fails, and printed.
 *   test_model SEED SEQUENCES LENGTH
 */
#include "model.h"
#include "tests/random.h"
#include <sys/wait.h>
#include <unistd.h>

static u64 state;

static u64 next(void)
{
	return random_word(&state);
}

static bool passes(const struct op *ops, u32 count, u64 seed, bool quiet)
{
	int status = 0;

	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (quiet && !freopen("/dev/null", "w", stderr))
			_exit(2);
		model_begin(seed);
		for (u32 i = 0; i < count; i++)
			model_step(&ops[i]);
		model_end();
		_exit(0);
	}
	MUST(child > 0 && waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Leaves out runs of operations, shorter and shorter ones. */
static u32 shrink(struct op *ops, u32 count, u64 seed)
{
	struct op *trial = malloc(count * sizeof(*ops));

	for (u32 run = count / 2; run; run /= 2)
		for (u32 at = 0; at + run <= count;) {
			memcpy(trial, ops, at * sizeof(*ops));
			memcpy(trial + at, ops + at + run, (count - at - run) * sizeof(*ops));
			if (passes(trial, count - run, seed, true)) {
				at += run;
				continue;
			}
			count -= run;
			memcpy(ops, trial, count * sizeof(*ops));
		}
	free(trial);
	return count;
}

int main(int argc, char **argv)
{
	MUST(argc == 4);
	u64 seed = strtoul(argv[1], NULL, 10);
	u32 sequences = (u32)atoi(argv[2]), length = (u32)atoi(argv[3]);
	struct op *ops = malloc(length * sizeof(*ops));

	printf("seed %lu: %u sequences of %u operations\n", seed, sequences, length);
	for (u32 i = 0; i < sequences; i++) {
		state = (seed + i) * 0x9e3779b97f4a7c15 | 1;
		for (u32 k = 0; k < length; k++) {
			u64 bits = next();
			memcpy(&ops[k], &bits, sizeof(ops[k]));
		}
		if (passes(ops, length, seed + i, false))
			continue;
		u32 count = shrink(ops, length, seed + i);
		printf("sequence %u fails; as short as can be:\n", i);
		for (u32 k = 0; k < count; k++)
			model_print(stdout, &ops[k]);
		passes(ops, count, seed + i, false);
		free(ops);
		return 1;
	}
	puts("all agree");
	free(ops);
	return 0;
}
