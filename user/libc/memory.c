/* Memory. */
#include "gen/protocols/process_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/string.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/self.h"

static long map(u64 hint, u64 bytes, u32 protection, u32 flags)
{
	struct process_map_result at;

	if (bytes > PROCESS_TOP)
		return -ENOMEM;
	enum microk_status status = process_map(
		process_slot(),
		&(struct process_map_args){
			.hint = hint, .bytes = bytes, .protection = protection, .flags = flags},
		&at);

	return status == OK ? (long)at.address : status == ERR_LIMIT ? -ENOMEM : error_of(status);
}

/* A private file is copied: it is not kept as it changes, which POSIX allows (mmap, MAP_PRIVATE). */
static long map_file(const struct open_file *f, const long a[6], u32 flags)
{
	if (!(a[3] & MAP_PRIVATE))
		return -EOPNOTSUPP;
	if (f->kind != KIND_FILE)
		return -ENODEV;
	long at = map((u64)a[0], (u64)a[1], PROCESS_PROT_READ | PROCESS_PROT_WRITE, flags);
	if (at < 0)
		return at;
	long got = call_pread64((const long[6]){a[4], at, a[1], a[5]});
	if (got >= 0 && a[2] != (PROCESS_PROT_READ | PROCESS_PROT_WRITE))
		got = call_mprotect((const long[6]){at, a[1], a[2]});
	if (got < 0)
		call_munmap((const long[6]){at, a[1]});
	return got < 0 ? got : at;
}

long call_mmap(const long a[6])
{
	u32 flags = a[3] & MAP_FIXED ? PROCESS_MAP_FIXED : 0;

	if (!(a[3] & (MAP_PRIVATE | MAP_SHARED)) || a[1] == 0)
		return -EINVAL;
	if (a[3] & MAP_ANONYMOUS)
		return map((u64)a[0], (u64)a[1], (u32)a[2], flags);
	struct open_file *f = descriptor_hold(a[4]);
	if (!f)
		return -EBADF;
	long at = map_file(f, a, flags);
	descriptor_let_go(f);
	return at;
}

long call_munmap(const long a[6])
{
	return error_of(process_unmap(
		process_slot(),
		&(struct process_unmap_args){.address = (u64)a[0], .bytes = (u64)a[1]}));
}

long call_mprotect(const long a[6])
{
	enum microk_status status = process_protect(
		process_slot(),
		&(struct process_protect_args){
			.address = (u64)a[0], .bytes = (u64)a[1], .protection = (u32)a[2]});

	return status == ERR_RANGE || status == ERR_LIMIT ? -ENOMEM : error_of(status);
}

/* There is no break: musl's malloc then takes all memory by mmap. */
long call_brk(const long a[6])
{
	(void)a;
	return 0;
}

/* All advice may be ignored (POSIX, posix_madvise); MADV_DONTNEED of Linux, which clears, is not advice. */
long call_madvise(const long a[6])
{
	return a[2] == 4 ? -EINVAL : 0;
}

/* Every change of a shared mapping that there can be is in the file already. */
long call_msync(const long a[6])
{
	return a[0] % (long)PAGE_SIZE || a[2] & ~7L ? -EINVAL : 0;
}

/* No page leaves memory. */
long call_mlock(const long a[6])
{
	(void)a;
	return 0;
}

long call_munlock(const long a[6])
{
	return call_mlock(a);
}

long call_mlockall(const long a[6])
{
	return call_mlock(a);
}

long call_munlockall(const long a[6])
{
	return call_mlock(a);
}

#define MREMAP_MAYMOVE 1

/* Memory can be extended where it is if the addresses after it are free, by a further mapping; else it is copied. */
long call_mremap(const long a[6])
{
	u64 bytes = ALIGN_UP((u64)a[1], PAGE_SIZE), wanted = ALIGN_UP((u64)a[2], PAGE_SIZE);
	u32 rights = PROCESS_PROT_READ | PROCESS_PROT_WRITE;

	if (a[0] % (long)PAGE_SIZE || !bytes || !wanted || wanted < (u64)a[2] ||
	    a[3] & ~(long)MREMAP_MAYMOVE)
		return -EINVAL;
	if (wanted < bytes)
		call_munmap((const long[6]){a[0] + (long)wanted, (long)(bytes - wanted)});
	if (wanted <= bytes)
		return a[0];
	long end = a[0] + (long)bytes, more = map((u64)end, wanted - bytes, rights, 0);
	if (more == end)
		return a[0];
	if (more >= 0)
		call_munmap((const long[6]){more, (long)(wanted - bytes)});
	if (!(a[3] & MREMAP_MAYMOVE))
		return -ENOMEM;
	long at = map(0, wanted, rights, 0);
	if (at < 0)
		return at;
	memcpy((void *)at, (const void *)a[0], bytes);
	call_munmap((const long[6]){a[0], (long)bytes});
	return at;
}
