/* Memory: mmap and its relatives, malloc. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conform.h"

#define PAGE 4096
#define BOTH (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf back;
static int address_code;

static void fault(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	address_code = info->si_code;
	siglongjmp(back, 1);
}

/* Whether a touch of that byte raises SIGSEGV with that code. */
static bool faults(volatile char *at, bool writes, int code)
{
	struct sigaction act = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO}, before;
	volatile bool raised = true;

	sigaction(SIGSEGV, &act, &before);
	if (!sigsetjmp(back, 1)) {
		if (writes)
			*at = 1;
		else
			(void)*at;
		raised = false;
	}
	sigaction(SIGSEGV, &before, NULL);
	return raised && address_code == code;
}

static void mapping(void)
{
	char *at = mmap(NULL, 4 * PAGE, BOTH, PRIVATE, -1, 0), got[4];

	HOLDS("mmap", D, "memory of zeroes", at != MAP_FAILED && !at[0] && !at[4 * PAGE - 1]);
	HOLDS("mmap", D, "at a page's beginning", ((uintptr_t)at & (PAGE - 1)) == 0);
	at[0] = 1;
	HOLDS("mprotect", R, "0", mprotect(at, PAGE, PROT_READ) == 0);
	HOLDS("mprotect", D, "a write without the right raises SIGSEGV, SEGV_ACCERR",
	      faults(at, true, SEGV_ACCERR));
	HOLDS("mprotect", D, "the content stays", at[0] == 1);
	EXCEPTION("mprotect", E, "EINVAL: an address within a page",
		  mprotect(at + 1, PAGE, PROT_READ) == -1 && errno == EINVAL);
	FAILS("mprotect", ENOMEM, "memory that is not mapped",
	      mprotect((char *)0x1000, PAGE, PROT_READ));
	HOLDS("munmap", R, "0", munmap(at + PAGE, PAGE) == 0);
	HOLDS("munmap", D, "a use raises SIGSEGV, SEGV_MAPERR",
	      faults(at + PAGE, false, SEGV_MAPERR));
	HOLDS("mmap", D, "MAP_FIXED: at that address, in place of what is there",
	      mmap(at, 2 * PAGE, BOTH, PRIVATE | MAP_FIXED, -1, 0) == at && at[0] == 0);
	FAILS("munmap", EINVAL, "an address within a page", munmap(at + 1, PAGE));
	FAILS("munmap", EINVAL, "a length of 0", munmap(at, 0));
	munmap(at, 4 * PAGE);
	HOLDS("mmap", E, "EINVAL: a length of 0",
	      mmap(NULL, 0, BOTH, PRIVATE, -1, 0) == MAP_FAILED && errno == EINVAL);
	HOLDS("mmap", E, "EBADF: fd is not open",
	      mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 61, 0) == MAP_FAILED && errno == EBADF);
	HOLDS("mmap", E, "ENOMEM: more than there is room for",
	      mmap(NULL, 1ul << 45, PROT_READ, PRIVATE, -1, 0) == MAP_FAILED && errno == ENOMEM);
	HOLDS("mmap", E, "EINVAL: neither private nor shared",
	      mmap(NULL, PAGE, BOTH, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	write(fd, "text", 4);
	at = mmap(NULL, PAGE, BOTH, MAP_PRIVATE, fd, 0);
	HOLDS("mmap", D, "a file's bytes, and zeroes after them",
	      at != MAP_FAILED && !memcmp(at, "text\0\0", 6));
	HOLDS("mmap", D, "MAP_PRIVATE: writes do not change the file",
	      at != MAP_FAILED && (at[0] = 'T', pread(fd, got, 4, 0) == 4) && got[0] == 't');
	munmap(at, PAGE);
	HOLDS("mmap", E, "EINVAL: an offset within a page",
	      mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED && errno == EINVAL);
	at = mmap(NULL, PAGE, BOTH, MAP_SHARED, fd, 0);
	EXCEPTION("mmap", D, "MAP_SHARED: writes change the file",
		  at != MAP_FAILED && (at[1] = 'E', msync(at, PAGE, MS_SYNC) == 0) &&
			  pread(fd, got, 4, 0) == 4 && got[1] == 'E');
	close(fd);
	unlink("f");
	EXCEPTION("shm_open", R, "a descriptor",
		  (fd = shm_open("/c", O_CREAT | O_RDWR, 0600)) >= 0);
	if (fd >= 0)
		close(fd);
}

static void allocating(void)
{
	volatile size_t half = SIZE_MAX / 2; /* the compiler would warn of it */
	char *one = malloc(100), *zeroes = calloc(100, 10);
	bool clear = zeroes != NULL;

	for (int i = 0; clear && i < 1000; i++)
		clear = !zeroes[i];
	HOLDS("malloc", D, "memory that is aligned for any object",
	      one && ((uintptr_t)one & (_Alignof(max_align_t) - 1)) == 0);
	HOLDS("calloc", D, "memory of zeroes", clear);
	HOLDS("calloc", E, "ENOMEM: the product is too large", !calloc(half, 3) && errno == ENOMEM);
	memset(one, 7, 100);
	one = realloc(one, 100000);
	HOLDS("realloc", D, "the content up to the lesser size",
	      one && one[0] == 7 && one[99] == 7);
	HOLDS("malloc", E, "ENOMEM: there is not enough", !malloc(1ul << 45) && errno == ENOMEM);
	free(one);
	free(zeroes);
	void *aligned = NULL;
	HOLDS("posix_memalign", D, "aligned as asked for",
	      posix_memalign(&aligned, 8192, 10) == 0 && ((uintptr_t)aligned & 8191) == 0);
	free(aligned);
	RETURNS("posix_memalign", EINVAL, "no power of two", posix_memalign(&aligned, 24, 10));
	aligned = aligned_alloc(256, 256);
	HOLDS("aligned_alloc", D, "aligned as asked for", ((uintptr_t)aligned & 255) == 0);
	free(aligned);
	HOLDS("mlock", R, "0",
	      mlock(&back, sizeof(back)) == 0 && munlock(&back, sizeof(back)) == 0);
}

void conform_memory(void)
{
	mapping();
	allocating();
}
