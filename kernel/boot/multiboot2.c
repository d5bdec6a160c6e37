/* The multiboot2 boot information (Multiboot2 Specification 2.0, section 3.6): a list of tags. */
#include "boot/loader.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/layout.h"

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

struct memory_entry {
	u64 base, bytes;
	u32 type, reserved;
};

struct tag_framebuffer {
	struct tag tag;
	u64 address;
	u32 pitch, width, height;
	u8 bpp, type;
	u16 reserved;
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};
#define FRAMEBUFFER_RGB 1

/* The loader's copy of the RSDP, kept where boot_alloc never reaches. */
static u8 rsdp_copy[64] __attribute__((aligned(16)));

static void read_memory_map(const struct tag_memory_map *t)
{
	if (t->entry_size < sizeof(struct memory_entry))
		panic("multiboot2: memory map entries of %u bytes", t->entry_size);
	for (u64 at = sizeof(*t); at + sizeof(struct memory_entry) <= t->tag.size;
	     at += t->entry_size) {
		const struct memory_entry *e = (const void *)((const u8 *)t + at);

		handoff_add_range(e->base, e->bytes, e->type);
	}
}

static void read_module(const struct tag_module *t)
{
	if (handoff.archive.end || t->end < t->start)
		return; /* the first module is the archive; others are nobody's */
	handoff.archive = (struct phys_range){t->start, t->end};
}

static void read_framebuffer(const struct tag_framebuffer *t)
{
	if (t->type != FRAMEBUFFER_RGB || t->bpp != 32) {
		kprintf("boot: the loader's screen is no 32-bit framebuffer (type %u, %u bits); "
			"not used\n",
			t->type, t->bpp);
		return;
	}
	handoff.fb_phys = t->address;
	handoff.fb_width = t->width;
	handoff.fb_height = t->height;
	handoff.fb_pitch = t->pitch;
	handoff.fb_bpp = t->bpp;
	handoff.fb_red_pos = t->red_pos;
	handoff.fb_green_pos = t->green_pos;
	handoff.fb_blue_pos = t->blue_pos;
}

static void read_rsdp(const struct tag *t)
{
	size_t bytes = t->size - sizeof(*t);

	if (bytes > sizeof(rsdp_copy))
		bytes = sizeof(rsdp_copy);
	memcpy(rsdp_copy, t + 1, bytes);
	handoff.rsdp_phys = image_to_phys(rsdp_copy);
}

static void read_tag(const struct tag *t, bool *have_new_rsdp)
{
	size_t need = t->type == TAG_MODULE        ? sizeof(struct tag_module)
		      : t->type == TAG_MEMORY_MAP  ? sizeof(struct tag_memory_map)
		      : t->type == TAG_FRAMEBUFFER ? offsetof(struct tag_framebuffer, red_pos)
						   : sizeof(struct tag);

	if (t->size < need)
		panic("multiboot2: tag %u has only %u bytes", t->type, t->size);
	switch (t->type) {
	case TAG_COMMAND_LINE:
		handoff_set_command_line((const char *)(t + 1), t->size - sizeof(*t));
		break;
	case TAG_MODULE: read_module((const void *)t); break;
	case TAG_MEMORY_MAP: read_memory_map((const void *)t); break;
	case TAG_FRAMEBUFFER: read_framebuffer((const void *)t); break;
	case TAG_ACPI_NEW:
		read_rsdp(t);
		*have_new_rsdp = true;
		break;
	case TAG_ACPI_OLD:
		if (!*have_new_rsdp)
			read_rsdp(t);
		break;
	}
}

void multiboot2_read(u64 info_phys)
{
	const u8 *info = phys_to_virt(info_phys);
	u32 total = *(const u32 *)info;
	bool have_new_rsdp = false;

	handoff.loader = "multiboot2";
	for (u64 at = 8; at + sizeof(struct tag) <= total;) {
		const struct tag *t = (const void *)(info + at);

		if (t->type == TAG_END)
			return;
		if (t->size < sizeof(*t) || at + t->size > total)
			break;
		read_tag(t, &have_new_rsdp);
		at += ALIGN_UP((u64)t->size, 8ul);
	}
	panic("multiboot2: the boot information (%u bytes) ends in the middle of a tag", total);
}
