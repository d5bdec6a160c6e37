/*
 * lib/supervise: one service, whose program is tests/guest/counter, and clients that keep their capabilities while its instances
 * come and go. The test is the supervisor, and a client as well.
 */
#include "lib/microk/string.h"
#include "lib/supervise/instance.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/supervised.h"

#define VIEW_ADDRESS 0x300000000ul
#define FRAMES_ADDRESS 0x100000000ul
#define BADGE_OF_CLIENT 77
#define SCREEN_ADDRESS 0x300000000ul
#define RUNS_OF_SCREEN 32

/* Slots for grants of the service, in the order of `grants`. */
enum { COUNTER, SIGNAL, GRANTS };

static struct supply pool;
static struct view view;
static struct grant grants[GRANTS];
static struct service service;
static struct elf_image image;
static u32 given, taken;
static u32 service_kept_slots; /* of the next service that is made */

static void hold(bool by_instance)
{
	if (by_instance)
		given++;
	else
		taken++;
}

/* Makes the service and its grants, but no instance. */
static void make_service(void)
{
	given = taken = 0;
	pool = supervised_pool();
	view = (struct view){.address = VIEW_ADDRESS, .supply = &pool};
	grants[COUNTER] = (struct grant){.name = "counter", .stays = true};
	grants[SIGNAL] = (struct grant){.name = "signal", .held = hold};
	service = supervised_service("counter", grants, GRANTS);
	service.kept_slots = service_kept_slots;
	supervised_program("boot/counter", &image);
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	EXPECT(OK, grant_copy(&grants[COUNTER], &pool, service.endpoint, RIGHT_ALL));
	EXPECT(OK, grant_copy(&grants[SIGNAL], &pool, kit_make(CAP_NOTIFICATION, 0), RIGHT_WRITE));
}

static void start(void)
{
	const char *doing = "";

	EXPECT(OK, instance_start(&service, &image, &view, &doing));
}

static void replace(void)
{
	const char *doing = "";

	EXPECT(OK, instance_replace(&service, &image, &view, &doing));
}

static cap_t client_of(const struct service *s)
{
	return kit_mint(s->endpoint, RIGHT_WRITE, BADGE_OF_CLIENT, MINT_BADGE);
}

/* Makes the service, starts an instance of it, and returns a client's capability. */
static cap_t begin(void)
{
	make_service();
	start();
	return client_of(&service);
}

/* As the instance makes them for clients of its own: derived from its capability. */
static cap_t client_of_instance(const struct service *s)
{
	cap_t slot = kit_slot();

	EXPECT(OK,
	       cnode_mint(ROOT_CNODE,
			  &(struct cnode_mint){
				  .index = slot,
				  .source_cnode = s->cnode,
				  .source_index = s->grants[COUNTER].slot,
				  .rights = RIGHT_WRITE,
				  .badge = BADGE_OF_CLIENT,
				  .flags = MINT_BADGE}));
	return slot;
}

/* Calls, and checks that the instance that answers has received `count` requests. */
static void expect_count(u64 count, cap_t client)
{
	struct message m = {0};

	EXPECT(OK, ipc(SYS_CALL, client, &m));
	EXPECT_U64(count, m.word[0]);
	EXPECT_U64(BADGE_OF_CLIENT, m.word[1]);
}

/* ---- A caller in a thread of its own ---- */

static struct {
	cap_t client;
	u64 length; /* of its request */
	volatile bool done;
	enum microk_status status;
	u64 count;
} caller;

static void call_once(u64 unused)
{
	struct message m = {.tag = TAG(0, caller.length)};

	(void)unused;
	caller.status = ipc(SYS_CALL, caller.client, &m);
	caller.count = m.word[0];
	caller.done = true;
}

/* Starts a caller and waits until it waits: in `state`. */
static void call_aside(cap_t client, u64 length, enum thread_state state)
{
	caller.client = client;
	caller.length = length;
	caller.done = false;
	struct kit_thread t = kit_thread(call_once, 0, KIT_PRIORITY);
	KIT_UNTIL(kit_state(t) == state);
}

static void expect_caller_ends(enum microk_status status)
{
	KIT_UNTIL(caller.done);
	EXPECT(status, caller.status);
}

/* ---- The tests ---- */

static void test_replaced_instance_serves_the_same_client(void)
{
	cap_t client = begin();

	expect_count(1, client);
	expect_count(2, client);
	replace();
	EXPECT_U64(SERVICE_STARTED, service.state);
	expect_count(1, client); /* another instance, by the same capability */
	expect_count(2, client);
}

/* A descriptor, which the server had made: it leads to the next instance. */
static void test_replaced_instance_serves_old_descriptors(void)
{
	make_service();
	start();
	cap_t client = client_of_instance(&service);
	expect_count(1, client);
	replace();
	expect_count(1, client);
}

static void test_replaced_again_and_again(void)
{
	cap_t client = begin();
	u64 used = spawn_memory_used(service.memory, service.cnode);

	for (int i = 0; i < 20; i++) {
		expect_count(1, client);
		replace();
	}
	expect_count(1, client);
	EXPECT_U64(used, spawn_memory_used(service.memory, service.cnode));
	EXPECT_U64(21, given);
	EXPECT_U64(20, taken);
}

static void test_waiting_call_reaches_the_next_instance(void)
{
	cap_t client = begin();

	expect_count(1, client);
	instance_end(&service);
	EXPECT_U64(SERVICE_IDLE, service.state);
	call_aside(client, 0, THREAD_SENDING);
	start();
	expect_caller_ends(OK);
	EXPECT_U64(1, caller.count);
	expect_count(2, client);
}

static void test_received_call_ends_with_its_instance(void)
{
	cap_t client = begin();

	call_aside(client, 1, THREAD_AWAITING);
	expect_count(2, client);
	replace();
	expect_caller_ends(ERR_PEER_DIED);
	expect_count(1, client);
}

/* Between the two steps nothing is freed, and the call in a Reply object goes on waiting. */
static void test_ends_in_two_steps(void)
{
	cap_t client = begin();

	call_aside(client, 1, THREAD_AWAITING);
	expect_count(2, client);
	instance_stop(&service);
	EXPECT_U64(SERVICE_ENDING, service.state);
	CHECK(!service_runs(&service));
	CHECK(kit_describe(service.memory).children > 0);
	EXPECT_U64(0, taken);
	CHECK(!caller.done);
	instance_take_apart(&service);
	expect_caller_ends(ERR_PEER_DIED);
	EXPECT_U64(0, kit_describe(service.memory).children);
	EXPECT_U64(1, taken);
	start();
	expect_count(1, client);
}

/* A caller is turned away before the service is given up. */
static void test_turns_callers_away_while_it_ends(void)
{
	struct message m = {0};
	cap_t client = begin();

	expect_count(1, client);
	instance_stop(&service);
	service_close(&service);
	call_aside(client, 0, THREAD_SENDING);
	service_turn_away(&service);
	expect_caller_ends(ERR_GONE);
	EXPECT(ERR_CAP, ipc(SYS_CALL, client, &m));
	instance_take_apart(&service);
	service_give_up(&service);
	EXPECT_U64(SERVICE_GIVEN_UP, service.state);
}

static void test_given_up(void)
{
	struct message m = {0};
	cap_t client = begin();

	expect_count(1, client);
	instance_end(&service);
	call_aside(client, 0, THREAD_SENDING);
	service_give_up(&service);
	service_turn_away(&service);
	expect_caller_ends(ERR_GONE);
	EXPECT(ERR_CAP, ipc(SYS_CALL, client, &m));
}

static void test_grants_are_taken_back(void)
{
	struct cnode_describe_result held = {0};

	make_service();
	start();
	EXPECT(OK, cnode_describe(service.cnode, grants[SIGNAL].slot, &held));
	EXPECT_U64(CAP_NOTIFICATION, held.type);
	EXPECT_U64(SLOT_GRANTS + SIGNAL, grants[SIGNAL].slot);
	EXPECT(OK, slot_mint(kit_slot(), grants[SIGNAL].master, RIGHT_WRITE, 1, MINT_BADGE));
	EXPECT_U64(2, kit_describe(grants[SIGNAL].master).children);
	instance_end(&service);
	EXPECT_U64(0, kit_describe(grants[SIGNAL].master).children);
	EXPECT(OK, cnode_describe(service.cnode, grants[SIGNAL].slot, &held));
	EXPECT_U64(CAP_NULL, held.type);
	EXPECT_U64(1, given);
	EXPECT_U64(1, taken);
}

/* A supervisor may set aside slots for a service: it takes no other. */
static void test_made_in_slots_set_aside(void)
{
	cap_t first = kit_slots(SERVICE_SLOTS + 1), reports = kit_make(CAP_ENDPOINT, 0);

	make_service();
	pool.next = first;
	pool.end = first + SERVICE_SLOTS - 1;
	EXPECT(ERR_LIMIT, service_make(&service, &pool, reports));
	pool.end = first + SERVICE_SLOTS;
	EXPECT(OK, service_make(&service, &pool, reports));
	EXPECT_U64(first, service.cnode);
	EXPECT(ERR_LIMIT, grant_copy(&grants[SIGNAL], &pool, reports, RIGHT_WRITE));
	EXPECT_U64(CAP_NULL, type_of(pool.end));
}

static void expect_slot_name(const char *wanted, cap_t slot)
{
	const char *name = service_slot_name(&service, slot);

	CHECK(name && strcmp(name, wanted) == 0);
}

static void test_slots_have_their_names(void)
{
	const struct service unmade = {0};

	make_service();
	service.is_notified = true;
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	expect_slot_name("cnode", service.cnode);
	expect_slot_name("memory", service.memory);
	expect_slot_name("faults", service.fault);
	expect_slot_name("endpoint", service.endpoint);
	expect_slot_name("notification", service.notification);
	start();
	expect_slot_name("instance", service.instance.mapper.space);
	expect_slot_name("instance", service.instance_slots + SPAWN_SLOTS - 1);
	CHECK(!service_slot_name(&service, service.instance_slots + SPAWN_SLOTS));
	CHECK(!service_slot_name(&service, service.cnode - 1));
	CHECK(!service_slot_name(&unmade, 0) && !service_slot_name(&unmade, 1));
}

/* Everything that an instance brought from elsewhere ends with it. */
static void test_empties_the_cnode(void)
{
	struct cnode_describe_result held = {0};
	cap_t own = kit_make(CAP_NOTIFICATION, 0);

	make_service();
	start();
	EXPECT(OK, slot_copy_to(service.cnode, SLOT_TOTAL - 1, own, RIGHT_ALL));
	instance_end(&service);
	for (u32 slot = 1; slot < SLOT_TOTAL; slot++) {
		EXPECT(OK, cnode_describe(service.cnode, slot, &held));
		EXPECT_U64(CAP_NULL, held.type);
	}
}

/* Further slots are left as they are, for the next instance. */
static void test_keeps_the_slots_that_are_declared(void)
{
	struct cnode_describe_result held = {0};
	cap_t own = kit_make(CAP_NOTIFICATION, 0);

	service_kept_slots = 3;
	make_service();
	service_kept_slots = 0;
	start();
	EXPECT(OK, slot_copy_to(service.cnode, SLOT_TOTAL - 2, own, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(service.cnode, SLOT_TOTAL, own, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(service.cnode, SLOT_TOTAL + 2, own, RIGHT_READ));
	EXPECT(ERR_RANGE, slot_copy_to(service.cnode, SLOT_TOTAL + 3, own, RIGHT_ALL));
	replace();
	EXPECT_U64(CAP_NULL, type_in(service.cnode, SLOT_TOTAL - 2));
	EXPECT_U64(CAP_NOTIFICATION, type_in(service.cnode, SLOT_TOTAL));
	EXPECT(OK, cnode_describe(service.cnode, SLOT_TOTAL + 2, &held));
	EXPECT_U64(RIGHT_READ, held.rights & RIGHT_ALL);
}

/* An instance that sends its CNode to another program gives it none of the next instance's capabilities. */
static void test_a_cnode_that_was_sent_leads_nowhere(void)
{
	cap_t sent = kit_slot(), reached = kit_slot();

	make_service();
	start();
	EXPECT(OK, cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = sent,
							       .source_cnode = service.cnode,
							       .source_index = SLOT_CNODE,
							       .rights = RIGHT_ALL}));
	replace();
	EXPECT_U64(CAP_NULL, type_of(sent));
	EXPECT(ERR_CAP,
	       cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = reached,
							   .source_cnode = sent,
							   .source_index = grants[SIGNAL].slot,
							   .rights = RIGHT_ALL}));
}

/* A screen of 3840 by 2160 points lies in 32 runs of 1 MiB. */
static void test_grant_of_a_large_screen(void)
{
	static struct grant with_screen[GRANTS + 1];
	struct grant *screen = &with_screen[GRANTS];
	cap_t runs = kit_slots(RUNS_OF_SCREEN);

	make_service();
	memcpy(with_screen, grants, sizeof(grants));
	service.grants = with_screen;
	service.grant_count = GRANTS + 1;
	EXPECT(OK, supply_make_in(&pool, CAP_FRAME, FRAME_MAX_PAGES / 2, runs));
	for (u32 i = 1; i < RUNS_OF_SCREEN; i++)
		EXPECT(OK, slot_copy(runs + i, runs, RIGHT_READ | RIGHT_WRITE));
	*screen = (struct grant){.name = "framebuffer"};
	EXPECT(OK, grant_frames(screen, &pool, runs, RUNS_OF_SCREEN, RIGHT_READ | RIGHT_WRITE,
				SCREEN_ADDRESS));
	start();
	expect_count(1, client_of(&service));
}

static void test_failed_start_leaves_nothing(void)
{
	struct cnode_describe_result held = {0};
	const char *doing = "";

	make_service();
	image.segments[0].memory_bytes = KIT_SERVICE_BYTES * 2;
	EXPECT(ERR_MEMORY, instance_start(&service, &image, &view, &doing));
	CHECK(strcmp(doing, "loading its program") == 0);
	EXPECT_U64(SERVICE_IDLE, service.state);
	EXPECT_U64(0, kit_describe(service.memory).children);
	EXPECT(OK, cnode_describe(service.cnode, SLOT_GRANTS, &held));
	EXPECT_U64(CAP_NULL, held.type);
	service.kept_slots = service_kept_slots;
	supervised_program("boot/counter", &image);
	start();
	expect_count(1, client_of(&service));
}

/* A client that starts after its server was given up finds an empty slot where the others have it. */
static void expect_withheld(enum service_state state)
{
	struct cnode_describe_result held = {0};
	enum service_state server = state;

	make_service();
	grants[SIGNAL].server = &server;
	start();
	EXPECT(OK, cnode_describe(service.cnode, SLOT_GRANTS + SIGNAL, &held));
	EXPECT_U64(CAP_NULL, held.type);
	EXPECT_U64(GRANTS, service.instance.page.count);
	EXPECT_U64(SLOT_GRANTS + SIGNAL, service.instance.page.entries[SIGNAL].slot);
	EXPECT_U64(0, given);
}

static void test_grant_to_a_server_given_up_is_withheld(void)
{
	expect_withheld(SERVICE_GIVEN_UP);
	instance_end(&service);
	expect_withheld(SERVICE_CLOSING);
}

/* As many Frames as the program's CNode has slots for, each at an address that needs a page table of its own. */
static void test_as_many_frames_as_may_be_granted(void)
{
	static struct grant frames[SPAWN_GRANTS];
	struct cnode_describe_result held = {0};
	cap_t frame = kit_make(CAP_FRAME, 1);

	make_service();
	service.grants = frames;
	service.grant_count = SPAWN_GRANTS;
	service.memory_bytes = 2 * KIT_SERVICE_BYTES;
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	for (u32 i = 0; i < SPAWN_GRANTS; i++) {
		frames[i] = (struct grant){.name = "frame"};
		EXPECT(OK, grant_frames(&frames[i], &pool, frame, 1, RIGHT_READ,
					FRAMES_ADDRESS + i * FRAME_MAX_PAGES * PAGE_SIZE));
	}
	start();
	EXPECT_U64(SERVICE_STARTED, service.state);
	EXPECT(OK, cnode_describe(service.cnode, SLOT_FREE - 1, &held));
	EXPECT_U64(CAP_FRAME, held.type);
	EXPECT(ERR_LIMIT, grant_frames(&frames[0], &pool, frame, SPAWN_GRANTS + 1, RIGHT_READ, 0));
}

/* The program may put another Untyped where its own was: all that it got of the service's memory counts, and no more. */
static void test_memory_used_with_a_foreign_untyped(void)
{
	struct untyped_info_result memory = {0};

	make_service();
	start();
	CHECK(spawn_memory_used(service.memory, service.cnode) < KIT_SERVICE_BYTES / 2);
	EXPECT(OK, cnode_delete(service.cnode, SLOT_UNTYPED));
	EXPECT(OK, slot_move_to(service.cnode, SLOT_UNTYPED,
				kit_make(CAP_UNTYPED, 4 * KIT_SERVICE_BYTES)));
	EXPECT(OK, untyped_info(service.memory, &memory));
	EXPECT_U64(memory.bytes_used, spawn_memory_used(service.memory, service.cnode));
}

static const struct kit_test tests[] = {
	{"replaced_instance_serves_the_same_client", test_replaced_instance_serves_the_same_client},
	{"replaced_instance_serves_old_descriptors", test_replaced_instance_serves_old_descriptors},
	{"replaced_again_and_again", test_replaced_again_and_again},
	{"waiting_call_reaches_the_next_instance", test_waiting_call_reaches_the_next_instance},
	{"received_call_ends_with_its_instance", test_received_call_ends_with_its_instance},
	{"ends_in_two_steps", test_ends_in_two_steps},
	{"turns_callers_away_while_it_ends", test_turns_callers_away_while_it_ends},
	{"given_up", test_given_up},
	{"grants_are_taken_back", test_grants_are_taken_back},
	{"made_in_slots_set_aside", test_made_in_slots_set_aside},
	{"slots_have_their_names", test_slots_have_their_names},
	{"empties_the_cnode", test_empties_the_cnode},
	{"keeps_the_slots_that_are_declared", test_keeps_the_slots_that_are_declared},
	{"a_cnode_that_was_sent_leads_nowhere", test_a_cnode_that_was_sent_leads_nowhere},
	{"grant_of_a_large_screen", test_grant_of_a_large_screen},
	{"failed_start_leaves_nothing", test_failed_start_leaves_nothing},
	{"grant_to_a_server_given_up_is_withheld", test_grant_to_a_server_given_up_is_withheld},
	{"as_many_frames_as_may_be_granted", test_as_many_frames_as_may_be_granted},
	{"memory_used_with_a_foreign_untyped", test_memory_used_with_a_foreign_untyped},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
