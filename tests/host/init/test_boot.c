/* init's capabilities to the machine's parts, from a kernel that refuses some calls: no slot is lost. */
#include "tests/host/check.h"
#include "lib/microk/slots.h"
#include "lib/supervise/grant.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"

#define FIRST 128
#define END 256

static u32 calls, refused; /* number of the call that gets an error; 0: none does */
static u32 made, deleted;

enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	bool is_cnode = cap == ROOT_CNODE;

	CHECK(op == SYS_CALL);
	if (is_cnode)
		deleted++;
	else if (++calls == refused)
		return ERR_MEMORY;
	else
		made++;
	m->tag = OK;
	return OK;
}

/* Called by boot_archive_runs, which is not under test. */
u64 frame_pages(cap_t first, u32 frames)
{
	(void)first, (void)frames;
	return 0;
}

/* The next test begins: the call with number `refuse` gets an error. */
static void begin(u32 refuse)
{
	calls = made = deleted = 0;
	refused = refuse;
	CHECK(slots_free_count() == END - FIRST);
}

static void test_ports(void)
{
	begin(1);
	CHECK(boot_ports(0x3f8, 8) == 0);
	CHECK(slots_free_count() == END - FIRST);
	begin(0);
	cap_t port = boot_ports(0x3f8, 8);
	CHECK(port >= FIRST && port < END && slots_free_count() == END - FIRST - 1);
	slot_free(port);
}

/* Two calls make the frames: one the runs of equal size, one the rest. */
static void test_framebuffer(void)
{
	struct microk_info machine = {.fb_width = 1024, .fb_height = 767, .fb_pitch = 4096};
	cap_t first;
	u32 count;

	info = &machine;
	for (u32 call = 1; call <= 2; call++) {
		begin(call);
		CHECK(boot_framebuffer(&first, &count) == ERR_MEMORY && count == 0);
		CHECK(made == call - 1 && deleted >= made && slots_free_count() == END - FIRST);
	}
	begin(0);
	CHECK(boot_framebuffer(&first, &count) == OK && count == 3);
	CHECK(made == 2 && slots_free_count() == END - FIRST - count);
	CHECK(boot_framebuffer(&first, &count) == OK && count == 3 && made == 2);
}

int main(void)
{
	slots_init(FIRST, END);
	test_ports();
	test_framebuffer();
	return check_result("boot");
}
