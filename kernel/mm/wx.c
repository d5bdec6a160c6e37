/*
 * One frame may be writable in one address space and executable in another, as a loader needs it, but never both in one.
 *
 * Linux forbids both at most within one mapping (SELinux' execmem also checks the history of a page); Fuchsia makes
 * "executable" a right of the memory object that few can add. Here each capability to a frame is a mapping of its own, and
 * none has a link to the others of its frame. So there is a record for each page of RAM, made at boot, as Linux' struct
 * page is: how many mappings make the frame that begins there writable and executable, and in which address space, as long
 * as it is a single one. Runs of pages are cut by retype and never overlap, so the record of the first page holds for the
 * whole run, and every operation is constant time. A part of a run (FRAME_NARROW) shares the run's record: that of the
 * part's first page states where the run begins. So two pages of one run are not writable and executable in one address
 * space, either. A record for each page would permit that, but a mapping would have to look at 511 of them.
 *
 * Once several address spaces have mapped it in one way, no new mapping in the other way is made until all of those are
 * gone, even if all but one are: finding out which one is left would take a list. Existing mappings stay. Device memory is
 * never executable.
 */
#include "mm/wx.h"

static struct wx_record *records;
static u64 record_count;

void wx_init(struct wx_record *memory, u64 pages)
{
	records = memory;
	record_count = pages;
}

/* Of the frame's first page. NULL: it is not RAM. */
static struct wx_record *first_record(const struct slot *frame)
{
	u64 page = frame->phys >> PAGE_BITS;

	if ((frame->flags & SLOT_DEVICE) || page >= record_count)
		return NULL;
	return &records[page];
}

/* The one that holds for the frame. */
static struct wx_record *record_of(const struct slot *frame)
{
	struct wx_record *r = first_record(frame);

	return r ? r - r->into_run : NULL;
}

void wx_begin(const struct slot *frame)
{
	struct wx_record *r = first_record(frame);

	if (r)
		r->into_run = 0;
}

void wx_part(const struct slot *part, const struct slot *frame, u32 first)
{
	const struct wx_record *whole = first_record(frame);
	struct wx_record *r = first_record(part);

	if (r && whole)
		r->into_run = whole->into_run + first;
}

static bool is_elsewhere(u32 mappings, u64 where, u64 space)
{
	return mappings == 0 || (space != WX_SEVERAL && where != WX_SEVERAL && where != space);
}

bool wx_allows(const struct slot *frame, u64 space, u64 rights)
{
	const struct wx_record *r = record_of(frame);

	/* Records cover all RAM before the first frame is mapped. If a page had no record, its other mappings would be
	 * unknown, so it could not be mapped at all. */
	if (!r)
		return (frame->flags & SLOT_DEVICE) && !(rights & RIGHT_EXEC);
	if ((rights & RIGHT_EXEC) && !is_elsewhere(r->writers, r->writer, space))
		return false;
	return !(rights & RIGHT_WRITE) || is_elsewhere(r->executers, r->executer, space);
}

/* Looks at the record as it is without the frame's own mapping. */
bool wx_allows_change(const struct slot *frame, u64 space, u64 rights)
{
	const struct wx_record *r = record_of(frame);

	if (!r)
		return wx_allows(frame, space, rights);
	u32 writers = r->writers - ((frame->flags & SLOT_WRITER) != 0);
	u32 executers = r->executers - ((frame->flags & SLOT_EXECUTER) != 0);

	if ((rights & RIGHT_EXEC) && !is_elsewhere(writers, r->writer, space))
		return false;
	return !(rights & RIGHT_WRITE) || is_elsewhere(executers, r->executer, space);
}

static void count_up(u32 *mappings, u64 *where, u64 space)
{
	if (*mappings == 0)
		*where = space;
	else if (*where != space)
		*where = WX_SEVERAL;
	*mappings += 1;
}

void wx_note(struct slot *frame, u64 space, u64 rights)
{
	struct wx_record *r = record_of(frame);

	if (!r)
		return;
	if (rights & RIGHT_WRITE) {
		count_up(&r->writers, &r->writer, space);
		frame->flags |= SLOT_WRITER;
	}
	if (rights & RIGHT_EXEC) {
		count_up(&r->executers, &r->executer, space);
		frame->flags |= SLOT_EXECUTER;
	}
}

void wx_change(struct slot *frame, u64 space, u64 rights)
{
	u64 recorded = (frame->flags & SLOT_WRITER ? RIGHT_WRITE : 0) |
		       (frame->flags & SLOT_EXECUTER ? RIGHT_EXEC : 0);

	wx_note(frame, space, rights & ~recorded);
}

static void forget(struct slot *frame, u8 flags)
{
	struct wx_record *r = record_of(frame);

	flags &= frame->flags;
	if (r && (flags & SLOT_WRITER))
		r->writers--;
	if (r && (flags & SLOT_EXECUTER))
		r->executers--;
	frame->flags &= ~flags;
}

void wx_changed(struct slot *frame, u64 rights)
{
	if (!(rights & RIGHT_WRITE))
		forget(frame, SLOT_WRITER);
	if (!(rights & RIGHT_EXEC))
		forget(frame, SLOT_EXECUTER);
}

void wx_forget(struct slot *frame)
{
	forget(frame, SLOT_WRITER | SLOT_EXECUTER);
}
