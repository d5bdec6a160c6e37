/* The order in which the kernel starts. After that it only reacts to system calls, exceptions and interrupts. */
#include "boot/handoff.h"
#include "boot/info.h"
#include "boot/memory.h"
#include "boot/start.h"
#include "entry/exit.h"
#include "entry/syscall.h"
#include "entry/trap.h"
#include "lib/print.h"
#include "object/identity.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "pc/entropy.h"
#include "pc/ioapic.h"
#include "pc/machine_check.h"
#include "pc/paging.h"
#include "pc/require.h"
#include "pc/rtc.h"
#include "sched/fpu.h"
#include "sched/schedule.h"
#include "screen/screen.h"
#include "x86/cpu.h"
#include "x86/state.h"
#include "x86/x86.h"

_Noreturn void kernel_main(u32 magic, u64 handoff_phys)
{
	u64 boot_tsc = rdtsc();

	handoff.framebuffer = screen_start();
	kprintf("Booting MicroK OS v1.0...\n");
	schedule_init();
	descriptors_init();
	handoff_read(magic, handoff_phys);
	screen_use_loaders(handoff.framebuffer);
	machine_require();
	handoff_check();
	boot_memory_init();
	screen_hold();
	state_init();
	entry_choose();
	paging_init(handoff.ram, handoff.ram_count, boot_alloc);
	screen_map(paging_map_device);
	fpu_init();
	acpi_read(handoff.rsdp_phys);
	apic_init();
	ioapic_init();
	machine_check_init();
	identity_init(entropy(), entropy());
	info_init(boot_tsc);
	kinfo->boot_date = rtc_read();
	kprintf("[ipc] ready\n");
	user_start();
	kernel_exit();
}
