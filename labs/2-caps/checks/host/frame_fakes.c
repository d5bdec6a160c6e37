/* Around a Frame's mapping: address spaces are found, all else is left out. */
#include "frame_fakes.h"
#include "mm/io_space.h"
#include "mm/tlb.h"
#include "sched/preempt.h"
#include "mm/wx.h"
#include "sched/switch.h"
#include "unit.h"

SHARED struct space *spaces[SPACES];
SHARED u64 refs[SPACES];

struct space *space_find(u64 ref)
{
	for (u32 i = 0; i < SPACES; i++)
		if (spaces[i] && ref == refs[i])
			return spaces[i];
	return NULL;
}

/* No Frame here is mapped for a device. */
bool io_space_find(u64 ref, struct io_space *io)
{
	return (void)ref, (void)io, false;
}

u64 *io_entry(const struct io_space *io, u64 address, u32 level)
{
	return (void)io, (void)address, (void)level, NULL;
}

void io_added(const struct io_space *io, const u64 *entries, u32 count)
{
	(void)io, (void)entries, (void)count;
}

void io_removed(const struct io_space *io, const u64 *entries, u32 count)
{
	(void)io, (void)entries, (void)count;
}

void tlb_forget(u64 root, u64 va)
{
	(void)root, (void)va;
}
void tlb_forget_all(u64 root)
{
	(void)root;
}

bool preempt_pending(void)
{
	return false;
}

bool wx_allows(const struct slot *f, u64 in, u64 rights)
{
	return (void)f, (void)in, (void)rights, true;
}
void wx_note(struct slot *f, u64 in, u64 rights)
{
	(void)f, (void)in, (void)rights;
}
void wx_forget(struct slot *f)
{
	(void)f;
}
