/*
 * The parts of an address space that grow with it: the page tables of level 1, and *windows*, CNodes with a slot for
 * each page of a range of addresses. One CNode for all addresses would take 64 bytes for each page that a process
 * could ever have.
 *
 * Windows are counted from the top of the addresses down, so that startup page, stack and the first mappings share
 * one.
 */
#pragma once
#include "servers/proc/world.h"

/* With its header and slot 0, a window's CNode fits a chunk of four pages. Of the numbers that do, this one puts the
 * first 192 pages of a program (PIECES_FIRST_LOW) into one window. */
#define WINDOW_PAGES 240u
#define WINDOW_CHUNK (4 * PAGE_SIZE)

/* The place of a page: slot `index` of the CNode `cnode`, which is 0 if there is no such window. `run`: pages from
 * this one up to the end of the window, whose slots follow. */
struct page_place {
	cap_t cnode;
	u64 index;
	u64 run;
};
struct page_place page_place(const struct process *p, u64 address);

/* In a transaction: makes all tables and windows that `pages` pages need. ERR_MEMORY, ERR_LIMIT. */
enum microk_status pieces_make(const struct process *p, u64 address, u64 pages);
/* How many parts a process has, and their bytes. */
u32 pieces_count(const struct process *p);
u64 pieces_bytes(const struct process *p);
/* In a transaction: the process ends. Their bytes are still counted. */
void pieces_give(const struct process *p);

/* The tables that a process has from its beginning are in its own chunk (process.c): none of these is made by pieces_make. */
#define PIECES_FIRST_LOW 0x400000ul
bool pieces_is_first_table(u64 address);

/* After a transaction that was undone, and for a successor: counts anew. */
void pieces_recount(void);
