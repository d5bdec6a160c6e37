/*
 * Numbers that assembly takes from C: the offsets of fields, and constants that are enumerators in C.
 *
 * As in Linux (asm-offsets.c) this file is compiled to assembly and never assembled: each line "->NAME value" of it becomes a
 * #define in gen/offsets.h (tools/build/offsets.sh). seL4 writes its offsets by hand and asserts them; here they cannot be
 * wrong, and a field may move.
 */
#include "cap/cnode_quick.h"
#include "ipc/endpoint.h"
#include "lib/status.h"
#include "microk/syscall.h"
#include "object/slot.h"
#include "sched/thread.h"
#include "x86/cpu.h"
#include "x86/regs.h"

#define VALUE(name, value) __asm__ volatile("\n.ascii \"->" #name " %0\"" ::"i"((u64)(value)))
#define OFFSET(name, type, field) VALUE(name, offsetof(type, field))

void offsets(void);

static void offsets_of_regs(void)
{
	OFFSET(REGS_VECTOR, struct regs, vector);
	OFFSET(REGS_ERROR, struct regs, error);
	OFFSET(REGS_RIP, struct regs, rip);
	VALUE(REGS_SIZE, sizeof(struct regs));
}

static void offsets_of_cpu(void)
{
	OFFSET(CPU_USER_SP, struct cpu, user_sp);
	OFFSET(CPU_KERNEL_SP, struct cpu, kernel_sp);
	OFFSET(CPU_CURRENT, struct cpu, current);
	OFFSET(CPU_CR3, struct cpu, cr3);
	OFFSET(CPU_SLOW_REASONS, struct cpu, slow_reasons);
	OFFSET(CPU_READY, struct cpu, ready);
	OFFSET(CPU_ENTRY_SP, struct cpu, tss.rsp[0]);
	OFFSET(CPU_FS_BASE, struct cpu, fs_base);
	OFFSET(CPU_SCRATCH, struct cpu, scratch);
	OFFSET(CPU_FPU, struct cpu, fpu);
	OFFSET(CPU_CR0_FPU_OFF, struct cpu, cr0_fpu_off);
	OFFSET(CPU_NEED_SCHEDULE, struct cpu, need_schedule);
	OFFSET(CPU_ENTRY_TSC, struct cpu, entry_tsc);
	VALUE(SLOW_SAMPLE, SLOW_SAMPLE);
	VALUE(SLOW_TRACE, SLOW_TRACE);
	/* Of the information area's counters, from gs too. */
	OFFSET(CPU_INFO, struct cpu_area, info);
	OFFSET(INFO_SYSTEM_CALLS, struct microk_info, system_calls);
	OFFSET(INFO_IPC_CALLS, struct microk_info, ipc_calls);
	OFFSET(INFO_IPC_SAMPLED, struct microk_info, ipc_sampled);
	OFFSET(INFO_IPC_SAMPLED_TICKS, struct microk_info, ipc_sampled_ticks);
}

static void offsets_of_thread(void)
{
	OFFSET(THREAD_R15, struct thread, regs.r15);
	OFFSET(THREAD_R14, struct thread, regs.r14);
	OFFSET(THREAD_RBP, struct thread, regs.rbp);
	OFFSET(THREAD_RDI, struct thread, regs.rdi);
	OFFSET(THREAD_RSI, struct thread, regs.rsi);
	OFFSET(THREAD_RDX, struct thread, regs.rdx);
	OFFSET(THREAD_R8, struct thread, regs.r8);
	OFFSET(THREAD_R9, struct thread, regs.r9);
	OFFSET(THREAD_R10, struct thread, regs.r10);
	OFFSET(THREAD_RBX, struct thread, regs.rbx);
	OFFSET(THREAD_R12, struct thread, regs.r12);
	OFFSET(THREAD_R13, struct thread, regs.r13);
	OFFSET(THREAD_RAX, struct thread, regs.rax);
	OFFSET(THREAD_RIP, struct thread, regs.rip);
	OFFSET(THREAD_FLAGS, struct thread, regs.rflags);
	OFFSET(THREAD_RSP, struct thread, regs.rsp);
	OFFSET(THREAD_CAPS, struct thread, caps);
	OFFSET(THREAD_CAPS_COUNT, struct thread, caps_count);
	OFFSET(THREAD_CR3, struct thread, cr3);
	OFFSET(THREAD_FS_BASE, struct thread, fs_base);
	OFFSET(THREAD_STATE, struct thread, state);
	OFFSET(THREAD_PRIORITY_AT, struct thread, priority); /* THREAD_PRIORITY is a method */
	OFFSET(THREAD_EXTRAS, struct thread, extras);
	OFFSET(THREAD_NEXT, struct thread, next);
	OFFSET(THREAD_WAIT_ON, struct thread, wait_on);
	OFFSET(THREAD_AWAITING_AT, struct thread, awaiting); /* THREAD_AWAITING is a state */
	OFFSET(THREAD_REPLY, struct thread, bound_reply);
	OFFSET(THREAD_CALLER, struct thread, bound_reply.caller);
	OFFSET(THREAD_IPC_CALLS, struct thread, ipc_calls);
	OFFSET(THREAD_SERVES, struct thread, serves);
	OFFSET(THREAD_BUFFER_AT, struct thread, buffer);
	OFFSET(THREAD_FPU_AT, struct thread, fpu); /* THREAD_FPU is a method */
	VALUE(EXTRA_TLS, EXTRA_TLS);
	VALUE(EXTRA_FPU, EXTRA_FPU);
	VALUE(STATE_READY, THREAD_READY);
	VALUE(STATE_RECEIVING, THREAD_RECEIVING);
	VALUE(STATE_AWAITING, THREAD_AWAITING);
}

static void offsets_of_endpoint(void)
{
	OFFSET(ENDPOINT_RECEIVERS, struct endpoint, receivers);
	OFFSET(ENDPOINT_SENDERS, struct endpoint, senders);
	OFFSET(ENDPOINT_CLOSED, struct endpoint, closed_first);
	OFFSET(ENDPOINT_MESSAGES, struct endpoint, messages);
}

static void offsets_of_slot(void)
{
	VALUE(SLOT_SHIFT, __builtin_ctzl(sizeof(struct slot)));
	OFFSET(SLOT_OBJECT, struct slot, object);
	OFFSET(SLOT_BADGE, struct slot, badge);
	/* Of the slot's first word: two bits of its byte `rights`, and its byte `prot`. */
	VALUE(SLOT_WORD_SENDABLE, SLOT_SENDABLE << 8 * offsetof(struct slot, rights));
	VALUE(SLOT_WORD_RECEIVABLE, SLOT_RECEIVABLE << 8 * offsetof(struct slot, rights));
	VALUE(SLOT_WORD_PROT, 0xfful << 8 * offsetof(struct slot, prot));
}

static void offsets_of_messages(void)
{
	VALUE(SYS_REPLY_RECV, SYS_REPLY_RECV);
	VALUE(DELIVERED, DELIVERED);
	VALUE(SYS_SIGNAL, SYS_SIGNAL);
	VALUE(SYS_WAIT, SYS_WAIT);
	VALUE(SYS_YIELD, SYS_YIELD);
	/* A tag that is at most this number has no flags, no capabilities and at most 8 words; with 8 words its operation is
	 * 0 or 1. */
	VALUE(FAST_TAG_MAX, MSG_REGS << TAG_LENGTH_SHIFT | SYS_REPLY_RECV);
	VALUE(LONG_TAG_MAX, MSG_WORDS << TAG_LENGTH_SHIFT | SYS_REPLY_RECV);
	VALUE(MSG_REGS, MSG_REGS);
	VALUE(TAG_LABEL_SHIFT, TAG_LABEL_SHIFT);
	VALUE(TAG_LENGTH_MASK, 0xff << TAG_LENGTH_SHIFT);
	VALUE(TAG_CAPS_MASK, MSG_CAPS << TAG_CAPS_SHIFT);
}

static void offsets_of_methods(void)
{
	VALUE(CAP_CNODE, CAP_CNODE);
	VALUE(CAP_UNTYPED, CAP_UNTYPED);
	VALUE(NOT_QUICK, NOT_QUICK);
	VALUE(PREEMPTED, PREEMPTED);
	/* The part of a struct invocation that a method fills, which lies after the one that is pushed; rounded up so that the
	 * stack is aligned to 16 bytes at the call. */
	VALUE(INVOCATION_REST,
	      ((sizeof(struct invocation) + 15) & ~15ul) - offsetof(struct invocation, result));
}

void offsets(void)
{
	offsets_of_regs();
	offsets_of_cpu();
	offsets_of_thread();
	offsets_of_endpoint();
	offsets_of_slot();
	offsets_of_messages();
	offsets_of_methods();
}
