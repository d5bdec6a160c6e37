/* Watches of two clients, whose server ends while one of them goes. */
#include "tested.h"

static enum microk_status watch(cap_t file, cap_t notification)
{
	return file_watch(
		file, &(struct file_watch_args){.events = EVENT_READABLE, .signal = notification});
}

void test_watches(void)
{
	cap_t gone = kernel_notification(), stays = kernel_notification();
	u64 before = everything();
	cap_t a = must_open(root, "f", OPEN_CREATE), b = must_open(root, "f", 0);

	memfs_events = 0;
	CHECK(watch(a, gone) == OK && watch(b, stays) == OK);
	memfs_events = EVENT_READABLE;
	kernel_notify(server, 1);
	CHECK(kernel_signals(gone) == 1 && kernel_signals(stays) == 1);
	memfs_events = 0;
	kernel_notify(server, 1);
	/* The instance ends while it closes a watched description. Its successor closes it, and goes on to watch the other. */
	u64 deaths = tested_deaths;
	tested_die_after = 1;
	drop(a);
	CHECK(tested_deaths == deaths + 1 && tested_descriptions() == 1);
	CHECK(kernel_signals(stays) == 2); /* it may have missed an event */
	memfs_events = EVENT_READABLE;
	kernel_notify(server, 1);
	CHECK(kernel_signals(stays) == 3);
	drop(b);
	kernel_notify(server, 1);
	memfs_events |= EVENT_WRITABLE;
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before);
}
