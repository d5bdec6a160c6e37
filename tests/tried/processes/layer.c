/*
 * The layer below musl: it answers musl's system calls by messages. Those about memory, threads, processes and signals
 * go to the process server; text goes to the server of the terminal, by a capability of the process's own; the rest is
 * decided here.
 *
 * musl is not changed. Its one header with the `syscall` instruction is replaced (syscall_arch.h), and so are the five
 * functions that it has in assembly (layer.S).
 */
#include "lib/microk/ipc.h"
#include "tests/guest/tried/processes/protocol.h"

#define EINTR 4
#define ENOTTY 25
#define EIO 5
#define ENOSYS 38

/* Linux's numbers (arch/x86/entry/syscalls/syscall_64.tbl). */
enum {
	SYS_READ = 0,
	SYS_WRITE = 1,
	SYS_SIGACTION = 13,
	SYS_SIGPROCMASK = 14,
	SYS_IOCTL = 16,
	SYS_WRITEV = 20,
	SYS_CLONE = 56,
	SYS_ARCH_PRCTL = 158
};

long microk_syscall(long n, long a, long b, long c, long d, long e, long f);
long layer_clone(u64 stack, u64 pointer, u64 ended, u64 entry);
int __set_thread_area(void *pointer) __attribute__((visibility("hidden")));
_Noreturn void layer_signal(u64 signal);
void layer_signal_entry(void);

_Static_assert(PROCESS_UNMAP_EXIT == 0x1000 && SYS_CALL == 0, "layer.S");

/* The slot of the calling thread's Endpoint. musl keeps a word in each thread for Linux's vDSO on 32-bit machines;
 * x86_64 has no use for it. It is 0 until musl has set up the first thread. */
static u64 thread_slot(void)
{
	u64 slot;

	__asm__ volatile("mov %%fs:32, %0" : "=r"(slot));
	return slot ? slot : PROCESS_SLOT_THREADS;
}

static u64 next_number(u64 slot)
{
	static u32 count;

	return slot << 32 | __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
}

static u32 handlers_run;

/*
 * Calls until there is a result. `slot` is the calling thread's. *m has the label and the first six words; the answer
 * replaces them. A call that a signal has cancelled after it had been received is asked for by its number: either it
 * is finished, or it has no effect and is -EINTR.
 */
static long request(u64 slot, u64 cap, u16 abandon, struct message *m)
{
	const struct message first = *m;
	u64 number = next_number(slot);
	u32 handlers = handlers_run;

	for (;;) {
		*m = first;
		m->word[6] = number;
		enum microk_status status = ipc(SYS_CALL, cap, m);

		if (status == OK)
			return TAG_LABEL(m->tag) == OK ? 0 : -EIO;
		if (status == ERR_PEER_DIED)
			continue;
		if (status != ERR_CANCELLED)
			return -EIO;
		if (m->tag & TAG_RECEIVED) {
			do
				*m = (struct message){.tag = TAG(abandon, 1), .word = {number}};
			while ((status = ipc(SYS_CALL, cap, m)) == ERR_CANCELLED ||
			       status == ERR_PEER_DIED);
			if (status != OK)
				return -EIO;
			if (TAG_LABEL(m->tag) == OK)
				return 0;
		}
		/* It has no effect. A signal without a handler interrupts nothing. */
		if (handlers_run != handlers)
			return -EINTR;
	}
}

static long server(u64 slot, u64 label, const u64 words[6])
{
	struct message m = {.tag = TAG(label, 7)};

	for (u32 i = 0; i < 6; i++)
		m.word[i] = words[i];
	long failed = request(slot, slot, PROCESS_ABANDON, &m);
	return failed ? failed : (long)m.word[0];
}

static long terminal_write(const char *text, u64 bytes)
{
	for (u64 done = 0; done < bytes;) {
		struct message m = {.tag = TAG(TERMINAL_WRITE, 7)};
		u64 part = MIN(bytes - done, (u64)TERMINAL_BYTES);

		m.word[0] = part;
		__builtin_memcpy(&m.word[1], text + done, part);
		long failed = request(thread_slot(), PROCESS_SLOT_TERMINAL, TERMINAL_ABANDON, &m);
		if (failed)
			return done ? (long)done : failed;
		done += part;
	}
	return (long)bytes;
}

static long terminal_read(char *text, u64 bytes)
{
	struct message m = {
		.tag = TAG(TERMINAL_READ, 7), .word = {MIN(bytes, (u64)TERMINAL_BYTES)}};
	long failed = request(thread_slot(), PROCESS_SLOT_TERMINAL, TERMINAL_ABANDON, &m);

	if (failed)
		return failed;
	if (m.word[0] > MIN(bytes, (u64)TERMINAL_BYTES))
		return -EIO;
	__builtin_memcpy(text, &m.word[1], m.word[0]);
	return (long)m.word[0];
}

struct iovec {
	const char *base;
	u64 bytes;
};

static long terminal_writev(const struct iovec *parts, long count)
{
	long total = 0;

	for (long i = 0; i < count; i++) {
		long done = terminal_write(parts[i].base, parts[i].bytes);

		if (done < 0)
			return total ? total : done;
		total += done;
	}
	return total;
}

/* ---- Signals ---- */

/* As musl passes it to the kernel (arch/x86_64/ksigaction.h). */
struct action {
	void (*handler)(int signal);
	u64 flags;
	void (*restorer)(void);
	u32 mask[2];
};

static struct action actions[65];
static u64 mask, held; /* of signals: blocked, and those that came meanwhile */

static void run_handler(u64 signal)
{
	if (actions[signal].handler > (void (*)(int))1) {
		handlers_run++;
		actions[signal].handler((int)signal);
	}
}

_Noreturn void layer_signal(u64 signal)
{
	if (mask >> (signal - 1) & 1)
		held |= 1ul << (signal - 1);
	else
		run_handler(signal);
	for (;;)
		ipc(SYS_CALL, thread_slot(), &(struct message){.tag = TAG(PROCESS_SIGNALLED, 0)});
}

static long set_action(u64 signal, const struct action *next, struct action *last)
{
	static bool begun;

	if (!begun)
		server(thread_slot(), PROCESS_SIGNALS, (u64[6]){(u64)layer_signal_entry});
	begun = true;
	if (last)
		*last = actions[signal];
	if (next)
		actions[signal] = *next;
	return 0;
}

static long set_mask(long how, const u64 *next, u64 *last)
{
	u64 due;

	if (last)
		*last = mask;
	if (next)
		mask = how == 0 ? mask | *next : how == 1 ? mask & ~*next : *next;
	while ((due = held & ~mask) != 0) {
		u64 signal = (u64)__builtin_ctzl(due);

		held &= ~(1ul << signal);
		run_handler(signal + 1);
	}
	return 0;
}

/* ---- The entry points ---- */

int __set_thread_area(void *pointer)
{
	return (int)server(PROCESS_SLOT_THREADS, SYS_ARCH_PRCTL, (u64[6]){0x1002, (u64)pointer});
}

long layer_clone(u64 stack, u64 pointer, u64 ended, u64 entry)
{
	return server(thread_slot(), SYS_CLONE, (u64[6]){stack, pointer, ended, entry});
}

long microk_syscall(long n, long a, long b, long c, long d, long e, long f)
{
	switch (n) {
	case SYS_READ: return terminal_read((char *)b, (u64)c);
	case SYS_WRITE: return terminal_write((const char *)b, (u64)c);
	case SYS_WRITEV: return terminal_writev((const struct iovec *)b, c);
	case SYS_IOCTL: return -ENOTTY;
	case SYS_SIGACTION: return set_action((u64)a, (const struct action *)b, (struct action *)c);
	case SYS_SIGPROCMASK: return set_mask(a, (const u64 *)b, (u64 *)c);
	default:
		return server(thread_slot(), (u64)n,
			      (u64[6]){(u64)a, (u64)b, (u64)c, (u64)d, (u64)e, (u64)f});
	}
}
