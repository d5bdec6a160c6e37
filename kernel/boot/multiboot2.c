/* The multiboot2 boot information (Multiboot2 Specification 2.0, section 3.6): a list of tags. */
#include "boot/loader.h"
#include "lib/print.h"
#include "lib/string.h"
#include "x86/cpu.h"
#include "x86/layout.h"

/* Section 3.6.2 on. */
enum {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

struct tag {
	u32 type, size; /* size: with this header, without the padding to 8 */
};

struct tag_module {
	struct tag tag;
	u32 start, end;
};

struct tag_memory_map {
	struct tag tag;
	u32 entry_size, entry_version;
};

struct tag_framebuffer {
	struct tag tag;
	u64 address;
	u32 pitch, width, height;
	u8 bpp, type;
	u16 reserved;
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};
/* Its `type`. The second of the three has no pixels: width and height are characters. */
#define FRAMEBUFFER_INDEXED 0
#define FRAMEBUFFER_RGB 1
#define FRAMEBUFFER_TEXT 2

/* The loader's copy of the RSDP, kept where boot_alloc never reaches. */
static u8 rsdp_copy[64] __attribute__((aligned(16)));

static void read_memory_map(const struct tag_memory_map *t)
{
	const u8 *end = (const u8 *)t + t->tag.size;

	if (t->entry_size < sizeof(struct memory_entry))
		panic("multiboot2: memory map entries of %u bytes", t->entry_size);
	for (int usable = 1; usable >= 0; usable--)
		for (const u8 *e = (const u8 *)(t + 1); e + t->entry_size <= end;
		     e += t->entry_size)
			handoff_memory((const void *)e, usable);
}

static bool channel_fits(u32 position, u32 size, u32 bpp)
{
	return size && size <= 16 && position + size <= bpp;
}

static enum screen_kind kind_of(const struct tag_framebuffer *t)
{
	if (t->type == FRAMEBUFFER_TEXT && t->bpp == 16)
		return SCREEN_TEXT;
	if (t->type == FRAMEBUFFER_INDEXED && t->bpp == 8)
		return SCREEN_INDEXED;
	if (t->type == FRAMEBUFFER_RGB && t->bpp >= 15 && t->bpp <= 32 &&
	    channel_fits(t->red_pos, t->red_size, t->bpp) &&
	    channel_fits(t->green_pos, t->green_size, t->bpp) &&
	    channel_fits(t->blue_pos, t->blue_size, t->bpp))
		return SCREEN_RGB;
	return SCREEN_NONE;
}

static void read_framebuffer(const struct tag_framebuffer *t)
{
	enum screen_kind kind = kind_of(t);
	u64 row_bytes = (u64)t->width * ((t->bpp + 7) / 8);

	if (kind == SCREEN_NONE || t->pitch < row_bytes) {
		kprintf("boot: the loader's screen is not used: type %u, %u bits a pixel, %u bytes "
			"for a row of %u\n",
			t->type, t->bpp, t->pitch, t->width);
		return;
	}
	kinfo->fb_kind = (u8)kind;
	handoff.framebuffer = t->address;
	kinfo->fb_offset = t->address % PAGE_SIZE;
	kinfo->fb_width = t->width;
	kinfo->fb_height = t->height;
	kinfo->fb_pitch = t->pitch;
	kinfo->fb_bpp = t->bpp;
	kinfo->fb_red_pos = t->red_pos;
	kinfo->fb_green_pos = t->green_pos;
	kinfo->fb_blue_pos = t->blue_pos;
	kinfo->fb_red_size = t->red_size;
	kinfo->fb_green_size = t->green_size;
	kinfo->fb_blue_size = t->blue_size;
}

static void read_tag(const struct tag *t)
{
	const struct tag_module *m = (const void *)t;

	switch (t->type) {
	case TAG_COMMAND_LINE: handoff_set_command_line((const char *)(t + 1)); break;
	case TAG_MODULE: /* the first is the archive; others are not used */
		if (!handoff.archive.end)
			handoff.archive = (struct phys_range){m->start, m->end};
		break;
	case TAG_MEMORY_MAP: read_memory_map((const void *)t); break;
	case TAG_FRAMEBUFFER: read_framebuffer((const void *)t); break;
	case TAG_ACPI_OLD:
	case TAG_ACPI_NEW: /* either will do */
		memcpy(rsdp_copy, t + 1, MIN(t->size - sizeof(*t), sizeof(rsdp_copy)));
		handoff.rsdp_phys = image_to_phys(rsdp_copy);
		break;
	}
}

void multiboot2_read(u64 info_phys)
{
	const u8 *info = phys_to_virt(info_phys), *end = info + *(const u32 *)info;

	handoff.loader = "multiboot2";
	for (const u8 *at = info + 8; at < end;) {
		const struct tag *t = (const void *)at;

		if (t->type == TAG_END)
			return;
		if (t->size < sizeof(*t) || t->size > (u64)(end - at))
			break;
		read_tag(t);
		at += ALIGN_UP((u64)t->size, 8ul);
	}
	panic("multiboot2: the boot information ends in the middle of a tag");
}
