/* Exercise 3.4, virtio submit and complete: the judge is the device. */
#include "virtio_fakes.h"
#include "unit.h"
#include <string.h>

#define DATA 0x90000000ul
#define SPEC "VIRTIO 1.1, 2.6.13 (supplying buffers) and 2.6.14 (receiving used buffers)"
#define TRUST                                                                                      \
	"the device is not trusted: its words are checked before they are used, and poll "         \
	"returns false"
#define RAISED "the available ring's index is raised after each chain: " SPEC
#define RUNS_ON                                                                                    \
	"the index runs on past the number of entries; only the place in the ring is taken "       \
	"modulo the entries"
#define IN_FLIGHT                                                                                  \
	"an id is right if it is the first descriptor of a chain in flight: submit notes "         \
	"tags[tag].in_flight and .first, and tag_of[first]"
#define FREE_AGAIN "all descriptors of a chain are free when it has ended (release)"
enum { S_OK, S_IO, S_UNSUPPORTED };

static u16 made, seen,
	given; /* chains that were taken, seen in the available ring, and put into the used ring */
static bool rose; /* the available ring's index, with a chain */
static struct request {
	u32 id, type, parts, chain;
	u64 sector, bytes;
	u8 *status;
} flying[VIRTIO_QUEUE_MAX];

static bool is_drivers(u64 address)
{
	return address - (u64)device_memory < (256u << 10);
}

static void *at(u64 address)
{
	WANT(address >= DMA && address < DMA + (256u << 10),
	     is_drivers(address) ? "an address for the device, not for the driver"
				 : "the ring has the first descriptor of the chain, which "
				   "place_direct or place_indirect returned",
	     "the queue leads to the device's memory", text("%#lx", address));
	return device_memory + (address - DMA);
}

static const volatile struct virtio_available *available(void)
{
	return at(available_at);
}

static volatile struct virtio_used *used(void)
{
	return at(used_at);
}

static void begin(u64 features, u16 entries)
{
	made = seen = given = 0;
	rose = false;
	features_offered = 1ul << VIRTIO_F_VERSION_1 | features;
	queue_entries = entries;
	WANT_STATUS("the disk starts", OK, start_disk(), NULL);
	ended_count = 0;
}

static void make_piece(enum disk_op op, u64 sector, u32 parts)
{
	piece.op = op;
	piece.sector = sector;
	piece.sectors = parts * 8;
	piece.parts = parts;
	for (u32 i = 0; i < parts; i++)
		piece.part[i] = (struct disk_part){DATA + sector * 512 + i * 8192, 4096};
}

/* The next chain that the driver has made available. */
static struct request *receive(void)
{
	u16 id = available()->ring[seen % queue_entries], index = available()->index;

	WANT_U64(text("the available ring's index after chain %u", made), made, index,
		 rose && index == made % queue_entries ? RUNS_ON : RAISED);
	seen++;
	WANT(id < queue_entries, SPEC, "the ring names a descriptor of the queue",
	     text("%u of %u", id, queue_entries));
	struct request *r = &flying[id];
	const struct virtio_descriptor *d = (struct virtio_descriptor *)at(descriptors_at) + id,
				       *table = at(descriptors_at);
	*r = (struct request){.id = id, .chain = 1};
	if (d->flags & VIRTIO_INDIRECT)
		table = d = at(d->address);
	const struct virtio_descriptor *head = d;
	const u32 *words = at(head->address);
	r->type = words[0];
	memcpy(&r->sector, words + 2, 8);
	while (d->flags & VIRTIO_NEXT) {
		d = &table[d->next % 256];
		WANT(++r->chain <= 60, SPEC, "a chain ends", "it goes round");
		if (d->flags & VIRTIO_NEXT)
			r->parts++, r->bytes += d->flags & VIRTIO_DEVICE_WRITES ? d->bytes : 0;
	}
	r->status = at(d->address);
	return r;
}

static void report(u32 id, u32 bytes)
{
	used()->ring[given % queue_entries].id = id;
	used()->ring[given % queue_entries].bytes = bytes;
	used()->index = ++given;
}

static void done(struct request *r)
{
	*r->status = S_OK;
	report(r->id, (u32)r->bytes + 1);
}

static void want_ended(u32 count, const char *cause)
{
	WANT_U64("poll (1: the device keeps to the protocol)", 1, poll_disk(), IN_FLIGHT);
	WANT_U64("pieces that have ended", count, ended_count, cause);
}

static bool submit_made(u32 tag)
{
	bool taken = submit_piece(tag);

	made += taken;
	rose |= taken && available()->index == made;
	return taken;
}

static bool submit(u32 tag, u64 sector, u32 parts)
{
	make_piece(DISK_READ, sector, parts);
	return submit_made(tag);
}

/* ---- the checks ---- */
static void one(void)
{
	begin(0, 16);
	WANT_U64("submit (1: taken)", 1, submit(5, 800, 2), NULL);
	WANT_U64("the available ring's index", 1, available()->index, RAISED);
	WANT_U64("rings of the bell, before kick", 0, rings, NULL);
	ring_bell();
	WANT_U64("rings of the bell, after kick", 1, rings, NULL);
	struct request *r = receive();
	WANT_U64("the chain's first sector", 800, r->sector,
		 "the ring has the first descriptor of the chain, which place_direct returned");
	WANT_U64("descriptors of the chain: head, two parts, status", 4, r->chain, NULL);
	want_ended(0, "nothing is done yet");
	done(r);
	want_ended(1, NULL);
	WANT_U64("its tag", 5, ended[0].tag,
		 "tag_of[] finds the tag by the chain's first descriptor");
	WANT_STATUS("its status", OK, ended[0].status, NULL);
	want_ended(1, "each entry of the used ring is reported once");
}

static void indirect(void)
{
	begin(1ul << VIRTIO_F_INDIRECT, 4);
	for (u32 tag = 0; tag < 4; tag++)
		WANT_U64(text("submit of piece %u in a queue of 4, with a table of its own (1: "
			      "taken)",
			      tag),
			 1, submit(tag, 100 * tag, 20),
			 "with indirect tables a chain takes one descriptor of the queue");
	WANT_U64("submit of the fifth (0: no room)", 0, submit(9, 0, 20), NULL);
	for (u32 tag = 0; tag < 4; tag++) {
		struct request *r = receive();
		WANT_U64("sector", 100 * tag, r->sector, NULL);
		WANT_U64("parts", 20, r->parts, NULL);
		done(r);
	}
	want_ended(4, NULL);
	for (u32 i = 0; i < 4; i++)
		WANT_U64("tag", i, ended[i].tag, NULL);
	WANT_U64("submit after that (1: taken)", 1, submit(9, 0, 20), FREE_AGAIN);
}

/* The report of a piece's end may submit the next one. */
static void from_ended(void)
{
	begin(0, 4);
	WANT_U64("a chain of 4 in a queue of 4", 1, submit(1, 10, 2), NULL);
	done(receive());
	taken_again = 0;
	submits_again = true;
	want_ended(1, NULL);
	WANT_U64("pieces that are taken while the end of the only one is reported", 1, taken_again,
		 "ended() may submit: the chain is released before");
	made++;
	done(receive());
	want_ended(2, NULL);
}

static void no_room(void)
{
	begin(0, 8);
	WANT_U64("a chain of 4 in a queue of 8", 1, submit(1, 10, 2), NULL);
	WANT_U64("a second one", 1, submit(2, 20, 2), NULL);
	WANT_U64("a third one (0: no room)", 0, submit(3, 30, 2),
		 "it needs parts + 2 descriptors, and none is free");
	WANT_U64("the available ring's index then", 2, available()->index,
		 available()->index == 3 ? "without room submit has no effect" : RAISED);
	done(receive());
	want_ended(1, NULL);
	WANT_U64("the third, when the first has ended (1: taken)", 1, submit(3, 30, 2), FREE_AGAIN);
	receive();
	done(receive());
	want_ended(2, NULL);
	WANT_U64("a piece without data in the room of 4 (1: taken)", 1, submit(4, 40, 0), NULL);
	make_piece(DISK_DISCARD, 50, 0);
	WANT_U64("a discard in the room of 2 (0: no room)", 0, submit_made(5),
		 "its chain has a head, the range and the status");
	WANT_U64("a piece without data in the same room (1: taken)", 1, submit(6, 60, 0), NULL);
	from_ended();
}

static void any_order(u64 features)
{
	u32 tags[DISK_TAGS], in_flight = 0, order[DISK_TAGS];

	begin(features, 64);
	submit(5, 1, 1);
	done(receive());
	want_ended(1, NULL);
	for (u32 round = 0; round < 60; round++) {
		in_flight = 0;
		for (u32 tag = (u32)unit_random(round) % DISK_TAGS, n = 0; n < DISK_TAGS;
		     n++, tag = (tag + 1) % DISK_TAGS)
			if (submit(tag, tag, 1 + (u32)(unit_random(round * 64 + n) % 4)))
				tags[in_flight++] = tag;
			else
				break;
		WANT(in_flight >= 10, FREE_AGAIN,
		     text("round %u: ten pieces or more are taken", round), text("%u", in_flight));
		for (u32 i = 0; i < in_flight; i++) {
			struct request *r = receive();
			WANT_U64("sector of the chain", tags[i], r->sector, NULL);
			order[i] = r->id;
		}
		ended_count = 0;
		for (u32 i = 0, left = in_flight; left; left--, i++) {
			u32 pick = (u32)(unit_random(round * 7 + i) % left);
			u32 id = order[pick];
			order[pick] = order[left - 1];
			done(&flying[id]);
			WANT_U64("poll", 1, poll_disk(), "chains may end in any order");
			WANT_U64("tag of the chain that has ended", flying[id].sector,
				 ended[ended_count - 1].tag, "tag_of[]");
		}
		WANT_U64("pieces that have ended", in_flight, ended_count, NULL);
	}
}

static void order_direct(void)
{
	any_order(0);
}

static void order_indirect(void)
{
	any_order(1ul << VIRTIO_F_INDIRECT);
}

static void many(void)
{
	u32 total = 0;

	begin(1ul << VIRTIO_F_INDIRECT, 64);
	submit(5, 1, 1);
	done(receive());
	want_ended(1, NULL);
	while (total < 70000) {
		u32 taken = submit_many(total, 64);
		made += (u16)taken;
		WANT_U64(text("pieces taken, after %u", total), 64, taken,
			 total < 60000 ? FREE_AGAIN
				       : "the indices are 16 bits, and run from 65,535 to 0");
		for (u32 i = 0; i < 64; i++)
			done(receive());
		ended_count = 0;
		WANT_U64(text("poll, after %u pieces (1: the device keeps to the protocol)", total),
			 1, poll_disk(),
			 total ? "both rings go round; the indices do not begin again with them"
			       : IN_FLIGHT);
		WANT_U64("pieces that have ended", 64, ended_count, NULL);
		total += 64;
	}
}

static void want_status_of(u8 byte, int missing, enum microk_status wanted, const char *what,
			   const char *cause)
{
	begin(0, 16);
	submit(3, 70, 2);
	struct request *r = receive();
	if (byte != 0xff)
		*r->status = byte;
	report(r->id, (u32)((int)r->bytes + 1 - missing));
	want_ended(1, NULL);
	WANT_STATUS(what, wanted, ended[0].status, cause);
}

static void statuses(void)
{
	want_status_of(S_OK, 0, OK, "status 0, all bytes written", NULL);
	want_status_of(S_IO, 0, ERR_IO, "status 1 (IOERR)", NULL);
	want_status_of(S_UNSUPPORTED, 0, ERR_METHOD, "status 2 (UNSUPP)", NULL);
	want_status_of(77, 0, ERR_IO, "status 77, which does not exist", TRUST);
	want_status_of(0xff, 0, ERR_IO, "a status that the device did not write",
		       "the driver puts S_NONE there before");
	want_status_of(S_OK, 512, ERR_IO, "status 0, but 512 bytes fewer than asked for",
		       "the rest of the buffer holds what was there before: tags[].writes");
}

static void want_refused_for(const char *what, const char *cause)
{
	u32 before = ended_count;

	WANT_U64(text("poll, when %s (0: the device does not keep to the protocol)", what), 0,
		 poll_disk(), cause);
	WANT_U64("pieces that have ended by it", before, ended_count, cause);
}

static void want_refused(const char *what)
{
	want_refused_for(what, TRUST);
}

static void lies(void)
{
	begin(0, 16);
	submit(1, 10, 2);
	struct request *r = receive();
	done(r);
	used()->index = 17;
	want_refused("the used ring's index is ahead by more than its entries");
	begin(0, 16);
	submit(1, 10, 2);
	done(receive());
	want_ended(1, NULL);
	submit(2, 20, 2);
	done(receive());
	used()->index = 0;
	want_refused_for("the used ring's index is one behind, and a chain's end lies after it",
			 "the distance of two indices has 16 bits: (u16)(index - used)");
	begin(0, 16);
	submit(1, 10, 2);
	r = receive();
	report(16, 1);
	want_refused("the id is not a descriptor of the queue");
	begin(0, 16);
	submit(1, 10, 2);
	r = receive();
	report(0xffffff00 | r->id, 1);
	want_refused("the id is far outside of the queue");
	begin(0, 16);
	submit(1, 10, 2);
	r = receive();
	report(0x10000 | r->id, (u32)r->bytes + 1);
	want_refused("the id is right but for its 17th bit");
	begin(0, VIRTIO_QUEUE_MAX);
	submit(1, 10, 2);
	receive();
	report(VIRTIO_QUEUE_MAX, 1);
	want_refused("the id is the first one after the largest queue");
	begin(0, 16);
	submit(1, 10, 2);
	r = receive();
	report(((struct virtio_descriptor *)at(descriptors_at))[r->id].next, 1);
	want_refused("the id is in the middle of a chain");
	begin(0, 16);
	submit(0, 10, 2);
	submit(1, 20, 2);
	r = receive();
	done(r);
	want_ended(1, NULL);
	report(r->id, 1);
	want_refused("the same chain ends a second time");
}

static const struct unit_check checks[] = {
	{"3.4.a", one},          {"3.4.b", indirect},       {"3.4.c", no_room},
	{"3.4.d", order_direct}, {"3.4.e", order_indirect}, {"3.4.f", many},
	{"3.4.g", statuses},     {"3.4.h", lies},
};
UNIT_MAIN(checks)
