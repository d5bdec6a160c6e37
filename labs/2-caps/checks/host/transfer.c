/* Exercise 2.6, all-or-nothing transfer: two threads with a CSpace and a buffer each. */
#include "cap/cnode.h"
#include "cap/transfer.h"
#include "microk/ipcbuf.h"
#include "transfer_fakes.h"
#include "unit.h"

#define SLOTS 16

static struct thread *from, *to;
/* The checks follow no pointer to write that the code under test can change. */
static struct slot *from_caps, *to_caps;
static struct ipcbuf *from_buffer, *to_buffer;

static struct thread *new_thread(struct slot **caps, struct ipcbuf **buffer)
{
	struct thread *t = unit_object(THREAD_BYTES, THREAD_BYTES);

	t->caps_count = SLOTS;
	*caps = t->caps = unit_object(64, SLOTS * sizeof(struct slot));
	*buffer = t->buffer = unit_object(4096, 4096);
	return t;
}

static void begin(void)
{
	from = new_thread(&from_caps, &from_buffer);
	to = new_thread(&to_caps, &to_buffer);
	for (u32 i = 0; i < MSG_CAPS; i++) {
		from_caps[3 + i] =
			(struct slot){.type = CAP_ENDPOINT, .rights = 7, .badge = 30 + i};
		from_buffer->send_caps[i] = 3 + i;
		to_buffer->recv_caps[i] = 10 + i;
	}
	derived = 0;
	transfer_from = from, transfer_to = to;
}

static bool is_in(const struct slot *s, const struct slot *caps)
{
	return s >= caps && s < caps + SLOTS;
}

/* Whether the second of two derivations in one slot is i. */
static bool is_second(u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (derivation[k].child == derivation[i].child)
			return true;
	return false;
}

/* Set where the buffers change in the middle of a transfer. */
static const char *once;

/* The code under test asks others for each capability's derivation: these are what it asked for. */
static void want_asked(void)
{
	for (u32 i = 0; i < derived && i < MOST_DERIVED; i++) {
		WANT(is_in(derivation[i].child, to_caps),
		     once ? once : "an index within the receiver's CSpace",
		     "capabilities arrive in the receiver's slots", "one was put elsewhere");
		WANT(is_in(derivation[i].parent, from_caps),
		     once ? once : "an index within the sender's CSpace",
		     "the capability is the sender's", "it is not");
		WANT(!derivation[i].was_filled,
		     once           ? once
		     : is_second(i) ? "of two capabilities with one destination the second is put "
				      "over the first"
				    : "a filled slot would be lost",
		     "it arrives in an empty slot", "the slot was filled");
		WANT_U64(
			"the rights that are asked for", RIGHT_ALL, derivation[i].rights,
			"a transfer gives the rights that the sender has: RIGHT_ALL asks for that");
	}
}

static status_t transfer(u32 n)
{
	status_t s = transfer_invoke(from, to, n);

	want_asked();
	return s;
}

static void want_arrived(u32 slot, u64 badge)
{
	WANT(to_caps[slot].type == CAP_ENDPOINT && to_caps[slot].badge == badge,
	     once ? once : "send_caps[i] arrives in recv_caps[i]",
	     text("slot %u holds the capability with badge %lu", slot, badge),
	     text("type %u, badge %lu", to_caps[slot].type, to_caps[slot].badge));
}

static void want_none(const char *what)
{
	WANT_STATUS(what, ERR_TRANSFER, transfer(3),
		    "one capability that cannot be transferred ends the transfer");
	WANT(!derived, "look at all of them before you derive the first",
	     text("%s: none is transferred", what), text("%u were", derived));
}

static void all(void)
{
	begin();
	WANT_STATUS("transfer of 3", OK, transfer(3), NULL);
	for (u32 i = 0; i < 3; i++)
		want_arrived(10 + i, 30 + i);
	begin();
	to_buffer->recv_caps[0] = 12, to_buffer->recv_caps[1] = 1,
	to_buffer->recv_caps[2] = SLOTS - 1;
	WANT_STATUS("transfer of 2", OK, transfer(2), NULL);
	want_arrived(12, 30);
	want_arrived(1, 31);
	WANT_U64("capabilities transferred", 2, derived, "as many as the message carries");
	begin();
	from_buffer->send_caps[1] = 3;
	WANT_STATUS("transfer of the same twice, into two slots", OK, transfer(3),
		    "nothing is wrong with that");
	want_arrived(11, 30);
}

static void no_buffer(void)
{
	begin();
	from->buffer = NULL;
	want_none("the sender has no buffer");
	begin();
	to->buffer = NULL;
	want_none("the receiver has no buffer");
}

static void bad_source(void)
{
	static const u32 wrong[] = {0, 2, SLOTS, 0xffffffff};

	for (u32 k = 0; k < 3; k++)
		for (u32 i = 0; i < ARRAY_LEN(wrong); i++) {
			begin();
			from_buffer->send_caps[k] = wrong[i];
			want_none(text("the source of number %u is %s slot %u", k,
				       wrong[i] < SLOTS ? "the empty" : "there is no", wrong[i]));
		}
}

static void bad_destination(void)
{
	static const u32 wrong[] = {0, 9, SLOTS, 0xffffffff};

	for (u32 k = 0; k < 3; k++)
		for (u32 i = 0; i < ARRAY_LEN(wrong); i++) {
			begin();
			to_caps[9].type = CAP_FRAME;
			to_buffer->recv_caps[k] = wrong[i];
			want_none(text("the destination of number %u is %s slot %u", k,
				       wrong[i] == 9 ? "the filled" : "the impossible", wrong[i]));
		}
}

static void same_destination(void)
{
	static const u8 which[][2] = {{0, 1}, {0, 2}, {1, 2}};

	for (u32 i = 0; i < ARRAY_LEN(which); i++) {
		begin();
		to_buffer->recv_caps[which[i][1]] = to_buffer->recv_caps[which[i][0]];
		want_none(text(
			"numbers %u and %u have the same destination", which[i][0], which[i][1]));
	}
}

static void one_owner(void)
{
	for (u32 k = 0; k < 3; k++) {
		begin();
		from_caps[3 + k].type = CAP_UNTYPED;
		want_none(text("number %u is an Untyped", k));
		begin();
		from_caps[3 + k].type = CAP_PAGE_TABLE;
		want_none(text("number %u is a PageTable", k));
	}
}

static void read_once(void)
{
	begin();
	from_caps[7] = (struct slot){.type = CAP_UNTYPED, .badge = 77};
	changes_buffers = true;
	once = "the buffers are read once, before the first capability is derived";
	WANT_STATUS("transfer of 3, while a task writes to the buffers", OK, transfer(3), once);
	for (u32 i = 0; i < 3; i++)
		want_arrived(10 + i, 30 + i);
}

static const struct unit_check checks[] = {
	{"2.6.a", all},
	{"2.6.b", no_buffer},
	{"2.6.c", bad_source},
	{"2.6.d", bad_destination},
	{"2.6.e", same_destination},
	{"2.6.f", one_owner},
	{"2.6.g", read_once},
};
UNIT_MAIN(checks)
