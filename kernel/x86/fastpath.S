/*
 * The fast path: SYS_CALL and SYS_REPLY_RECV through an Endpoint, with up to eight words, no
 * capabilities and no flags, when the other side waits already. The message stays in the registers
 * it came in; what changes hands is who runs.
 *
 * seL4 writes this path in C with the conditions first and a commented point of no return;
 * NOVA in C++ with the registers saved on entry. Both ways the compiler has to spill the words it
 * needs registers for. Here eight words, tag and capability fill all but five registers, so
 * the path is assembly: what it needs it first stores where a switch would store it anyway, into
 * the thread, and if it then cannot go on, it loads it back and takes the slow path, which
 * begins as if nothing had happened.
 *
 * Conditions, in their order (all are in the code below, and only there):
 *   1. one compare of the tag: no flags, no capabilities, at most 8 words, operation 0 or 1
 *   2. the capability is an Endpoint's, with the right to send (receive): one bit of the slot
 *   3. somebody waits: a receiver (call); a caller that this thread owes a reply (reply)
 *   4. nothing else waits: no slow reason; on receive no sender, closed slot, notification, receiver
 *   5. who is to run is as urgent as any that could run instead
 *   6. neither thread has extras (EXTRA_*) but a thread pointer and the FPU, which are switched on the side
 * Then comes the point of no return: from there on every instruction is part of the switch.
 *
 * Time goes on being charged to whoever was charged: the caller, through its call and back.
 *
 * Registers: rsp the current thread, r14 the capability's slot or scratch, r15 the endpoint,
 * r11 the thread that will run, rbp and rcx scratch. rax rdi and the words as they came.
 */
#include "gen/offsets.h"

#define MSR_FS_BASE 0xc0000100

/* What a thread's exit from the kernel would find in its struct regs. */
.macro save_current
	movq %rcx, THREAD_RIP(%rsp)
	movq %r11, THREAD_FLAGS(%rsp)
	movq %r14, THREAD_R14(%rsp)
	movq %r15, THREAD_R15(%rsp)
	movq %rbp, THREAD_RBP(%rsp)
	movq %gs:CPU_USER_SP, %r11
	movq %r11, THREAD_RSP(%rsp)
.endm

/* r14 = slot of capability rdi, ebp = its first word. */
.macro look_up
	cmpq THREAD_CAPS_COUNT(%rsp), %rdi
	jae slow
	movq %rdi, %r14
	shlq $SLOT_SHIFT, %r14
	addq THREAD_CAPS(%rsp), %r14
	movl (%r14), %ebp
.endm

/* Makes the thread in r11 current and goes to it. */
.macro switch_and_leave
	movb $STATE_READY, THREAD_STATE(%r11)
	movq %r11, %gs:CPU_CURRENT
	leaq REGS_SIZE(%r11), %rcx
	movq %rcx, %gs:CPU_ENTRY_SP
	movq THREAD_CR3(%r11), %rcx
	cmpq %gs:CPU_CR3, %rcx
	je 1f
	movq %rcx, %gs:CPU_CR3
	movq %rcx, %cr3
1:	movq THREAD_RIP(%r11), %rcx
	movq THREAD_R14(%r11), %r14
	movq THREAD_R15(%r11), %r15
	movq THREAD_RBP(%r11), %rbp
	movq THREAD_RSP(%r11), %rsp
	movq THREAD_FLAGS(%r11), %r11
	swapgs
	sysretq
.endm

.macro restore_fpu from /* as in x86/fpu.c */
	fnclex
	emms
	fildl fpu_clean(%rip)
	fxrstor64 \from
.endm

/* With extras (in cl): goes on at \back if they are only a thread pointer and the FPU, after it has
 * made these r11's; else slow. See x86/fpu.c for what must be cleared. */
.macro switch_extras back
	testb $~(EXTRA_TLS|EXTRA_FPU), %cl
	jnz slow
	testb $EXTRA_FPU, THREAD_EXTRAS(%rsp)
	jz 4f
	fxsave64 THREAD_FPU_AT(%rsp)
	testb $EXTRA_FPU, THREAD_EXTRAS(%r11)
	jnz 5f
	restore_fpu fpu_clean(%rip)
	movq %gs:CPU_CR0_FPU_OFF, %rcx
	movq %rcx, %cr0
	movq $0, %gs:CPU_FPU
	jmp 6f
4:	testb $EXTRA_FPU, THREAD_EXTRAS(%r11)
	jz 6f
	clts
5:	restore_fpu THREAD_FPU_AT(%r11)
	movq %r11, %gs:CPU_FPU
6:	movq THREAD_FS_BASE(%r11), %rcx
	orq %gs:CPU_FS_BASE, %rcx /* from 0 to 0 there is nothing to do; the caller's goes even so */
	jz \back
	movq %rax, %gs:CPU_SCRATCH
	movq %rdx, %gs:CPU_SCRATCH+8
	movl $MSR_FS_BASE, %ecx
	movq THREAD_FS_BASE(%r11), %rdx
	movq %rdx, %gs:CPU_FS_BASE
	movl %edx, %eax
	shrq $32, %rdx
	wrmsr
	movq %gs:CPU_SCRATCH, %rax
	movq %gs:CPU_SCRATCH+8, %rdx
	jmp \back
.endm

/* The end of a timed message: one more in the mean. */
.macro take_time
	movq %rax, %gs:CPU_SCRATCH
	movq %rdx, %gs:CPU_SCRATCH+8
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
	subq %gs:CPU_ENTRY_TSC, %rax
	addq %rax, %gs:CPU_INFO+INFO_IPC_SAMPLED_TICKS
	incq %gs:CPU_INFO+INFO_IPC_SAMPLED
	movq $0, %gs:CPU_ENTRY_TSC
	movq %gs:CPU_SCRATCH, %rax
	movq %gs:CPU_SCRATCH+8, %rdx
.endm

/* ---- SYS_CALL, from saving the caller to running the receiver. Assembled twice: as it is, and with
 * the clock running, for the one message in many that is timed. ---- */
.macro call_path timed
	save_current
	look_up
	testl $SLOT_WORD_SENDABLE, %ebp
	jz slow
	movq SLOT_OBJECT(%r14), %r15
	movq ENDPOINT_RECEIVERS(%r15), %r11
	testq %r11, %r11
	jz slow
	.if \timed == 0
	cmpq $0, %gs:CPU_SLOW_REASONS
	jne slow_or_timed
	.endif
	movzbl THREAD_PRIORITY_AT(%rsp), %ecx
	cmpb %cl, THREAD_PRIORITY_AT(%r11)
	jb slow
	movb THREAD_EXTRAS(%rsp), %cl
	orb THREAD_EXTRAS(%r11), %cl
	jnz 2f
3:
	/* ---- point of no return: the receiver leaves the queue, the caller waits for its reply ---- */
	movq THREAD_NEXT(%r11), %rcx
	movq %rcx, ENDPOINT_RECEIVERS(%r15)
	movb $STATE_AWAITING, THREAD_STATE(%rsp)
	movq %rsp, THREAD_CALLER(%r11)
	leaq THREAD_REPLY(%r11), %rcx
	movq %rcx, THREAD_AWAITING_AT(%rsp)
	incq THREAD_IPC_CALLS(%rsp)
	incq ENDPOINT_MESSAGES(%r15)
	incq %gs:CPU_INFO+INFO_IPC_CALLS
	movq SLOT_BADGE(%r14), %rdi
	andl $SLOT_WORD_PROT|SLOT_WORD_SENDABLE, %ebp /* protocol rights, and the tag's "is a call" */
	orq %rbp, %rax                                /* al is 0: OK */
	.if \timed
	take_time
	.endif
	switch_and_leave
2:	switch_extras 3b
.endm

	.text
	.balign 64
	.globl fastpath_entry
fastpath_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_CURRENT, %rsp
	cmpl $FAST_TAG_MAX, %eax
	ja slow_untouched
	testb %al, %al
	jnz not_a_call

	call_path timed=0

not_a_call:
	cmpb $SYS_REPLY_RECV, %al
	jne not_a_reply

	/* ---- SYS_REPLY_RECV ---- */
	save_current
	look_up
	testl $SLOT_WORD_RECEIVABLE, %ebp
	jz slow
	movq THREAD_CALLER(%rsp), %r11
	testq %r11, %r11
	jz slow
	cmpb $STATE_AWAITING, THREAD_STATE(%r11)
	jne slow
	movq SLOT_OBJECT(%r14), %r15
	cmpq %r15, THREAD_SERVES(%rsp)
	jne slow
	movq ENDPOINT_SENDERS(%r15), %rcx
	orq ENDPOINT_CLOSED(%r15), %rcx
	orq ENDPOINT_RECEIVERS(%r15), %rcx
	jnz slow
	testb $SLOW_TRACE, %gs:CPU_SLOW_REASONS
	jnz slow
	movzbl THREAD_PRIORITY_AT(%r11), %ecx
	movq %gs:CPU_READY, %rbp
	shrq %cl, %rbp
	cmpq $1, %rbp
	ja slow
	movb THREAD_EXTRAS(%rsp), %cl
	orb THREAD_EXTRAS(%r11), %cl
	jnz 2f
3:
	/* ---- point of no return: the reply is the caller's, the server waits at the endpoint ---- */
	movq $0, THREAD_CALLER(%rsp)
	movq $0, THREAD_NEXT(%rsp)
	movq %rsp, ENDPOINT_RECEIVERS(%r15)
	movq %rsp, ENDPOINT_RECEIVERS+8(%r15)
	movq %r15, THREAD_WAIT_ON(%rsp)
	movb $STATE_RECEIVING, THREAD_STATE(%rsp)
	movb $0, %al /* OK */
	xorl %edi, %edi
	switch_and_leave
2:	switch_extras 3b

/* ---- SYS_YIELD, if nobody is ready who could run instead: the whole of it ---- */
not_a_reply:
	cmpb $SYS_YIELD, %al
	jne slow_untouched
	movzbl THREAD_PRIORITY_AT(%rsp), %edi
	xorl %esi, %esi
	btsq %rdi, %rsi
	cmpq %rsi, %gs:CPU_READY
	jae slow_untouched /* somebody of this priority or above */
	xorl %eax, %eax /* OK */
	movq %gs:CPU_USER_SP, %rsp
	swapgs
	sysretq

/* The only reason to be slow may be that this message shall be timed: then from the start, fast. */
slow_or_timed:
	cmpq $SLOW_SAMPLE, %gs:CPU_SLOW_REASONS
	jne slow
	movq $0, %gs:CPU_SLOW_REASONS
	movq THREAD_RIP(%rsp), %rcx
	movq THREAD_FLAGS(%rsp), %r11
	movq %rax, %gs:CPU_SCRATCH
	movq %rdx, %gs:CPU_SCRATCH+8
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, %gs:CPU_ENTRY_TSC
	movq %gs:CPU_SCRATCH, %rax
	movq %gs:CPU_SCRATCH+8, %rdx
	movq THREAD_R14(%rsp), %r14
	movq THREAD_R15(%rsp), %r15
	movq THREAD_RBP(%rsp), %rbp
	call_path timed=1

/* Nothing was stored that the slow path will not store again. */
slow:
	movq THREAD_RIP(%rsp), %rcx
	movq THREAD_R14(%rsp), %r14
	movq THREAD_R15(%rsp), %r15
	movq THREAD_RBP(%rsp), %rbp
	movq THREAD_FLAGS(%rsp), %r11
slow_untouched:
	movq %gs:CPU_USER_SP, %rsp
	swapgs
	jmp syscall_entry
	.size fastpath_entry, . - fastpath_entry
	.section .note.GNU-stack, "", @progbits
