/* Making, running and ending the victim. */
#include "tests/guest/bad/victim.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define ROUND_BYTES (640ul << 10)
#define ROW 48
#define RUNS 10   /* priority of the victims */
#define WATCHES 1 /* of the supervisor while they run, so that it goes on when they cannot */
#define SUPERVISES 60
#define KICKS 400

extern const char victim_loop[], victim_loop_end[];

static cap_t round_untyped, row, code, faults, device;
static cap_t batch_frame[VICTIMS], buffer_frame[VICTIMS];
static u32 made; /* slots of the row in use */
static cap_t cnode, space;
static u32 filled; /* of the victim's slots */

void victim_prepare(struct victim *v)
{
	void *p;

	row = kit_slots(ROW);
	round_untyped = kit_make(CAP_UNTYPED, ROUND_BYTES);
	faults = kit_make(CAP_ENDPOINT, 0);
	p = kit_page(&code);
	memcpy(p, victim_loop, (size_t)(victim_loop_end - victim_loop));
	for (u32 i = 0; i < VICTIMS; i++) {
		EXPECT(OK, memory_make(BATCH_PAGES, &batch_frame[i], (void **)&v->batch[i]));
		v->buffer[i] = kit_page(&buffer_frame[i]);
	}
	device = kit_slot();
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
}

static cap_t make(enum cap_type type, u64 size)
{
	cap_t at = row + made++;

	EXPECT(OK, retype(round_untyped, type, size, at, 1));
	return at;
}

static cap_t give(struct victim *v, cap_t from, u32 rights)
{
	cap_t at = ++filled;

	v->type[at] = (u8)type_of(from);
	EXPECT(OK, slot_copy_to(cnode, at, from, rights));
	return at;
}

static void give_away(struct victim *v, cap_t from)
{
	v->type[++filled] = (u8)type_of(from);
	EXPECT(OK, slot_move_to(cnode, filled, from));
}

/* A frame that is mapped by the victim's own capability, which it may unmap. */
static void give_mapped(struct victim *v, cap_t frame, u64 address, u32 rights)
{
	cap_t at = row + made++;

	EXPECT(OK, slot_copy(at, frame, rights));
	EXPECT(OK, frame_map_at(at, space, address, rights));
	give_away(v, at);
}

/* The batch is mapped by one of the supervisor's capabilities. The victim gets none with the right to write: as
 * an IPC buffer the page would take messages, and they could not be distinguished from results. */
static void map_batch(u32 i)
{
	cap_t at = row + made++;

	EXPECT(OK, slot_copy(at, batch_frame[i], RIGHT_ALL));
	EXPECT(OK, frame_map_at(at, space, VICTIM_BATCH(i), RIGHT_READ | RIGHT_WRITE));
}

static void make_space(void)
{
	space = make(CAP_ADDRESS_SPACE, 0);
	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(make(CAP_PAGE_TABLE, 0), space, VICTIM_CODE, level));
	EXPECT(OK, table_map_at(make(CAP_PAGE_TABLE, 0), space, VICTIM_BATCH(0), 1));
}

static void make_threads(struct victim *v)
{
	for (u32 i = 0; i < VICTIMS; i++) {
		v->thread[i] = make(CAP_THREAD, 0);
		EXPECT(OK,
		       CONFIGURE(v->thread[i], .cnode = cnode, .address_space = space,
				 .fault_endpoint = faults, .ipc_buffer_frame = buffer_frame[i]));
		EXPECT(OK, thread_set_priority(v->thread[i], RUNS));
		EXPECT(OK, thread_start_at(v->thread[i], VICTIM_CODE, 0, VICTIM_BATCH(i)));
	}
}

static void give_ranges(struct victim *v)
{
	cap_t irqs = row + made++, ports = row + made++;

	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 100, 20, irqs));
	EXPECT(OK, ioport_narrow_to(ROOT_IOPORT, 0x2e8, 8, ports)); /* COM4: nothing there */
	give(v, irqs, RIGHT_ALL);
	EXPECT(OK,
	       irq_narrow(irqs, &(struct irq_narrow){105, 1, .cnode = cnode, .index = ++filled}));
	v->type[filled] = CAP_IRQ;
	give_away(v, irqs);
	give(v, ports, RIGHT_ALL);
	give_away(v, ports);
}

static enum microk_status give_mint(u64 index, cap_t from, u64 badge, u64 flags)
{
	return cnode_mint(
		cnode,
		&(struct cnode_mint){
			.index = index,
			.source_cnode = ROOT_CNODE,
			.source_index = from,
			.rights = RIGHT_ALL,
			.badge = badge,
			.flags = flags});
}

static void give_endpoints(struct victim *v)
{
	cap_t ep = make(CAP_ENDPOINT, 0), n = make(CAP_NOTIFICATION, 0), watched;

	give(v, ep, RIGHT_ALL);
	watched = ++filled;
	v->type[watched] = CAP_ENDPOINT;
	EXPECT(OK, give_mint(watched, ep, 77, MINT_BADGE | MINT_WATCH));
	v->type[++filled] = CAP_ENDPOINT;
	EXPECT(OK, cnode_copy(cnode, &(struct cnode_copy){filled, cnode, watched, RIGHT_ALL}));
	give(v, make(CAP_ENDPOINT, 0), RIGHT_ALL);
	give(v, ep, RIGHT_WRITE);
	give(v, n, RIGHT_ALL);
	v->type[++filled] = CAP_NOTIFICATION;
	EXPECT(OK, give_mint(filled, n, 0x10, MINT_BADGE));
	give(v, make(CAP_NOTIFICATION, 0), RIGHT_ALL);
}

void victim_make(struct victim *v)
{
	made = filled = 0;
	memset(v->type, 0, sizeof(v->type));
	cnode = make(CAP_CNODE, VICTIM_SLOTS);
	make_space();
	make_threads(v);
	give(v, cnode, RIGHT_ALL);
	give(v, make(CAP_CNODE, 16), RIGHT_ALL);
	give(v, cnode, RIGHT_READ);
	give(v, space, RIGHT_ALL);
	give(v, make(CAP_ADDRESS_SPACE, 0), RIGHT_ALL);
	give(v, v->thread[0], RIGHT_ALL);
	give(v, v->thread[1], RIGHT_ALL);
	give(v, make(CAP_THREAD, 0), RIGHT_ALL);
	give_endpoints(v);
	give(v, make(CAP_REPLY, 0), RIGHT_ALL);
	give(v, make(CAP_REPLY, 0), RIGHT_ALL);
	give_away(v, make(CAP_UNTYPED, 128 << 10));
	for (u32 i = 0; i < 3; i++)
		give_away(v, make(CAP_PAGE_TABLE, 0));
	give(v, make(CAP_FRAME, 1), RIGHT_ALL);
	give(v, make(CAP_FRAME, 4), RIGHT_ALL);
	give(v, device, RIGHT_ALL);
	give(v, ROOT_KERNEL, RIGHT_ALL);
	give(v, ROOT_IOSPACE, RIGHT_ALL);
	for (u32 i = 0; i < VICTIMS; i++) {
		give(v, buffer_frame[i], RIGHT_ALL);
		map_batch(i);
		give(v, batch_frame[i], RIGHT_READ);
	}
	give_mapped(v, code, VICTIM_CODE, RIGHT_READ | RIGHT_EXEC);
	give_ranges(v);
	CHECK(filled < VICTIM_FIRST_FREE && made <= ROW);
}

void victim_run(struct victim *v)
{
	bool moved = true;

	/* Both are ready; the supervisor lowers its priority and runs again when neither can run. */
	EXPECT(OK, kit_run_at(WATCHES));
	for (u32 kick = 0; kick < KICKS && moved; kick++) {
		moved = false;
		for (u32 i = 0; i < VICTIMS; i++) {
			thread_set_priority(v->thread[i], RUNS);
			moved |= thread_cancel(v->thread[i]) == OK;
			moved |= thread_resume(v->thread[i]) == OK;
		}
	}
	EXPECT(OK, kit_run_at(SUPERVISES));
}

void victim_destroy(struct victim *v)
{
	EXPECT(OK, slot_revoke(round_untyped));
	EXPECT_U64(0, used_of(round_untyped));
	for (u32 i = 0; i < made; i++)
		slot_delete(row + i); /* copies of what stays */
	EXPECT_U64(0, children_of(batch_frame[0]));
	EXPECT_U64(0, children_of(buffer_frame[1]));
	EXPECT_U64(0, children_of(device));
	EXPECT_U64(0, children_of(faults));
	for (u32 i = 0; i < VICTIMS; i++)
		EXPECT_U64(0, v->batch[i]->broken);
}
