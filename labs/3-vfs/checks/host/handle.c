/* Exercise 3.3, a descriptor as a badged capability. */
#include "handle_fakes.h"
#include "gen/protocols/file_protocol.h"
#include "protocols/dir.h"
#include "unit.h"

#define IN_DOUBT                                                                                   \
	"the answer was lost on the way, and the client repeats its request: the file must still " \
	"be open (is_in_doubt)"
#define LATER "a description in doubt is decided later: in_doubt must be set"

static ASKED cap_t slot;

static void open_as(u32 number, u32 flags, u32 kind, u64 client)
{
	table[number] = (struct description){
		.use = DESCRIPTION_OPEN,
		.generation = (u32)(unit_random(number) & 0xffff),
		.flags = flags,
		.kind = kind,
		.client = client,
		.number = 1000 + number};
}

static u64 badge_of(u32 number)
{
	return 1ul << 63 | (u64)table[number].generation << 16 | number;
}

static void mint_it(u32 number)
{
	slot = 0;
	WANT_STATUS(text("handle_mint(description %u)", number), OK, mint(number, &slot), NULL);
}

/* Minted, and arrived at the client, which has this number of capabilities to it. */
static void held_by(u32 number, u32 children)
{
	mint_it(number);
	slots_of[number].children = children;
	handle_arrived(FIRST_SLOT + number);
}

static void want_closed(u32 number, bool wanted, const char *when, const char *cause)
{
	WANT_U64(text("times that description %u is closed %s", number, when), wanted,
		 closed[number], cause);
	WANT_U64(text("times that its slot is emptied %s", when), wanted, deleted[number], cause);
	WANT_U64(text("times that its lent Frame is dropped %s", when), wanted,
		 lent_dropped[number], cause);
}

/* A description that may be asked for again is closed. */
static void close_in_doubt(u32 number)
{
	open_as(number, 0, KIND_FILE, CLIENT);
	kept[number] = true;
	mint_it(number);
	close_number(number);
}

/* ---- the checks ---- */
static void place(void)
{
	begin_handles();
	for (u32 i = 0; i < PLACES; i += 5) {
		open_as(i, 0, KIND_FILE, CLIENT);
		mint_it(i);
		WANT_U64("the slot to be transferred", FIRST_SLOT + i, slot,
			 "each description has its own slot (slot_of)");
		WANT(slots_of[i].filled, NULL, "the capability is in that slot", "it is not");
		WANT_U64("it was minted from the capability in slot", ENDPOINT, slots_of[i].source,
			 "from the server's Endpoint");
	}
}

static void badge(void)
{
	begin_handles();
	for (u32 i = 0; i < 4; i++) {
		open_as(i, 0, KIND_FILE, CLIENT);
		mint_it(i);
		WANT_U64(
			"MINT_BADGE among the flags", MINT_BADGE, slots_of[i].flags & MINT_BADGE,
			"without the flag the badge stays 0, and the client holds the root of all");
		WANT_U64("badge", badge_of(i), slots_of[i].badge,
			 "the badge is the only thing by which the server recognises the file: "
			 "description_badge");
	}
}

static void watched(void)
{
	begin_handles();
	open_as(3, 0, KIND_FILE, CLIENT);
	mint_it(3);
	WANT_U64("MINT_WATCH among the flags", MINT_WATCH, slots_of[3].flags & MINT_WATCH,
		 "without it the server is never notified that the last client is gone: the "
		 "description "
		 "stays open for ever");
}

static void want_rights(u32 flags, u64 wanted, const char *cause)
{
	open_as(1, flags, KIND_FILE, CLIENT);
	slots_of[1].filled = 0;
	mint_it(1);
	u64 came = slots_of[1].rights & ~(u64)(RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT);
	WANT_U64(text("the protocol's rights of a file opened with flags %u", flags), wanted, came,
		 came & ~wanted ? cause : NULL);
}

static void rights(void)
{
	begin_handles();
	want_rights(
		0, FILE_RIGHT_READ,
		"opened to be read: no right to write, or the rights of open() would mean nothing");
	want_rights(OPEN_WRITE, FILE_RIGHT_READ | FILE_RIGHT_WRITE, NULL);
	want_rights(OPEN_WRITE | OPEN_WRITE_ONLY, FILE_RIGHT_WRITE,
		    "write-only means that it cannot be read");
	want_rights(OPEN_WRITE | OPEN_APPEND, FILE_RIGHT_READ | FILE_RIGHT_WRITE, NULL);
}

static void no_receive(void)
{
	begin_handles();
	open_as(2, OPEN_WRITE, KIND_FILE, CLIENT);
	mint_it(2);
	WANT_U64("RIGHT_READ of the Endpoint among the rights", 0, slots_of[2].rights & RIGHT_READ,
		 "with it a client could receive at the server's Endpoint, in its place");
	WANT_U64("RIGHT_WRITE and RIGHT_GRANT", RIGHT_WRITE | RIGHT_GRANT,
		 slots_of[2].rights & (RIGHT_WRITE | RIGHT_GRANT),
		 "the client calls (RIGHT_WRITE) and may lend a Frame with a call (RIGHT_GRANT)");
}

static void again(void)
{
	begin_handles();
	open_as(1, 0, KIND_FILE, CLIENT);
	held_by(1, 1);
	slot = 0;
	WANT_STATUS("handle_mint of a description that has its capability", OK, mint(1, &slot),
		    "an answer that is sent again carries the same capability: ERR_OCCUPIED is not "
		    "an error");
	WANT_U64("the slot to be transferred, of a capability that is there already",
		 FIRST_SLOT + 1, slot, "*slot is set for the second answer, too");
	kept[1] = true;
	slots_of[1].children = 0;
	close_number(1);
	want_closed(
		1, true, "after it had arrived, was asked for again, and closed",
		"that it had arrived before stays true: only a new capability has not arrived yet");
	mint_status = ERR_MEMORY;
	open_as(2, 0, KIND_FILE, CLIENT);
	WANT_STATUS("handle_mint, where the kernel answers ERR_MEMORY", ERR_MEMORY, mint(2, &slot),
		    "the kernel's errors are the caller's");
}

static void new_in_the_place(void)
{
	begin_handles();
	open_as(1, 0, KIND_FILE, CLIENT);
	held_by(1, 0);
	close_number(1);
	want_closed(1, true, "when no client holds it", NULL);
	close_in_doubt(2);
	bool waits = !closed[2];
	close_in_doubt(1);
	want_closed(1, true, "(once: the second one in the same place has not arrived)",
		    waits ? "a new capability has not arrived, whatever its place held before: "
			    "arrived[] is false again"
			  : IN_DOUBT);
}

static void last(void)
{
	begin_handles();
	open_as(1, 0, KIND_FILE, CLIENT);
	open_as(2, 0, KIND_FILE, CLIENT);
	held_by(1, 0);
	held_by(2, 0);
	close_number(1);
	want_closed(1, true, "when no client holds it",
		    "ST_CLOSED: the slot is emptied, the lent Frame dropped, the description "
		    "closed (close_one)");
	want_closed(2, false, "when another one is closed", NULL);
	/* Never transferred: nothing holds it, and its request cannot come again. */
	open_as(3, 0, KIND_FILE, CLIENT);
	mint_it(3);
	close_number(3);
	want_closed(
		3, true,
		"when it has not arrived, no client holds it, and its request cannot come again",
		NULL);
}

static void still_held(void)
{
	for (u32 children = 2; children; children--) {
		begin_handles();
		open_as(1, 0, KIND_FILE, CLIENT);
		mint_it(1);
		slots_of[1].children = children;
		close_number(1);
		want_closed(1, false,
			    children == 1 ? "while its capability has one child"
					  : "while its capability has children",
			    "the message may be late: an answer that has arrived since made a new "
			    "child "
			    "(cnode_describe)");
	}
}

static void doubt(void)
{
	begin_handles();
	close_in_doubt(1);
	want_closed(1, false, "while its opener may ask again", IN_DOUBT);
	handle_opener_closed(OTHER_CLIENT);
	want_closed(1, false, "when another client is gone", NULL);
	handle_opener_closed(CLIENT);
	want_closed(1, true, "when its opener is gone", LATER);
}

static void directory(void)
{
	begin_handles();
	close_in_doubt(3);
	handle_opener_closed(CLIENT);
	bool decides = closed[3];
	open_as(1, 0, KIND_DIRECTORY, CLIENT);
	held_by(1, 0);
	open_as(2, 0, KIND_FILE, badge_of(1)); /* opened by way of the directory */
	kept[2] = true;
	mint_it(2);
	close_number(2);
	want_closed(2, false, "while the directory is open", NULL);
	close_number(1);
	want_closed(1, true, "when no client holds it", NULL);
	want_closed(2, true, "when the directory that it was opened by is closed",
		    decides ? "with a directory ends the capability by which others were opened: "
			      "handle_opener_closed(its badge), taken before it is closed"
			    : LATER);
}

static const struct unit_check checks[] = {
	{"3.3.a", place},      {"3.3.b", badge}, {"3.3.c", watched},          {"3.3.d", rights},
	{"3.3.e", no_receive}, {"3.3.f", again}, {"3.3.g", new_in_the_place}, {"3.3.h", last},
	{"3.3.i", still_held}, {"3.3.j", doubt}, {"3.3.k", directory},
};
UNIT_MAIN(checks)
