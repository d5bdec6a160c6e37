#include "lib/fileserver/watch.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/notice.h"
#include "lib/microk/startup.h"
#include "protocols/file.h"

static cap_t first;
static u32 kept;                     /* watches */
static u8 holding[DESCRIPTIONS_MAX]; /* of the watched events: those that held at the last look */

static cap_t slot_of(const struct description *d)
{
	return first + description_number(d);
}

void watch_setup(cap_t first_slot)
{
	first = first_slot;
	kept = 0;
}

static u32 watched(const struct description *d)
{
	return d->flags >> DESCRIPTION_WATCH & DESCRIPTION_PART;
}

static void set_watched(const struct description *d, u32 events)
{
	u32 flags =
		(d->flags & ~(DESCRIPTION_PART << DESCRIPTION_WATCH)) | events << DESCRIPTION_WATCH;

	keep_write(&d->flags, &flags, sizeof(flags));
}

/* A file whose file system does not state its events can always be read and written. */
static u32 events_of(const struct description *d)
{
	struct place p = description_held(d);

	return p.fs->ops->ready ? p.fs->ops->ready(p.fs, p.node.id)
				: EVENT_READABLE | EVENT_WRITABLE;
}

static bool changes(const struct description *d)
{
	return first && description_held(d).fs->ops->ready;
}

void watch_drop(const struct description *d)
{
	if (!first || !watched(d))
		return;
	cnode_delete(SLOT_CNODE, slot_of(d));
	kept--;
}

enum microk_status watch_set(const struct description *d, u32 events, cap_t signal)
{
	enum microk_status status = events ? notice_check(signal) : OK;

	if (status != OK)
		return status;
	u32 hold = events_of(d) & events;
	if (hold)
		notice_send(signal);
	if (!changes(d))
		return OK;
	watch_drop(d);
	set_watched(d, events);
	if (!events)
		return OK;
	kept++;
	holding[description_number(d)] = (u8)hold;
	cnode_delete(SLOT_CNODE,
		     slot_of(d)); /* one that was moved there in a transaction that was undone */
	return cnode_move(
		SLOT_CNODE,
		&(struct cnode_move){
			.index = slot_of(d), .source_cnode = SLOT_CNODE, .source_index = signal});
}

void watch_look(void)
{
	for (u32 i = 0, left = kept; i < keep_description_count() && left; i++) {
		const struct description *d = &keep_descriptions()[i];
		if (d->use != DESCRIPTION_OPEN || !watched(d))
			continue;
		u32 now = events_of(d) & watched(d);
		if (now & ~(u32)holding[i])
			notice_send(slot_of(d));
		holding[i] = (u8)now;
		left--;
	}
}

void watch_take_over(void)
{
	for (u32 i = 0; first && i < keep_description_count(); i++) {
		const struct description *d = &keep_descriptions()[i];
		if (d->use != DESCRIPTION_OPEN || !watched(d)) {
			cnode_delete(SLOT_CNODE, slot_of(d));
			continue;
		}
		kept++;
		holding[i] = 0;
		notice_send(slot_of(d));
	}
}
