/*
 * The kernel's half of every address space. Linux maps all of physical memory writable and patches
 * the alias of its own text afterwards; seL4 maps a fixed window with the text writable in it. Here
 * the physical map shows RAM only, and the kernel's text and read-only data are read-only in it too,
 * so that no page can be written by one address and executed by another.
 */
#include "x86/paging.h"
#include "boot/handoff.h"
#include "boot/memory.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "x86/image.h"
#include "x86/x86.h"

#define LARGE_PAGE 0x200000ul
#define EARLY_LIMIT (4ul << 30)
#define PHYS_LIMIT (1ul << 46) /* what fits between PHYS_MAP and DEVICE_MAP with room to spare */

#define MSR_EFER 0xc0000080 /* SDM vol. 4, table 2-2 */
#define EFER_NXE (1ul << 11)
#define MSR_PAT 0x277
/* Entries 0..7: WB WT UC- UC, WC WT UC- UC; only 4 differs from reset (SDM vol. 3, 11.12.4). */
#define PAT_VALUE 0x0007040100070406ul

#define CR0_MP 0x2ul /* SDM vol. 3, 2.5 */
#define CR0_EM 0x4ul
#define CR0_TS 0x8ul
#define CR0_NE 0x20ul
#define CR0_WP 0x10000ul
#define CR0_AM 0x40000ul
#define CR4_MCE 0x40ul
#define CR4_PGE 0x80ul
#define CR4_OSFXSR 0x200ul
#define CR4_OSXMMEXCPT 0x400ul
#define CR4_UMIP 0x800ul
#define CR4_SMEP 0x100000ul
#define CR4_SMAP 0x200000ul

static u64 top_table[512] __attribute__((aligned(PAGE_SIZE)));
u64 *kernel_pml4;
static u64 device_next = DEVICE_MAP;
static u64 nx, global; /* the bits, where the processor has them */

extern u64 __clac_sites_start[], __clac_sites_end[];

static u64 *next_table(u64 *entry)
{
	if (!*entry)
		*entry = boot_alloc(PAGE_SIZE, PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	ASSERT(!(*entry & PTE_LARGE));
	return phys_to_virt(*entry & PTE_ADDRESS);
}

/* The entry for `va` in the table of `level` (1: pages, 2: large pages), tables made as needed. */
static u64 *entry_of(u64 va, u32 level)
{
	u64 *table = kernel_pml4;

	for (u32 l = 4; l > level; l--)
		table = next_table(&table[va >> (PAGE_BITS + 9 * (l - 1)) & 511]);
	return &table[va >> (PAGE_BITS + 9 * (level - 1)) & 511];
}

static void map_page(u64 va, u64 phys, u64 flags)
{
	*entry_of(va, 1) = phys | flags | PTE_PRESENT;
}

static bool overlaps(u64 start, u64 end, const char *image_start, const char *image_end)
{
	return start < image_to_phys(image_end) && end > image_to_phys(image_start);
}

static void map_physical(struct phys_range range)
{
	u64 flags = PTE_WRITE | nx | global;

	if (range.end > PHYS_LIMIT)
		panic("memory at %p is beyond what the kernel can map", (void *)(range.end - 1));
	for (u64 at = range.start; at < range.end;) {
		if (at % LARGE_PAGE == 0 && range.end - at >= LARGE_PAGE &&
		    !overlaps(at, at + LARGE_PAGE, __text_start, __rodata_end)) {
			*entry_of(PHYS_MAP + at, 2) = at | flags | PTE_PRESENT | PTE_LARGE;
			at += LARGE_PAGE;
			continue;
		}
		map_page(PHYS_MAP + at, at,
			 overlaps(at, at + PAGE_SIZE, __text_start, __rodata_end)
				 ? flags & ~PTE_WRITE
				 : flags);
		at += PAGE_SIZE;
	}
}

static void map_image(const char *start, const char *end, u64 flags)
{
	for (; start < end; start += PAGE_SIZE)
		map_page((u64)start, image_to_phys(start), flags | global);
}

static void unmap_guards(void)
{
	static const struct {
		const char *top;
		size_t bytes;
	} stacks[] = {
		{kernel_stack_top, KERNEL_STACK_BYTES},
		{double_fault_stack_top, IST_STACK_BYTES},
		{nmi_stack_top, IST_STACK_BYTES},
		{machine_check_stack_top, IST_STACK_BYTES},
	};

	for (u32 i = 0; i < ARRAY_LEN(stacks); i++)
		*entry_of((u64)stacks[i].top - stacks[i].bytes - PAGE_SIZE, 1) = 0;
}

/* The user's AC flag would lift SMAP: entry code clears it where clac exists (trap.S). */
static void patch_clac(void)
{
	static const u8 clac[3] = {0x0f, 0x01, 0xca};

	for (const u64 *site = __clac_sites_start; site < __clac_sites_end; site++)
		memcpy((void *)*site, clac, sizeof(clac));
}

struct features {
	bool nx, pge, smep, smap, umip, mce;
};

static struct features detect_features(void)
{
	u32 a, b, c, d, max, leaf1_d;
	struct features f = {0};

	cpuid(0, 0, &max, &b, &c, &d);
	cpuid(1, 0, &a, &b, &c, &leaf1_d);
	f.mce = leaf1_d & (1 << 7);
	f.pge = leaf1_d & (1 << 13);
	if (max >= 7) {
		cpuid(7, 0, &a, &b, &c, &d);
		f.smep = b & (1 << 7);
		f.smap = b & (1 << 20);
		f.umip = c & (1 << 2);
	}
	cpuid(0x80000001, 0, &a, &b, &c, &d);
	f.nx = d & (1 << 20);
	return f;
}

/* The FPU is off (TS) until a thread that declared its use runs: anybody else gets vector 7. */
static void enable_protections(const struct features *f)
{
	u64 cr4 = read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cr4 |= f->mce ? CR4_MCE : 0;
	cr4 |= f->pge ? CR4_PGE : 0;
	cr4 |= f->smep ? CR4_SMEP : 0;
	cr4 |= f->smap ? CR4_SMAP : 0;
	cr4 |= f->umip ? CR4_UMIP : 0;
	write_cr4(cr4);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_AM)) | CR0_MP | CR0_TS | CR0_NE | CR0_WP);
}

void paging_init(void)
{
	struct features f = detect_features();

	if (f.smap)
		patch_clac(); /* the early tables let us write to the text */
	if (f.nx)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	nx = f.nx ? PTE_NX : 0;
	global = f.pge ? PTE_GLOBAL : 0;
	wrmsr(MSR_PAT, PAT_VALUE);

	kernel_pml4 = top_table;
	for (u32 i = 0; i < handoff.ram_count; i++)
		map_physical(handoff.ram[i]);
	map_image(__text_start, __text_end, 0);
	map_image(__rodata_start, __rodata_end, nx);
	map_image(__data_start, __bss_end, PTE_WRITE | nx);
	unmap_guards();
	next_table(&kernel_pml4[DEVICE_MAP >> 39 & 511]);

	write_cr3(image_to_phys(kernel_pml4));
	enable_protections(&f);
	kverbose("paging: W^X by 4 KiB pages;%s%s%s%s%s\n", f.nx ? " NX" : " (no NX)",
		f.smep ? " SMEP" : "", f.smap ? " SMAP" : "", f.umip ? " UMIP" : "",
		f.pge ? " PGE" : "");
}

/* A page is left out behind each, so that running over the end faults. */
static void *map_window(u64 phys, size_t bytes, u64 flags)
{
	u64 first = ALIGN_DOWN(phys, PAGE_SIZE), end = ALIGN_UP(phys + bytes, PAGE_SIZE),
	    va = device_next;

	for (u64 at = first; at < end; at += PAGE_SIZE)
		map_page(va + (at - first), at, flags | nx | global);
	device_next = va + (end - first) + PAGE_SIZE;
	return (void *)(va + (phys - first));
}

void *paging_map_device(u64 phys, size_t bytes)
{
	return map_window(phys, bytes, PTE_WRITE | PTE_PCD | PTE_PWT);
}

const void *paging_map_firmware(u64 phys, size_t bytes)
{
	if (phys >= PHYS_LIMIT || bytes > PHYS_LIMIT - phys)
		return NULL;
	if (kernel_pml4)
		return map_window(phys, bytes, 0);
	return phys + bytes <= EARLY_LIMIT ? phys_to_virt(phys) : NULL;
}
