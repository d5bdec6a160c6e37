/* Bits of page-table entries (SDM vol. 3, 4.5). */
#pragma once

#define PTE_PRESENT 0x001ul
#define PTE_WRITE 0x002ul
#define PTE_USER 0x004ul
#define PTE_PWT 0x008ul
#define PTE_PCD 0x010ul
#define PTE_ACCESSED 0x020ul /* set by the processor, as is the next */
#define PTE_DIRTY 0x040ul
#define PTE_LARGE 0x080ul /* in levels 2 and 3; in level 1 this bit is PAT */
#define PTE_GLOBAL 0x100ul
#define PTE_NX (1ul << 63)
#define PTE_ADDRESS 0x000ffffffffff000ul

#define TABLE_PAGES 512 /* entries of a table, and pages of a large page of level 2 */
