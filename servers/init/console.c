/*
 * init's main thread serves every program and therefore calls none: a console that hangs or faults
 * during a call from init would stop init, too. So a second thread sends the lines, and only that
 * thread may wait.
 *
 * Weighed: Linux prints from whatever context logs, under a lock with a trylock owner; QNX's slogger
 * is asked by its readers. A reader's thread inside init needs neither lock nor protocol.
 */
#include "servers/init/console.h"
#include "gen/protocols/tty_client.h"
#include "gen/protocols/file_client.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "lib/microk/thread.h"
#include "lib/microk/util.h"

#define CHUNK 512
#define STACK_PAGES 3
#define THREAD_MEMORY (64 * KIB)
_Static_assert(CHUNK <= FILE_WRITE_DATA_MAX && CHUNK <= TTY_REPLAY_TEXT_MAX,
	       "a piece is one message");

/* Above all services, so that a line stands before what its readers do about it; the thread only
 * ever waits. */
#define CONSOLE_PRIORITY (CONF_MAX_PRIORITY + 1)

enum { SLOT_OBJECT, SLOT_SIGNAL, SLOT_MEMORY, SLOT_FAULT, SLOT_TERMINAL, SLOTS_USED };

static cap_t slots; /* of init's CNode, SLOT_* above */

/* Shared by the two threads: the main one attaches, the other reports its progress. */
static volatile bool attached, failed;
static volatile u64 shown;     /* bytes of the log that the console has taken */
static volatile u64 replay_to; /* up to here they were on the serial line already */

/* On the screen only. False: the console does not answer. */
static bool replay(const char *text, size_t bytes)
{
	return tty_replay(slots + SLOT_TERMINAL, text, bytes) == OK;
}

static bool write_all(const char *text, size_t bytes)
{
	while (bytes > 0) {
		struct file_write_result taken;
		if (file_write(slots + SLOT_TERMINAL, text, bytes, &taken) != OK ||
		    taken.written == 0 || taken.written > bytes)
			return false;
		text += taken.written;
		bytes -= taken.written;
	}
	return true;
}

/* Takes over what is new; false when the console does not answer. */
static bool carry(void)
{
	char chunk[CHUNK];

	for (;;) {
		u64 at = shown;
		bool again = at < replay_to; /* never more than that in one piece */
		size_t room = again && replay_to - at < CHUNK ? replay_to - at : CHUNK;
		size_t bytes = log_read(&at, chunk, room);
		if (bytes == 0)
			return true;
		if (!(again ? replay(chunk, bytes) : write_all(chunk, bytes)))
			return false;
		shown = at;
	}
}

static void run(u64 unused)
{
	(void)unused;
	for (;;) {
		struct message m = {0};
		ipc(SYS_WAIT, slots + SLOT_OBJECT, &m);
		if (attached && !failed)
			failed = !carry();
	}
}

/* The thread's memory is apart from the pool: the library makes it, and takes from one Untyped. */
static enum microk_status start_thread(void)
{
	if ((slots = slot_alloc_run(SLOTS_USED)) == 0)
		return ERR_LIMIT;
	enum microk_status s = supply_make_in(&pool, CAP_NOTIFICATION, 0, slots + SLOT_OBJECT);
	if (s == OK)
		s = cnode_mint(
			ROOT_CNODE,
			&(struct cnode_mint){
				.index = slots + SLOT_SIGNAL,
				.source_cnode = ROOT_CNODE,
				.source_index = slots + SLOT_OBJECT,
				.rights = RIGHT_WRITE,
				.badge = 1,
				.flags = MINT_BADGE});
	if (s == OK)
		s = cnode_mint(
			ROOT_CNODE,
			&(struct cnode_mint){
				.index = slots + SLOT_FAULT,
				.source_cnode = ROOT_CNODE,
				.source_index = init_endpoint,
				.rights = RIGHT_WRITE | RIGHT_GRANT,
				.badge = BADGE(BADGE_FAULT, ID_INIT),
				.flags = MINT_BADGE});
	if (s == OK)
		s = supply_make_in(&pool, CAP_UNTYPED, THREAD_MEMORY, slots + SLOT_MEMORY);
	if (s != OK)
		return s;
	memory_untyped = slots + SLOT_MEMORY;
	return thread_begin(
		&(struct thread_plan){
			.entry = run,
			.name = "init.log",
			.stack_pages = STACK_PAGES,
			.priority = CONSOLE_PRIORITY,
			.fault_endpoint = slots + SLOT_FAULT},
		NULL);
}

void console_attach(const struct unit *s)
{
	enum microk_status status = slots == 0 ? start_thread() : OK;

	if (status == OK)
		status = cnode_mint(
			ROOT_CNODE,
			&(struct cnode_mint){
				.index = slots + SLOT_TERMINAL,
				.source_cnode = ROOT_CNODE,
				.source_index = s->endpoint,
				.rights = RIGHT_WRITE | FILE_RIGHT_WRITE | TTY_RIGHT_CONTROL,
				.badge = ID_INIT,
				.flags = MINT_BADGE});
	if (status != OK) {
		log_line("init: its lines cannot go to %s: %s: %s", s->conf->name,
			 status_name(status), status_text(status));
		return;
	}
	shown = 0;
	replay_to = log_written();
	failed = false;
	attached = true;
}

void console_detach(void)
{
	if (!attached)
		return;
	attached = false;
	cnode_delete(ROOT_CNODE, slots + SLOT_TERMINAL);
	log_print_from(shown > replay_to ? shown : replay_to);
}

bool console_take(void)
{
	if (attached && failed) {
		console_detach(); /* which writes the new line, too */
		return true;
	}
	if (attached) {
		struct message m = {0};
		ipc(SYS_SIGNAL, slots + SLOT_SIGNAL, &m);
	}
	return attached;
}
