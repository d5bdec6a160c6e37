/*
 * One plugin for every version of QEMU's plugin interface.
 *
 *   1       QEMU 4.2 to 8.2   counters are the plugin's own memory; an instruction's bytes are pointed to
 *   2       QEMU 9.0          counters are in a scoreboard, an array of QEMU's with one element a processor
 *   3 to 5  QEMU 9.1 and on   and an instruction's bytes are copied out
 *   6       QEMU 10.2, 11.0   registers are read in another way; nothing that is used here differs
 *   7       QEMU 11.1 and on  the calls at a translation and at the exit have other parameters
 *
 * QEMU loads the file, reads `qemu_plugin_version` from it, and refuses it outside of the range that it knows:
 * Debian 12's wants 1, Debian 13's 2 to 4, sid's 7. As soon as the file is loaded it can find out the functions that QEMU
 * has, because a weak symbol without a definition is null. So a constructor sets the version, and it runs before QEMU reads it.
 * QEMU's own plugins are compiled against the one header of their release, and so are those of Debian's other packages; a
 * plugin for each version, chosen by `qemu-system-x86_64 --version`, would be stale in build/ after an upgrade, and wrong
 * for a QEMU that has the functions of another release.
 *
 * Versions 6 and 7 have the same functions. QEMU passes its version to qemu_plugin_install, but only after the check. So from
 * version 6 on, and only then, the constructor runs the program that loaded it with --version and reads its release. (A
 * symbol from inside QEMU could be tested instead, but a build may hide it. The program that starts QEMU could pass the release,
 * but must then ask each QEMU before each start, as it may have been upgraded.) A release that cannot be read counts as an
 * older one: QEMU then refuses the plugin by name and with both numbers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
/* Came with version 6; likewise. */
extern WEAK void qemu_plugin_set_pc(void);
/* Returns the bytes' address up to version 2; from 3 on copies them and returns their number. */
extern void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
typedef const void *(*insn_data_1)(const struct qemu_plugin_insn *insn);
typedef size_t (*insn_data_3)(const struct qemu_plugin_insn *insn, void *to, size_t room);
/* Called with the plugin's number up to version 6; from 7 on with the last argument of the registration. */
typedef void (*translated_1)(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*translated_7)(struct qemu_plugin_tb *block, void *data);
typedef void (*exit_1)(qemu_plugin_id_t id, void *data);
typedef void (*exit_7)(void *data);
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated_1 call);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_1 call, void *data);
typedef void (*register_translated_7)(qemu_plugin_id_t id, translated_7 call, void *data);
typedef void (*register_exit_7)(qemu_plugin_id_t id, exit_7 call, void *data);

EXPORT int qemu_plugin_version = 1;

static bool release_is_from(int major, int minor)
{
	char *command[] = {"qemu", "--version", NULL};
	int ends[2], its_major = 0, its_minor = 0;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	posix_spawn_file_actions_t files;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	bool runs = !posix_spawn(&child, "/proc/self/exe", &files, NULL, command, environ);

	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	FILE *output = fdopen(ends[0], "r");

	if (!output) {
		close(ends[0]);
	} else {
		if (fscanf(output, "QEMU emulator version %d.%d", &its_major, &its_minor) != 2)
			its_major = 0;
		fclose(output);
	}
	if (runs)
		waitpid(child, NULL, 0);
	return its_major > major || (its_major == major && its_minor >= minor);
}

__attribute__((constructor)) static void find_version(void)
{
	if (qemu_plugin_set_pc)
		qemu_plugin_version = release_is_from(11, 1) ? 7 : 6;
	else if (qemu_plugin_register_vcpu_insn_exec_cond_cb)
		qemu_plugin_version = 3;
	else if (qemu_plugin_scoreboard_new)
		qemu_plugin_version = 2;
}

bool plugin_exit_is_late(void)
{
	return qemu_plugin_version >= 2;
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

static plugin_translated_cb on_translated;
static plugin_exit_cb on_exit_of_qemu;

static void translated_up_to_6(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	(void)id;
	on_translated(block);
}

static void translated_from_7(struct qemu_plugin_tb *block, void *data)
{
	(void)data;
	on_translated(block);
}

void plugin_on_translated(qemu_plugin_id_t id, plugin_translated_cb call)
{
	void (*enter)(void) = (void (*)(void))qemu_plugin_register_vcpu_tb_trans_cb;

	on_translated = call;
	if (qemu_plugin_version >= 7)
		((register_translated_7)enter)(id, translated_from_7, NULL);
	else
		qemu_plugin_register_vcpu_tb_trans_cb(id, translated_up_to_6);
}

static void exit_up_to_6(qemu_plugin_id_t id, void *data)
{
	(void)id, (void)data;
	on_exit_of_qemu();
}

static void exit_from_7(void *data)
{
	(void)data;
	on_exit_of_qemu();
}

void plugin_on_exit(qemu_plugin_id_t id, plugin_exit_cb call)
{
	void (*enter)(void) = (void (*)(void))qemu_plugin_register_atexit_cb;

	on_exit_of_qemu = call;
	if (qemu_plugin_version >= 7)
		((register_exit_7)enter)(id, exit_from_7, NULL);
	else
		qemu_plugin_register_atexit_cb(id, exit_up_to_6, NULL);
}
