#include "tests/guest/kit/load.h"
#include "gen/lib/microk/methods.h"
#include "lib/archive/archive.h"
#include "lib/microk/command_line.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/spawn/elf.h"

enum microk_status load_pages(struct loader *l, u64 address, u64 pages, u64 rights, cap_t *frame,
			      void **here)
{
	cap_t own, there = slot_alloc();

	l->doing = "making pages";
	enum microk_status status = there ? memory_make(pages, &own, here) : ERR_LIMIT;
	if (status != OK)
		return status;
	memset(*here, 0, pages * PAGE_SIZE); /* the kernel under test may not have done it */
	l->doing = "copying a frame";
	status = cnode_copy(
		ROOT_CNODE,
		&(struct cnode_copy){.index = there,
				     .source_cnode = ROOT_CNODE,
				     .source_index = own,
				     .rights = RIGHT_ALL});
	if (status != OK)
		return status;
	l->doing = "mapping";
	if (frame)
		*frame = own;
	return space_map(l->space, there, address, (u32)rights, 0);
}

enum microk_status load_segment(struct loader *l, const struct elf_segment *s, u8 **here)
{
	u64 start = ALIGN_DOWN(s->address, PAGE_SIZE),
	    end = ALIGN_UP(s->address + s->memory_bytes, PAGE_SIZE);
	u64 rights = RIGHT_READ | (s->write ? RIGHT_WRITE : 0) | (s->exec ? RIGHT_EXEC : 0);
	void *pages;
	enum microk_status status =
		load_pages(l, start, (end - start) / PAGE_SIZE, rights, NULL, &pages);

	if (status != OK)
		return status;
	*here = (u8 *)pages + (s->address - start);
	memcpy(*here, s->data, s->file_bytes);
	return OK;
}

enum microk_status load_find(const struct microk_info *info, const char *path,
			     struct elf_image *image, const char **why)
{
	const u8 *archive = (const u8 *)ROOT_ARCHIVE_ADDRESS + info->archive_offset;
	struct archive_file file;

	*why = "no file of this name";
	return archive_find(archive, info->archive_bytes, path, &file) &&
			       elf_read(file.data, file.bytes, image, why)
		       ? OK
		       : ERR_NOT_FOUND;
}

enum microk_status load_find_own(const struct microk_info *info, struct elf_image *image,
				 const char **why)
{
	char path[64];

	command_line_value(info->command_line, "root=", path, sizeof(path));
	return load_find(info, path, image, why);
}
