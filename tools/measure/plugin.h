/*
 * The part of QEMU that the plugins of this folder use, the same for each version of its plugin interface.
 *
 * QEMU's header is in no Debian package, so what is used of it is declared here (QEMU, include/qemu/qemu-plugin.h and
 * docs/devel/tcg-plugins.rst). The functions declared as qemu_plugin_… are the same in versions 1 to 7; those that
 * differ are in a plugin_… function of plugin.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { CB_NO_REGS = 0 };
enum { MEM_READ_AND_WRITE = 3 };

typedef void (*executed_cb)(unsigned cpu, void *data);
typedef void (*memory_cb)(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data);
typedef void (*plugin_translated_cb)(struct qemu_plugin_tb *block);
typedef void (*plugin_exit_cb)(void);

extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, executed_cb call, int flags,
						 void *data);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, executed_cb call, int flags,
						   void *data);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, memory_cb call, int flags, int which,
					     void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
extern unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);

/* Calls `call` with each block that QEMU translates, and as QEMU ends: each of the two at most once, in qemu_plugin_install. */
void plugin_on_translated(qemu_plugin_id_t id, plugin_translated_cb call);
void plugin_on_exit(qemu_plugin_id_t id, plugin_exit_cb call);

/* Whether a machine that has asked for its end runs on until another thread of QEMU has stopped it: from release 9 on. */
bool plugin_exit_is_late(void);

/* Copies the instruction's bytes, at most `room` of them; returns how many there are in `to`. */
size_t plugin_insn_bytes(const struct qemu_plugin_insn *insn, uint8_t *to, size_t room);

/*
 * Counters of the one processor that the guest has. QEMU may move them when it creates a processor, before it translates
 * code; so a plugin takes their address anew with each block that is translated. plugin_counters_make() is called once, in
 * qemu_plugin_install; false: no memory.
 */
bool plugin_counters_make(size_t number);
uint64_t *plugin_counters(void);

/*
 * Each execution of the instruction adds 1 to a counter, without a call. Register this after the instruction's
 * callbacks: version 1 runs callbacks first in any case, later ones run all in the order of registration.
 */
void plugin_count(struct qemu_plugin_insn *insn, size_t counter);
