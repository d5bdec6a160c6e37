/* init keeps a capability to the stack of each instance and reads the callers from it. It maps no other page of a service. */
#include "servers/init/crash.h"
#include "lib/microk/string.h"
#include "lib/postmortem/report.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"

#define STACK_BYTES (STARTUP_STACK_PAGES * PAGE_SIZE)
#define STACK_BOTTOM (STARTUP_STACK_TOP - STACK_BYTES)

static bool read_stack(void *stack, u64 address, u64 *word)
{
	if (!stack || address < STACK_BOTTOM || address > STARTUP_STACK_TOP - sizeof(*word))
		return false;
	memcpy(word, (const u8 *)stack + (address - STACK_BOTTOM), sizeof(*word));
	return true;
}

static void to_log(void *stack, const char *text)
{
	(void)stack;
	log_line("%s", text);
}

void crash_report(const struct service *s, const char *program, const u64 words[])
{
	struct archive_file symbols = {0};
	bool seen = view_open(&view, s->instance.stack, RIGHT_READ) == OK;

	boot_file("boot/symbols", &symbols);
	fault_report(
		&(struct dead_program){
			.service = s->name,
			.program = program,
			.symbols = (const char *)symbols.data,
			.symbol_bytes = symbols.bytes,
			.read = read_stack,
			.line = to_log,
			.context = seen ? (void *)view.address : NULL},
		words);
	if (seen)
		view_close(&view);
	log_line("        %s is stopped; the others continue", s->name);
}
