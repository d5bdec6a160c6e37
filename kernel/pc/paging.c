/*
 * The kernel's half of every address space. Linux maps all of physical memory writable and patches
 * the alias of its own text afterwards; seL4 maps a fixed window with the text writable in it. Here
 * the physical map shows RAM only, and the kernel's text and read-only data are read-only in it too,
 * so that no page can be written by one address and executed by another.
 */
#include "pc/paging.h"
#include "lib/print.h"
#include "x86/image.h"
#include "x86/layout.h"
#include "x86/pte.h"
#include "x86/state.h"
#include "x86/x86.h"

#define LARGE_PAGE 0x200000ul
#define TOP_LEVEL 4
#define TABLE_BITS 9
#define TABLE_ENTRIES (1u << TABLE_BITS)

u64 kernel_pml4[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static u64 device_next = DEVICE_MAP;
static u64 (*take_memory)(size_t bytes, size_t align);

static u64 *next_table(u64 *entry)
{
	if (!*entry)
		*entry = take_memory(PAGE_SIZE, PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	ASSERT(!(*entry & PTE_LARGE));
	return phys_to_virt(*entry & PTE_ADDRESS);
}

/* Which entry of a table of `level` leads to `va`. */
static u32 index_of(u64 va, u32 level)
{
	u32 shift = PAGE_BITS + TABLE_BITS * (level - 1);

	return (u32)(va >> shift) & (TABLE_ENTRIES - 1);
}

/* The entry for `va` in the table of `level` (1: pages, 2: large pages), tables made as needed. */
static u64 *entry_of(u64 va, u32 level)
{
	u64 *table = kernel_pml4;

	for (u32 l = TOP_LEVEL; l > level; l--)
		table = next_table(&table[index_of(va, l)]);
	return &table[index_of(va, level)];
}

static bool large_page_fits(u64 va, u64 phys, u64 bytes)
{
	return va % LARGE_PAGE == 0 && phys % LARGE_PAGE == 0 && bytes >= LARGE_PAGE;
}

/* Shows [phys, phys + bytes) at va, by large pages where they fit. Existing mappings stay as they are. */
static void map(u64 va, u64 phys, u64 bytes, u64 flags)
{
	u64 step;

	flags |= PTE_PRESENT | PTE_GLOBAL;
	for (u64 at = 0; at < bytes; at += step) {
		u64 *entry = entry_of(va + at, 2);

		if (!*entry && large_page_fits(va + at, phys + at, bytes - at)) {
			*entry = (phys + at) | flags | PTE_LARGE;
			step = LARGE_PAGE;
			continue;
		}
		entry = entry_of(va + at, 1);
		if (!*entry)
			*entry = (phys + at) | flags;
		step = PAGE_SIZE;
	}
}

/* The physical map: first the alias of the image's text and read-only data, so that these stay read-only. */
static void map_physical(const struct phys_range *ram, u32 count)
{
	u64 text = image_to_phys(__text_start);

	map(PHYS_MAP + text, text, (u64)__data_start - (u64)__text_start, PTE_NX);
	for (u32 i = 0; i < count; i++)
		map(PHYS_MAP + ram[i].start, ram[i].start, ram[i].end - ram[i].start,
		    PTE_WRITE | PTE_NX);
}

static void map_image(const char *start, const char *end, u64 flags)
{
	map((u64)start, image_to_phys(start), (u64)(end - start), flags);
}

static void unmap_guard(const char *stack_top, u64 bytes)
{
	*entry_of((u64)stack_top - bytes - PAGE_SIZE, 1) = 0;
}

void paging_init(const struct phys_range *ram, u32 count, u64 (*take)(size_t bytes, size_t align))
{
	take_memory = take;
	map_physical(ram, count);
	map_image(__text_start, __rodata_start, 0);
	map_image(__rodata_start, __data_start, PTE_NX);
	map_image(__data_start, __image_end, PTE_WRITE | PTE_NX);
	unmap_guard(kernel_stack_top, KERNEL_STACK_BYTES);
	unmap_guard(nmi_stack_top, ABORT_STACK_BYTES);
	unmap_guard(double_fault_stack_top, ABORT_STACK_BYTES);
	unmap_guard(machine_check_stack_top, ABORT_STACK_BYTES);
	next_table(&kernel_pml4[index_of(DEVICE_MAP, TOP_LEVEL)]);

	write_cr3(image_to_phys(kernel_pml4));
	kverbose("paging: W^X by 4 KiB pages; NX%s\n", state_protections());
}

/* A page is left out after each, so that running over the end faults. A large window (a framebuffer) is put where large
 * pages fit. */
static void *map_window(u64 phys, size_t bytes, u64 flags)
{
	u64 first = ALIGN_DOWN(phys, PAGE_SIZE);
	u64 length = ALIGN_UP(phys + bytes, PAGE_SIZE) - first;

	if (length >= LARGE_PAGE)
		device_next = ALIGN_UP(device_next, LARGE_PAGE) + first % LARGE_PAGE;
	u64 va = device_next + phys % PAGE_SIZE;

	map(device_next, first, length, flags | PTE_NX);
	device_next += length + PAGE_SIZE;
	return (void *)va;
}

void *paging_map_device(u64 phys, size_t bytes)
{
	return map_window(phys, bytes, PTE_WRITE | PTE_PCD | PTE_PWT);
}

const void *paging_map_firmware(u64 phys, size_t bytes)
{
	if (phys >= PHYS_MAP_BYTES || bytes > PHYS_MAP_BYTES - phys)
		return NULL;
	return map_window(phys, bytes, 0);
}
