/*
 * One plugin for every version of QEMU's plugin interface.
 *
 *   1       QEMU 4.2 to 8.2   counters are the plugin's own memory; an instruction's bytes are pointed to
 *   2       QEMU 9.0          counters are in a scoreboard, an array of QEMU's with one element a processor
 *   3 to 5  QEMU 9.1 and on   and an instruction's bytes are copied out
 *
 * QEMU loads the file, reads `qemu_plugin_version` from it, and refuses it outside of the range that it knows:
 * Debian 12's wants 1, Debian 13's 2 to 4. As soon as the file is loaded it can find out the functions that QEMU has,
 * because a weak symbol without a definition is null. So a constructor sets the version, and it runs before QEMU reads it.
 * QEMU's own plugins are compiled against the one header of their release, and so are those of Debian's other packages; a
 * plugin for each version, chosen by `qemu-system-x86_64 --version`, would be stale in build/ after an upgrade, and wrong
 * for a QEMU that has the functions of another release.
 */
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

enum { INLINE_ADD_U64 = 0 };

struct qemu_plugin_scoreboard;
struct scoreboard_place {
	struct qemu_plugin_scoreboard *board;
	size_t offset;
};

#define WEAK __attribute__((weak))
/* Version 1 only. */
extern WEAK void qemu_plugin_register_vcpu_insn_exec_inline(
	struct qemu_plugin_insn *insn, int op, void *to, uint64_t value);
/* From version 2 on. */
extern WEAK struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_bytes);
extern WEAK void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *board, unsigned cpu);
extern WEAK void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	struct qemu_plugin_insn *insn, int op, struct scoreboard_place place, uint64_t value);
/* Came with version 3. It is never called; only its presence is tested. */
extern WEAK void qemu_plugin_register_vcpu_insn_exec_cond_cb(void);
/* Returns the bytes' address up to version 2; from 3 on copies them and returns their number. */
extern void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
typedef const void *(*insn_data_1)(const struct qemu_plugin_insn *insn);
typedef size_t (*insn_data_3)(const struct qemu_plugin_insn *insn, void *to, size_t room);

EXPORT int qemu_plugin_version = 1;

__attribute__((constructor)) static void find_version(void)
{
	if (qemu_plugin_register_vcpu_insn_exec_cond_cb)
		qemu_plugin_version = 3;
	else if (qemu_plugin_scoreboard_new)
		qemu_plugin_version = 2;
}

size_t plugin_insn_bytes(const struct qemu_plugin_insn *insn, uint8_t *to, size_t room)
{
	size_t size = qemu_plugin_insn_size(insn);
	void (*look)(void) = (void (*)(void))qemu_plugin_insn_data;

	if (size > room)
		size = room;
	if (qemu_plugin_version >= 3)
		return ((insn_data_3)look)(insn, to, size);
	memcpy(to, ((insn_data_1)look)(insn), size);
	return size;
}

static uint64_t *own_counters;
static struct qemu_plugin_scoreboard *board;

bool plugin_counters_make(size_t number)
{
	if (qemu_plugin_version == 1)
		own_counters = calloc(number, sizeof(uint64_t));
	else
		board = qemu_plugin_scoreboard_new(number * sizeof(uint64_t));
	return own_counters || board;
}

uint64_t *plugin_counters(void)
{
	return own_counters ? own_counters : qemu_plugin_scoreboard_find(board, 0);
}

void plugin_count(struct qemu_plugin_insn *insn, size_t counter)
{
	if (own_counters)
		qemu_plugin_register_vcpu_insn_exec_inline(
			insn, INLINE_ADD_U64, &own_counters[counter], 1);
	else
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			insn, INLINE_ADD_U64,
			(struct scoreboard_place){board, counter * sizeof(uint64_t)}, 1);
}
