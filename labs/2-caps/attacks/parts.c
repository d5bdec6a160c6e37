/* Functions for both parts of a play. */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"
#include "lib/microk/start.h"

#define CONSOLE_PORT 0x3f8 /* QEMU takes bytes as fast as they come */
#define REPORT_PORT 0x2f8
#define EXIT_PORT 0xf4
#define EXIT_DONE 1

static void put(cap_t ports, u16 port, const char *text)
{
	for (const char *p = text; *p; p++)
		ioport_out(ports, &(struct ioport_out){.port = port, .bytes = 1, .value = *p});
}

void tell(const char *fmt, ...)
{
	char line[160];
	va_list args;

	va_start(args, fmt);
	vformat(line, sizeof(line), fmt, args);
	va_end(args);
	put(ROOT_IOPORT, CONSOLE_PORT, line);
}

void say(const char *fmt, ...)
{
	cap_t ports = grant_find("serial.ports");
	char text[120], line[160];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	format(line, sizeof(line), "%s: %s\n", startup->program, text);
	put(ports, CONSOLE_PORT, line);
	put(ports, REPORT_PORT, line);
}

static _Noreturn void end(void)
{
	ioport_out(grant_find("serial.ports"),
		   &(struct ioport_out){.port = EXIT_PORT, .bytes = 1, .value = EXIT_DONE});
	/* On a machine without that port: nothing is left to do. */
	for (;;)
		thread_suspend(SLOT_THREAD);
}

void stole(u64 what)
{
	say("stole the secret %lx", what);
	end();
}

void got_nothing(void)
{
	say("got nothing");
	end();
}

u64 secret(void)
{
	u64 s;

	memcpy(&s, startup->arguments, sizeof(s));
	return s;
}

void moment(u32 which, const char *when)
{
	struct message m = {.tag = TAG(which, MSG_REGS)};

	memcpy(m.word, when, MIN(strlen(when), sizeof(m.word) - 1));
	ipc(SYS_CALL, grant_find("root"), &m);
}

struct message next_question(enum microk_status answer, u64 word)
{
	struct message m = {.tag = TAG(answer, 1), .word = {word}};

	if (ipc(SYS_REPLY_RECV, grant_find("door"), &m) != OK)
		say("the door broke");
	return m;
}

enum microk_status ask(cap_t door, u16 what, u64 *word)
{
	struct message m = {.tag = TAG(what, 0)};
	enum microk_status s = ipc(SYS_CALL, door, &m);

	*word = m.word[0];
	return s != OK ? s : (enum microk_status)TAG_LABEL(m.tag);
}

enum microk_status copy_own(cap_t to, cap_t from, u64 rights)
{
	return cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){
			.index = to,
			.source_cnode = SLOT_CNODE,
			.source_index = from,
			.rights = rights,
		});
}
