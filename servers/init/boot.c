/* Reads the information area, and makes capabilities out of those in the root task's CSpace: frames of the framebuffer, ranges of
 * ports. */
#include "servers/init/boot.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/supervise/grant.h"
#include "servers/init/pool.h"
#include "lib/microk/command_line.h"
#include "lib/microk/slots.h"

const struct microk_info *info = (const struct microk_info *)ROOT_INFO_ADDRESS;

bool boot_option(const char *word)
{
	return command_line_has(info->command_line, word);
}

bool boot_file(const char *path, struct archive_file *out)
{
	const u8 *archive = (const u8 *)ROOT_ARCHIVE_ADDRESS + info->archive_offset;

	return archive_find(archive, info->archive_bytes, path, out);
}

u32 boot_archive_runs(void)
{
	u32 count = 0;

	while (ROOT_ARCHIVE + count < ROOT_ARCHIVE_END && frame_pages(ROOT_ARCHIVE + count, 1) != 0)
		count++;
	return count;
}

/* Runs of 512 pages would be aligned to 2 MiB; a framebuffer may not be. */
#define RUN_PAGES (FRAME_MAX_PAGES / 2)

static enum microk_status make_framebuffer(cap_t *first, u32 *count)
{
	u64 start = info->fb_offset;
	u64 pages = ALIGN_UP(start + (u64)info->fb_pitch * info->fb_height, PAGE_SIZE) / PAGE_SIZE;
	u64 full = pages / RUN_PAGES, rest = pages % RUN_PAGES;
	u32 frames = (u32)(full + (rest != 0));
	enum microk_status status = OK;

	if (full >= RETYPE_MAX_COUNT || (*first = slot_alloc_run(frames)) == 0)
		return ERR_LIMIT;
	if (full > 0)
		status = untyped_retype(
			ROOT_FRAMEBUFFER,
			&(struct untyped_retype){
				.type = CAP_FRAME,
				.size = RUN_PAGES,
				.cnode = ROOT_CNODE,
				.index = *first,
				.count = full});
	if (status == OK && rest > 0)
		status = untyped_retype(
			ROOT_FRAMEBUFFER,
			&(struct untyped_retype){
				.type = CAP_FRAME,
				.size = rest,
				.cnode = ROOT_CNODE,
				.index = *first + full,
				.count = 1});
	if (status == OK) {
		*count = frames;
		return OK;
	}
	for (u32 i = 0; i < frames; i++)
		slot_drop(*first + i);
	return status;
}

enum microk_status boot_framebuffer(cap_t *first, u32 *count)
{
	static cap_t made;
	static u32 made_count;
	enum microk_status status = OK;

	if (info->fb_width != 0 && made_count == 0)
		status = make_framebuffer(&made, &made_count);
	*first = made;
	*count = made_count;
	return status;
}

cap_t boot_ports(u16 first, u32 count)
{
	cap_t slot = slot_alloc();

	if (slot == 0)
		return 0;
	if (ioport_narrow(
		    ROOT_IOPORT,
		    &(struct ioport_narrow){
			    .first = first, .count = count, .cnode = ROOT_CNODE, .index = slot}) !=
	    OK) {
		slot_free(slot);
		return 0;
	}
	return slot;
}
