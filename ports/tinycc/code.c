#include "tcc.h"

#include <sys/mman.h>

void *code_map(size_t bytes, int rights);
addr_t code_address(TCCState *state, const char *name, int fails, int of_c);

/* The code that is not executable yet. */
static struct {
	void *written, *executed;
	size_t bytes;
} pending;

void *code_map(size_t bytes, int rights)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!(rights & PROT_EXEC))
		pending.written = at;
	else
		pending.executed = at;
	pending.bytes = rights & PROT_EXEC ? bytes : 0;
	return at;
}

static void publish(TCCState *s1)
{
	size_t bytes = pending.bytes;

	pending.bytes = 0;
	memcpy(pending.executed, pending.written, bytes);
	if (mprotect(pending.executed, bytes, PROT_READ | PROT_EXEC) != 0)
		tcc_error("the code cannot be made executable: %s", strerror(errno));
}

/* tccrun.c asks for addresses before there is code, and when all of it is there. */
addr_t code_address(TCCState *state, const char *name, int fails, int of_c)
{
	if (pending.bytes)
		publish(state);
	return get_sym_addr(state, name, fails, of_c);
}
