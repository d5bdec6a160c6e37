/* The PVH start information (Xen public/arch-x86/hvm/start_info.h), as QEMU's -kernel gives it: all
 * of it lies below 4 GiB, which the early tables show. */
#include "boot/loader.h"
#include "lib/print.h"
#include "x86/layout.h"

struct start_info {
	u32 magic, version, flags, modules;
	u64 modules_phys, command_line_phys, rsdp_phys;
	u64 memory_map_phys; /* this and the fields after it: from version 1 on */
	u32 memory_map_entries, reserved;
};

struct module {
	u64 phys, bytes, command_line_phys, reserved;
};

void pvh_read(u64 info_phys)
{
	const struct start_info *info = phys_to_virt(info_phys);
	const struct memory_entry *map = phys_to_virt(info->memory_map_phys);
	const struct module *m = phys_to_virt(info->modules_phys);

	handoff.loader = "PVH";
	if (info->magic != PVH_MAGIC || info->version < 1)
		panic("PVH: start information has magic 0x%x, version %u; version 1 is needed",
		      info->magic, info->version);
	for (int usable = 1; usable >= 0; usable--)
		for (u32 i = 0; i < info->memory_map_entries; i++)
			handoff_memory(&map[i], usable);
	if (info->modules)
		handoff.archive = (struct phys_range){m->phys, m->phys + m->bytes};
	if (info->command_line_phys)
		handoff_set_command_line(phys_to_virt(info->command_line_phys));
	handoff.rsdp_phys = info->rsdp_phys;
}
