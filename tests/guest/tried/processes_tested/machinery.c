#include "tests/guest/tried/processes_tested/machinery.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "lib/supervise/instance.h"
#include "tests/guest/kit/supervised.h"

#define VIEW_ADDRESS 0x300000000ul
#define WORLD_ADDRESS 0x310000000ul
#define ARCHIVE_AT 0x320000000ul
#define SERVER_PRIORITY (KIT_PRIORITY - 5)

enum { ENDPOINT, TERMINAL, WORLD, ARCHIVE, GRANTS };

static struct supply slots;
static struct view view;
static struct grant grants[GRANTS];
static struct service service;
static struct elf_image image;
volatile struct world *server_world;

static u32 archive_runs(void)
{
	u32 count = 0;

	while (ROOT_ARCHIVE + count < ROOT_ARCHIVE_END &&
	       type_of(ROOT_ARCHIVE + count) == CAP_FRAME)
		count++;
	return count;
}

static void grant_world(void)
{
	cap_t frame;
	void *here;

	EXPECT(OK, memory_make(WORLD_PAGES, &frame, &here));
	memset(here, 0, WORLD_PAGES * PAGE_SIZE);
	server_world = here;
	server_world->archive_offset = kit_info->archive_offset;
	grants[WORLD] = (struct grant){.name = GRANT_WORLD};
	EXPECT(OK, grant_frames(&grants[WORLD], &slots, frame, 1, RIGHT_READ | RIGHT_WRITE,
				WORLD_ADDRESS));
}

void server_begin(void)
{
	const char *doing = "";
	cap_t terminal = kit_make(CAP_ENDPOINT, 0);

	supervised_program("boot/processes", &image);
	slots = supervised_pool();
	view = (struct view){.address = VIEW_ADDRESS, .supply = &slots};
	service = supervised_service("processes", grants, GRANTS);
	service.priority = SERVER_PRIORITY;
	service.kept_slots = KEPT_SLOTS;
	EXPECT(OK, service_make(&service, &slots, kit_make(CAP_ENDPOINT, 0)));
	grants[ENDPOINT] = (struct grant){.name = GRANT_ENDPOINT, .stays = true};
	EXPECT(OK, grant_copy(&grants[ENDPOINT], &slots, service.endpoint, RIGHT_ALL));
	grants[TERMINAL] = (struct grant){.name = GRANT_TERMINAL, .stays = true};
	EXPECT(OK, grant_copy(&grants[TERMINAL], &slots, terminal, RIGHT_WRITE));
	grant_world();
	grants[ARCHIVE] = (struct grant){.name = GRANT_ARCHIVE};
	EXPECT(OK, grant_frames(&grants[ARCHIVE], &slots, ROOT_ARCHIVE, archive_runs(), RIGHT_READ,
				ARCHIVE_AT));
	EXPECT(OK, untyped_retype(kit_untyped(),
				  &(struct untyped_retype){.type = CAP_UNTYPED,
							   .size = POOL_BYTES,
							   .cnode = service.cnode,
							   .index = KEPT_POOL,
							   .count = 1}));
	terminal_begin(terminal);
	EXPECT(OK, instance_start(&service, &image, &view, &doing));
}

void server_replace(void)
{
	const char *doing = "";

	EXPECT(OK, instance_replace(&service, &image, &view, &doing));
}

i64 ask(u16 label, const u64 *words, u32 count)
{
	struct message m;
	enum microk_status status;

	do {
		m = (struct message){.tag = TAG(label, 7)};
		memcpy(m.word, words, count * sizeof(u64));
		status = ipc(SYS_CALL, service.endpoint, &m);
	} while (status == ERR_PEER_DIED);
	EXPECT(OK, status);
	return (i64)m.word[0];
}

i64 spawn(const char *program)
{
	u64 words[4] = {0};

	memcpy(words, program, MIN(strlen(program), sizeof(words)));
	return ask(PROCESS_SPAWN, words, 4);
}

i64 wait_for(i64 process)
{
	i64 status = ask(PROCESS_WAIT, (u64[]){(u64)process}, 1);
	const volatile struct process *p = &server_world->processes[process > 0 ? process - 1 : 0];

	if (status > 0 && status < 256)
		kit_report("NOTE a fault at 0x%lx, by the instruction at 0x%lx", p->fault_address,
			   p->fault_ip);
	return status;
}

i64 run(const char *program)
{
	i64 process = spawn(program);

	terminal_clear();
	return process > 0 ? wait_for(process) : process;
}

u64 pool_free(void)
{
	return (u64)ask(PROCESS_FREE, (u64[]){0}, 1);
}
