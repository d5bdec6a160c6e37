/* The heap over memory of the host: blocks never overlap, are zeroed, and all comes back. */
#include "lib/microk/heap.h"
#include "tests/host/lib/check.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

static u64 pages_left, made_pages;

enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot)
{
	CHECK(type == CAP_FRAME && size >= 1 && size <= FRAME_MAX_PAGES);
	if (size > pages_left)
		return ERR_MEMORY;
	pages_left -= size;
	made_pages = size;
	*slot = 99;
	return OK;
}

enum microk_status space_map(cap_t space, cap_t frame, u64 address, u32 rights, u32 attributes)
{
	CHECK(space == SLOT_SPACE && frame == 99 && rights == (RIGHT_READ | RIGHT_WRITE) &&
	      !attributes);
	CHECK(mmap((void *)address, made_pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == (void *)address);
	return OK;
}

void slot_drop(cap_t slot)
{
	(void)slot;
}

/* One thread finds no lock taken: it neither sleeps nor wakes another. */
struct thread_self *thread_self(void)
{
	abort();
}

enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	(void)op, (void)cap, (void)m;
	abort();
}

/* The heap's errors end the program; the test must see that, and the text. */
void print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

_Noreturn void program_exit(int code)
{
	exit(40 + code);
}
const char *status_name(enum microk_status s)
{
	return s ? "error" : "OK";
}
const char *status_text(enum microk_status s)
{
	return status_name(s);
}

static u8 *block[200];
static size_t size[200];

static void verify(u32 i)
{
	for (size_t k = 0; k < size[i]; k++)
		CHECK(block[i][k] == (u8)(i + k));
}

static void random_use(void)
{
	for (u32 n = 0; n < 20000; n++) {
		u32 i = (u32)below(200);

		if (block[i]) {
			verify(i);
			heap_free(block[i]);
			block[i] = NULL;
			continue;
		}
		size[i] = below(50) ? below(300) : below(70000);
		block[i] = heap_alloc(size[i]);
		if (!block[i])
			continue;
		CHECK((u64)block[i] % 16 == 0);
		for (size_t k = 0; k < size[i]; k++)
			CHECK(block[i][k] == 0);
		for (size_t k = 0; k < size[i]; k++)
			block[i][k] = (u8)(i + k);
	}
	for (u32 i = 0; i < 200; i++) {
		if (block[i])
			verify(i);
		heap_free(block[i]);
	}
}

int main(int argc, char **argv)
{
	size_t grown, used;

	CHECK(argc == 3);
	seed(argv[1]);
	pages_left = 3000;
	void *p = heap_alloc(100);

	if (!strcmp(argv[2], "twice")) {
		heap_free(p);
		heap_free(p);
	}
	if (!strcmp(argv[2], "foreign"))
		heap_free(&grown);
	if (!strcmp(argv[2], "inside"))
		heap_free((u8 *)p + 16);
	heap_free(p);
	random_use();
	heap_usage(&grown, &used);
	CHECK(used == 0 && grown > 0 && grown <= 3000 * PAGE_SIZE);
	/* Everything is one block again: all of it can be allocated at once, without growing. */
	u64 before = pages_left;
	p = heap_alloc(grown - 16);
	CHECK(p && pages_left == before);
	CHECK(!heap_alloc(UINT64_MAX) && !heap_alloc(UINT64_MAX - 15) && !heap_alloc(1ul << 40));
	/* Larger than the largest Frame; and more than there is. */
	void *q = heap_alloc(3 * FRAME_MAX_PAGES * PAGE_SIZE);
	CHECK(q);
	CHECK(!heap_alloc(3000 * PAGE_SIZE));
	/* The last pages are allocated although the usual step does not fit any more. */
	heap_free(q);
	heap_free(p);
	heap_usage(&grown, &used);
	CHECK(used == 0);
	puts("all well");
	return 0;
}
