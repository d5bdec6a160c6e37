/*
 * The information area: pages the kernel fills at boot and lets the root task map read-only
 * (and pass on). Page 0 is `struct microk_info`, whose counters go on counting; the pages after it are the kernel's boot log as
 * text.
 */
#pragma once
#include "microk/types.h"

#define INFO_MAGIC 0x4f464e494b4dul /* "MKINFO" */
#define INFO_LOG_BYTES (2 * PAGE_SIZE)

enum screen_kind {
	SCREEN_NONE,
	SCREEN_RGB,     /* a pixel is its colour */
	SCREEN_INDEXED, /* a pixel is a number in the palette that the loader set: 0 to 15 are the colours of text */
	SCREEN_TEXT     /* VGA text: no pixels */
};

struct microk_info {
	u64 magic;
	u32 version_major, version_minor;
	u64 tsc_hz;   /* TSC ticks a second, measured at boot */
	u64 boot_tsc; /* TSC when the kernel's C code began */
	u64 ram_bytes;

	/* The boot archive (cpio "newc"): the Frame runs that hold it are in the root CSpace, and it begins at this offset in
	 * the first. */
	u64 archive_offset, archive_bytes;

	/* The screen, all 0 where there is none; it begins at this offset in its first page. A pixel has 8 to 32 bits; each
	 * channel of SCREEN_RGB has a position and a size in it. The width and height of SCREEN_TEXT are in characters of two
	 * bytes, code page 437 and VGA colours. */
	u64 fb_offset;
	u32 fb_width, fb_height, fb_pitch, fb_bpp;
	u8 fb_red_pos, fb_green_pos, fb_blue_pos, fb_kind; /* enum screen_kind */
	u8 fb_red_size, fb_green_size, fb_blue_size, fb_pad;

	/* ACPI, for the owner of power: port of PM1a_CNT, its value for S5; 0 where unknown. */
	u16 pm1a_cnt_port, s5_value;
	u16 reset_port;
	u8 reset_value, acpi_pad;

	char command_line[256];

	/* Bytes of log text written so far: the text is a ring, whose next byte is number log_bytes % INFO_LOG_BYTES. */
	u64 log_bytes;

	/* Counters: written by the kernel only. */
	volatile u64 ipc_calls;         /* messages delivered */
	volatile u64 ipc_sampled;       /* of these, the ones whose latency was measured */
	volatile u64 ipc_sampled_ticks; /* sum of those: TSC ticks from entry to the receiver */
	volatile u64 system_calls;      /* without those that the fast path finished */
	volatile u64 context_switches;  /* without those that the fast path made */
	volatile u64 interrupts;
	volatile u64 idle_ticks; /* TSC ticks spent halted */
	volatile u64 interrupts_dropped; /* interrupts for which no driver waits, with any vector */
	volatile u64 nmis;
	volatile u64 machine_checks; /* those that were raised; corrected errors are only in the log */

	/* When the kernel began (boot_tsc), by the machine's real-time clock taken as UTC: seconds since 1970; 0 where it
	 * has no such clock, or one that was never set. The present time is this plus the ticks since boot_tsc over tsc_hz. */
	u64 boot_date;

	/* The number of the bus at whose configuration space ROOT_ECAM begins: 1 MiB a bus, 4 KiB a function. */
	u8 ecam_first_bus;
};

_Static_assert(sizeof(struct microk_info) <= PAGE_SIZE, "the information page is one page");

/*
 * The root task's CSpace as the kernel fills it (ROOT_CNODE_SLOTS slots; the root task's
 * thread starts with rdi = address of the mapped information area).
 */
#define ROOT_CNODE_SLOTS 4096
enum root_slot {
	ROOT_CNODE = 1,
	ROOT_SPACE = 2,
	ROOT_THREAD = 3,
	ROOT_IPC_BUFFER = 4, /* Frame, mapped at ROOT_IPC_BUFFER_ADDRESS */
	ROOT_IRQ = 5,        /* all interrupts: 0..23 I/O APIC lines, 24.. message-signalled */
	ROOT_IOPORT = 6,     /* all ports */
	ROOT_INFO = 7,       /* Frame of the information area, read-only */
	ROOT_FRAMEBUFFER = 8,/* device Untyped over the framebuffer, where there is one */
	ROOT_DEVICE = 9,     /* device Untyped: the last part of PCI's hole, up to the I/O APIC's page; see ROOT_DEVICES */
	ROOT_DEVICE_HIGH = 10, /* device Untyped above RAM, for 64-bit BARs; may be empty */
	ROOT_KERNEL = 11,    /* the kernel's own switches */
	ROOT_TRACE = 12,     /* Frame of the trace ring (microk/trace.h), read-only */
	ROOT_IOSPACE = 14,   /* the memory that devices reach, of all requesters */
	ROOT_ECAM = 15,      /* device Untyped: PCI Express configuration space, from bus ecam_first_bus on; else empty */
	ROOT_ARCHIVE = 16,   /* Frame runs of the boot archive, read-only, in order, in 16..79 */
	ROOT_ARCHIVE_END = 80,
	ROOT_UNTYPED = 80,   /* Untyped memory, largest first, in 80..111 */
	ROOT_UNTYPED_END = 112,
	ROOT_DEVICES = 112,  /* device Untyped: the other parts, without framebuffer, ECAM and reserved memory, in 112..127 */
	ROOT_DEVICES_END = 128,
	ROOT_FREE = 128      /* first of the slots that the kernel always leaves empty */
};
#define ROOT_IPC_BUFFER_ADDRESS 0x7ffffff00000ul
#define ROOT_INFO_ADDRESS 0x7fffffe00000ul
#define ROOT_ARCHIVE_ADDRESS 0x100000000ul /* the archive is mapped here, read-only */
#define ROOT_STACK_TOP 0x7fffffd00000ul
#define ROOT_STACK_PAGES 16
