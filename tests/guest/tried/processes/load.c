/* Loads an ELF program of the boot archive, without mapping it here: the bytes go from the archive's Frames to new ones. */
#include "lib/archive/archive.h"
#include "lib/microk/string.h"
#include "lib/spawn/elf.h"
#include "tests/guest/tried/processes/server.h"

/* The archive as the test has mapped it for this server, and its Frames, which are runs. */
static const u8 *archive(void)
{
	return (const u8 *)grant_entry(GRANT_ARCHIVE)->address;
}

/* Copies bytes of the archive into a page. */
static enum microk_status copy_in(struct process *p, u64 address, const u8 *data, u64 bytes)
{
	u64 at = (u64)(data - archive());
	cap_t run = grant_entry(GRANT_ARCHIVE)->slot;
	enum microk_status status = OK;

	while (bytes && status == OK) {
		struct frame_info_result frame = {0};

		status = frame_info(run, &frame);
		u64 run_bytes = frame.pages * PAGE_SIZE,
		    part = at < run_bytes ? MIN(bytes, run_bytes - at) : 0;
		if (status == OK && part)
			status = page_write(p, address, run, at, part);
		address += part;
		bytes -= part;
		at = at + part < run_bytes ? at + part : at + part - run_bytes;
		run++;
	}
	return status;
}

static enum microk_status load_page(struct process *p, const struct region *r,
				    const struct elf_segment *s, u64 page)
{
	u64 from = MAX(page, s->address), end = MIN(page + PAGE_SIZE, s->address + s->file_bytes);

	if (from >= end)
		return OK; /* zero: it is made when it is touched */
	enum microk_status status = page_make(p, r, page);
	return status == OK ? copy_in(p, from, s->data + (from - s->address), end - from) : status;
}

static enum microk_status load_segment(struct process *p, const struct elf_segment *s)
{
	u64 start = ALIGN_DOWN(s->address, PAGE_SIZE),
	    end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
	u64 rights = RIGHT_READ | (s->write ? RIGHT_WRITE : 0) | (s->exec ? RIGHT_EXEC : 0);
	struct region *r;
	enum microk_status status = OK;

	if (start < WINDOW || end > MAPPINGS)
		return ERR_RANGE;
	r = region_make(p, start, (end - start) / PAGE_SIZE, rights);
	if (!r)
		return ERR_MEMORY;
	for (u64 page = start; page < end && status == OK; page += PAGE_SIZE)
		status = load_page(p, r, s, page);
	return status;
}

/* The stack as a program finds it (System V ABI, x86-64 supplement, 3.4.1), with the entries that musl reads. */
static enum microk_status load_stack(struct process *p, const char *name,
				     const struct elf_header *h, u64 base, u64 *stack)
{
	enum { PHDR = 3, PHENT = 4, PHNUM = 5, PAGESZ = 6, RANDOM = 25, SYSINFO = 32 };
	struct {
		u64 argc, argv[2], environment, auxiliary[14], random[2];
		char name[32];
	} top = {.argc = 1};
	u64 at = WINDOW_END - ALIGN_UP(sizeof(top), 16);
	const u64 auxiliary[] = {
		PHDR,    base + h->phoff,
		PHENT,   h->phentsize,
		PHNUM,   h->phnum,
		PAGESZ,  PAGE_SIZE,
		RANDOM,  at + offsetof(__typeof__(top), random),
		SYSINFO, PROCESS_SLOT_THREADS,
		0,       0};
	struct region *r = region_make(
		p, WINDOW_END - STACK_PAGES * PAGE_SIZE, STACK_PAGES, RIGHT_READ | RIGHT_WRITE);

	if (!r)
		return ERR_MEMORY;
	memcpy(top.auxiliary, auxiliary, sizeof(auxiliary));
	string_copy(top.name, sizeof(top.name), name);
	top.argv[0] = at + offsetof(__typeof__(top), name);
	*stack = at;
	return page_fill(p, r, at, &top, sizeof(top));
}

enum microk_status load(struct process *p, const char *name, u64 *entry, u64 *stack)
{
	const struct startup_entry *g = grant_entry(GRANT_ARCHIVE);
	struct archive_file file;
	struct elf_image image;
	const char *why;
	enum microk_status status = OK;

	if (!archive_find(archive() + world->archive_offset,
			  g->pages * PAGE_SIZE - world->archive_offset, name, &file) ||
	    !elf_read(file.data, file.bytes, &image, &why))
		return ERR_NOT_FOUND;
	for (u32 i = 0; i < image.count && status == OK; i++)
		status = load_segment(p, &image.segments[i]);
	*entry = image.entry;
	return status == OK ? load_stack(p, name, (const void *)file.data,
					 image.segments[0].address, stack)
			    : status;
}
