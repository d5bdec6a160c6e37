/*
 * The stack is read where it lies: init keeps a capability to the frame it gave, maps that a second
 * time, and follows the frame pointers, each of which must lie above the one before and on the stack.
 */
#include "servers/init/backtrace.h"
#include "microk/info.h"
#include "microk/ipcbuf.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

#define FRAMES_SHOWN 16
#define STACK_BYTES (STARTUP_STACK_PAGES * PAGE_SIZE)
#define STACK_BOTTOM (STARTUP_STACK_TOP - STACK_BYTES)
#define REG_RBP 6 /* after FAULT_REGS */
#define VECTOR_PAGE_FAULT 14
#define PF_FETCH 0x10u /* Intel SDM vol. 3, 4.7 */

static const char *program_name(const struct unit *s)
{
	const char *slash = strrchr(s->conf->program, '/');
	return slash != NULL ? slash + 1 : s->conf->program;
}

void place_describe(const struct unit *s, u64 address, bool is_return, char *to, size_t bytes)
{
	struct archive_file table;
	char name[SYMBOL_TEXT];

	if (boot_file("boot/symbols", &table) &&
	    symbol_find((const char *)table.data, table.bytes, program_name(s), address, is_return,
			name, sizeof(name)))
		format(to, bytes, "0x%lx %s", address, name);
	else
		format(to, bytes, "0x%lx", address);
}

static void log_caller(const struct unit *s, u64 address)
{
	char place[PLACE_TEXT];
	place_describe(s, address, true, place, sizeof(place));
	log_line("        called from %s in %s", place, s->conf->program);
}

/* Whether `bytes` at this address of the program's lie on its stack. */
static bool on_stack(u64 address, u64 bytes)
{
	return address % 8 == 0 && address >= STACK_BOTTOM && address <= STARTUP_STACK_TOP - bytes;
}

static u64 stack_word(const u8 *stack, u64 address)
{
	u64 word;
	memcpy(&word, stack + (address - STACK_BOTTOM), sizeof(word));
	return word;
}

void backtrace_log(const struct unit *s, const u64 words[])
{
	const u8 *stack = (const u8 *)view.address;
	u64 frame = words[FAULT_REGS + REG_RBP], sp = words[FAULT_SP];
	u32 shown = 0;

	if (view_open(&view, s->instance.stack, RIGHT_READ) != OK)
		return;
	/* It called an address without code: the caller pushed where from, and no frame was made yet. */
	if (words[FAULT_VECTOR] == VECTOR_PAGE_FAULT && (words[FAULT_ERROR] & PF_FETCH) &&
	    on_stack(sp, 8))
		log_caller(s, stack_word(stack, sp));
	while (on_stack(frame, 16) && stack_word(stack, frame + 8) != 0) {
		if (shown++ == FRAMES_SHOWN) {
			log_line("        called from further up, and so on");
			break;
		}
		log_caller(s, stack_word(stack, frame + 8));
		u64 above = stack_word(stack, frame);
		if (above <= frame)
			break;
		frame = above;
	}
	view_close(&view);
}
