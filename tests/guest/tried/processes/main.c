/*
 * A small process server: it makes processes of ELF programs, answers their system calls, and is the pager of their
 * memory. It can be ended in any fault; the next instance goes on.
 */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes/main.h"
#include "tests/guest/tried/processes/server.h"

/* Linux's numbers (arch/x86/entry/syscalls/syscall_64.tbl). */
enum {
	SYS_MMAP = 9,
	SYS_MPROTECT = 10,
	SYS_MUNMAP = 11,
	SYS_BRK = 12,
	SYS_SCHED_YIELD = 24,
	SYS_GETPID = 39,
	SYS_CLONE = 56,
	SYS_FORK = 57,
	SYS_EXIT = 60,
	SYS_WAIT4 = 61,
	SYS_KILL = 62,
	SYS_ARCH_PRCTL = 158,
	SYS_GETTID = 186,
	SYS_TKILL = 200,
	SYS_FUTEX = 202,
	SYS_SET_TID_ADDRESS = 218,
	SYS_EXIT_GROUP = 231
};

#define SEGMENT_FAULT 11
#define PF_PRESENT 1
#define PF_WRITE 2
#define PAGE_FAULT 14

/* The call has no answer, because the caller has none or has gone. */
#define NO_ANSWER (LATER + 1)

static u64 process_of_tid(u64 tid)
{
	return tid / 64;
}

static i64 serve_thread(u16 label, const struct call *c)
{
	struct process *p = c->process;

	switch (label) {
	case SYS_SET_TID_ADDRESS:
		c->thread->ended = c->words[0];
		return (i64)PROCESS_TID(number_of(p), c->thread - p->threads);
	case SYS_GETTID: return (i64)PROCESS_TID(number_of(p), c->thread - p->threads);
	case SYS_ARCH_PRCTL:
		return thread_tls(thread_cap(p, c->thread), c->words[1]) == OK ? 0 : -EINVAL;
	case SYS_CLONE: return thread_clone(c);
	case SYS_FUTEX: return futex(c);
	case SYS_EXIT: thread_exit(p, c->thread); return NO_ANSWER;
	case PROCESS_UNMAP_EXIT:
		thread_exit(p, c->thread);
		memory_unmap(p, c->words[0], c->words[1]);
		return NO_ANSWER;
	default: return -ENOSYS;
	}
}

static i64 serve_process(u16 label, const struct call *c)
{
	struct process *p = c->process;

	switch (label) {
	case SYS_MMAP: return memory_map(p, c->words[0], c->words[1], c->words[2], c->words[3]);
	case SYS_MUNMAP: return memory_unmap(p, c->words[0], c->words[1]);
	case SYS_MPROTECT: return memory_protect(p, c->words[0], c->words[1], c->words[2]);
	case SYS_BRK: return 0;
	case SYS_SCHED_YIELD: return 0;
	case SYS_GETPID: return (i64)PROCESS_TID(number_of(p), 0);
	case SYS_FORK: return fork_process(c);
	case SYS_WAIT4:
		return wait_for_child(c, (i64)c->words[0] > 0 ? process_of_tid(c->words[0]) : 0,
				      c->words[1], c->words[2]);
	case SYS_KILL:
	case SYS_TKILL:
		answer_keep(
			c->thread, c->number,
			0); /* the signal may be to the caller, which then asks for its answer */
		return signal_send(process_of_tid(c->words[0]), c->words[1]);
	case PROCESS_SIGNALS: p->signal_entry = c->words[0]; return 0;
	case SYS_EXIT_GROUP: process_end(p, (c->words[0] & 0xff) << 8); return NO_ANSWER;
	default: return serve_thread(label, c);
	}
}

static i64 serve_test(u16 label, const struct call *c)
{
	char name[33] = "";

	switch (label) {
	case PROCESS_SPAWN: memcpy(name, c->words, 32); return process_spawn(name);
	case PROCESS_WAIT: return wait_for_child(c, c->words[0], 0, 0);
	case PROCESS_KILL: return signal_send(c->words[0], c->words[1]);
	case PROCESS_FREE: return (i64)chunks_free(&pool);
	default: return -ENOSYS;
	}
}

static struct process *caller(u64 badge, struct thread **t)
{
	struct process *p = process_find(badge >> 8 & 0xff);

	*t = p && (badge & 0xff) < PROCESS_THREADS ? &p->threads[badge & 0xff] : NULL;
	return p && p->use == PROCESS_RUNS && *t && (*t)->used ? p : NULL;
}

/* Whether an answer, in *m, is due. */
static bool serve_call(struct message *m)
{
	struct call c = {.badge = m->badge, .number = m->word[6]};
	i64 result;

	memcpy(c.words, m->word, sizeof(c.words));
	if (m->badge == 0) {
		result = serve_test(TAG_LABEL(m->tag), &c);
	} else if (!(c.process = caller(m->badge, &c.thread))) {
		return false;
	} else if (TAG_LABEL(m->tag) == PROCESS_SIGNALLED) {
		signal_returned(c.process, c.thread);
		return false;
	} else if (TAG_LABEL(m->tag) == PROCESS_ABANDON) {
		result = wait_abandon(&c);
		*m = (struct message){.tag = result == LATER ? TAG(ERR_CANCELLED, 0) : TAG(OK, 1),
				      .word = {(u64)result}};
		return true;
	} else if (c.number && c.number == c.thread->number) {
		result = (i64)c.thread->result;
	} else {
		result = serve_process(TAG_LABEL(m->tag), &c);
		if (result < LATER)
			answer_keep(c.thread, c.number, result);
	}
	*m = (struct message){.tag = TAG(OK, 1), .word = {(u64)result}};
	return result < LATER;
}

static bool serve_fault(struct message *m)
{
	struct thread *t;
	struct process *p = caller(m->badge & ~BADGE_FAULTS, &t);
	u64 error = m->word[FAULT_ERROR];

	if (p && m->word[FAULT_VECTOR] == PAGE_FAULT &&
	    page_resolve(p, m->word[FAULT_ADDRESS], error & PF_WRITE, error & PF_PRESENT) == OK) {
		m->tag = 0;
		return true;
	}
	if (p) {
		p->fault_address = m->word[FAULT_ADDRESS];
		p->fault_ip = m->word[FAULT_IP];
		process_end(p, SEGMENT_FAULT);
	}
	return false;
}

int main(void)
{
	cap_t endpoint = grant_find(GRANT_ENDPOINT);
	struct message m = {0};
	bool owed = false;

	world_open();
	for (;;) {
		if (!owed)
			m.tag = 0;
		if (ipc(owed ? SYS_REPLY_RECV : SYS_RECV, endpoint, &m) != OK)
			owed = false;
		else
			owed = TAG_LABEL(m.tag) == LABEL_FAULT && (m.badge & BADGE_FAULTS)
				       ? serve_fault(&m)
				       : serve_call(&m);
	}
}
