/*
 * Half a transfer (exercise 2.6). The victim offers the thief, which runs a service, two capabilities in one message: a
 * page to work on, and a lease by which it can be called back. The kernel returns ERR_TRANSFER: "none was". So the victim
 * believes that the page is still its own only, and writes its secret there. The thief had made room for one capability
 * only.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

static void set_up(struct task *victim, struct task *thief)
{
	u64 door, lease, frame;

	must(object_make(CAP_ENDPOINT, 0, &door), "making an endpoint");
	must(object_make(CAP_ENDPOINT, 0, &lease), "making an endpoint");
	task_page(victim, 0, RIGHT_READ | RIGHT_WRITE, &frame);
	task_give(victim, "service", door, RIGHT_WRITE | RIGHT_GRANT, 1);
	task_give(victim, "page", frame, RIGHT_READ | RIGHT_WRITE, 0);
	task_give(victim, "lease", lease, RIGHT_WRITE, 0);
	task_give(thief, "door", door, RIGHT_READ, 0);
}

static void offer(void)
{
	struct message m = {.tag = TAG(1, 0) | 2ul << TAG_CAPS_SHIFT};

	ipc_buffer->send_caps[0] = (u32)grant_find("page");
	ipc_buffer->send_caps[1] = (u32)grant_find("lease");
	enum microk_status s = ipc(SYS_SEND, grant_find("service"), &m);
	say("I offer a page with its lease: %s", status_name(s));
	/* The status means that nothing was transferred, so this page was never given away. */
	*(volatile u64 *)PAGE_OF_TASK = s == OK ? 0 : secret();
	m = (struct message){.tag = TAG(2, 0)};
	ipc(SYS_SEND, grant_find("service"), &m);
	for (;;)
		thread_suspend(SLOT_THREAD);
}

static void serve(void)
{
	struct message m = {0};
	void *page;

	ipc_buffer->recv_caps[0] = TASK_FREE;
	ipc_buffer->recv_caps[1] = 0;
	say("receive, with room for one: %s", status_name(ipc(SYS_RECV, grant_find("door"), &m)));
	say("the message carries %u capabilities", TAG_CAPS(m.tag));
	enum microk_status s = window_map(TASK_FREE, 1, RIGHT_READ, 0, &page);
	say("map the page anyway: %s", status_name(s));
	if (s == OK && *(volatile u64 *)page)
		stole(*(volatile u64 *)page);
	got_nothing();
}

const struct play play_half_transfer = {"half_transfer", set_up, offer, serve, NULL};
