/* Random bytes run as code, with the instructions that enter and leave the kernel strewn in. */
#include "tests/guest/kit/short.h"
#include "tests/guest/state/state.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"
#include "tests/random.h"

#define CODE 0x500000000000ul
#define STACK (CODE + PAGE_SIZE)
#define STARTS_EACH 16
#define SPICES_EACH 400
#define OFTEN 20 /* faults of one start that are answered */

static u64 seed;

static u64 draw(void)
{
	return random_word(&seed);
}

static const struct {
	u8 bytes, code[3];
} spices[] = {
	{2, {0x0f, 0x05}},
	{1, {0x9d}},
	{2, {0x48, 0xcf}},
	{2, {0x0f, 0x34}},
	{1, {0xf1}},
	{1, {0xcc}},
	{2, {0xcd, 0x80}},
	{2, {0x8e, 0xd0}},
	{2, {0x8e, 0xd8}},
	{2, {0x0f, 0xa1}},
	{1, {0xcb}},
	{1, {0xcf}},
	{2, {0x0f, 0x01}},
	{2, {0x0f, 0xae}},
	{1, {0xf4}},
	{2, {0x0f, 0x0b}},
	{3, {0x48, 0x0f, 0x07}},
	{2, {0x0f, 0x30}}};

static void write_code(u8 *code)
{
	for (u32 i = 0; i < PAGE_SIZE; i += 8) {
		u64 word = draw();

		memcpy(code + i, &word, 8);
	}
	for (u32 i = 0; i < SPICES_EACH; i++) {
		u64 which = draw() % ARRAY_LEN(spices);

		memcpy(code + draw() % (PAGE_SIZE - 4), spices[which].code, spices[which].bytes);
	}
}

/* Lets it run a little, and answers single steps so that it goes on. */
static u32 serve(cap_t faults)
{
	u32 n = 0;

	for (; n < OFTEN; n++) {
		struct message m = {.tag = TAG_DEADLINE};

		ipc_buffer->deadline = now() + microseconds(300);
		if (ipc(SYS_RECV, faults, &m) != OK)
			break;
		if (TAG_LABEL(m.tag) != LABEL_FAULT || m.word[FAULT_VECTOR] != 1)
			return n + 1;
		ipc(SYS_REPLY, 0, &(struct message){0});
	}
	return n;
}

static void map_there(cap_t space, u64 address, cap_t frame, u32 rights)
{
	EXPECT(OK, frame_map_at(copy_of(frame, RIGHT_ALL), space, address, rights));
}

void test_random_code(void)
{
	cap_t code_frame, stack_frame,
		faults = kit_make(CAP_ENDPOINT, 0), own = kit_make(CAP_CNODE, 16);
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), t = kit_make(CAP_THREAD, 0);
	u8 *code = kit_page(&code_frame);
	u64 rounds = command_number("rounds=", 30), reported = 0;

	seed = 88172645463325252ul ^ command_number("seed=", 1) * 0x9e3779b97f4a7c15ul;
	kit_page(&stack_frame);
	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, CODE, level));
	map_there(space, CODE, code_frame, RIGHT_READ | RIGHT_EXEC);
	map_there(space, STACK, stack_frame, RIGHT_READ | RIGHT_WRITE);
	EXPECT(OK, slot_copy_to(own, 3, kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL));
	EXPECT(OK, CONFIGURE(t, .cnode = own, .address_space = space, .fault_endpoint = faults,
			     .ipc_buffer_frame = stack_frame));
	EXPECT(OK, thread_set_priority(t, KIT_PRIORITY - 20));
	EXPECT(OK, thread_fpu(t, 1));
	for (u64 i = 0; i < rounds; i++) {
		write_code(code);
		for (u32 k = 0; k < STARTS_EACH; k++) {
			thread_suspend(t);
			EXPECT(OK, thread_start_at(t, CODE + draw() % PAGE_SIZE,
						   STACK + draw() % PAGE_SIZE, draw()));
			reported += serve(faults);
			ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(1, 0)});
		}
	}
	CHECK(reported >= rounds * STARTS_EACH / 2);
}
