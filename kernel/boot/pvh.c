/* The PVH start information (Xen public/arch-x86/hvm/start_info.h), as QEMU's -kernel gives it. */
#include "boot/loader.h"
#include "lib/print.h"
#include "mm/layout.h"

struct start_info {
	u32 magic, version, flags, modules;
	u64 modules_phys, command_line_phys, rsdp_phys;
	u64 memory_map_phys; /* this and what follows: from version 1 on */
	u32 memory_map_entries, reserved;
};

struct module {
	u64 phys, bytes, command_line_phys, reserved;
};

struct memory_entry {
	u64 base, bytes;
	u32 type, reserved;
};

#define EARLY_LIMIT (4ul << 30) /* what the early tables show */

static const void *early_view(u64 phys, size_t bytes)
{
	if (phys >= EARLY_LIMIT || bytes > EARLY_LIMIT - phys)
		panic("PVH: boot information at %p lies above 4 GiB", (void *)phys);
	return phys_to_virt(phys);
}

void pvh_read(u64 info_phys)
{
	const struct start_info *info = early_view(info_phys, sizeof(*info));
	const struct memory_entry *map;

	handoff.loader = "PVH";
	if (info->magic != PVH_MAGIC || info->version < 1)
		panic("PVH: start information has magic 0x%x, version %u; version 1 is needed",
		      info->magic, info->version);
	map = early_view(info->memory_map_phys, info->memory_map_entries * sizeof(*map));
	for (u32 i = 0; i < info->memory_map_entries; i++)
		handoff_add_range(map[i].base, map[i].bytes, map[i].type);
	if (info->modules) {
		const struct module *m = early_view(info->modules_phys, sizeof(*m));

		if (m->bytes > EARLY_LIMIT || m->phys > EARLY_LIMIT - m->bytes)
			panic("PVH: the archive lies above 4 GiB");
		handoff.archive = (struct phys_range){m->phys, m->phys + m->bytes};
	}
	if (info->command_line_phys)
		handoff_set_command_line(
			early_view(info->command_line_phys, sizeof(handoff.command_line)),
			sizeof(handoff.command_line));
	handoff.rsdp_phys = info->rsdp_phys;
}
