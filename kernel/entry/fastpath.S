/*
 * The fast path: SYS_CALL and SYS_REPLY_RECV through an Endpoint, with no capabilities and no flags, when the other side
 * waits already. Up to eight words stay in the registers they came in; only the running thread changes. Further words are
 * copied from one IPC buffer to the other.
 *
 * seL4 writes this path in C with the conditions first and a commented point of no return; NOVA in C++ with the registers
 * saved on entry. In both, the compiler has to spill message words to get registers. Here eight words, tag and capability
 * fill all but five registers, so the path is assembly. It makes room by storing values in the thread, where a switch would
 * store them anyway. If it then cannot go on, it loads them back and takes the slow path, which begins as if nothing had
 * happened.
 *
 * Only the message passes to the receiver: words that it does not carry arrive as 0, and the data selectors are cleared.
 * The two most frequent lengths have copies of the path of their own, found by one compare of the whole tag: no words (then
 * the words' registers are free, and are scratch) and eight (nothing to clear). One to seven words and a message that is to
 * be timed take the general copy. Nine words and more have a copy of the path that begins like that for eight.
 *
 * Conditions, in their order (all are in the code below, and only there):
 *   1. one compare of the tag: no flags, no capabilities, at most 8 words (another: at most 120), operation 0 or 1
 *   2. the capability is an Endpoint's, with the right to send (receive): one bit of the slot
 *   3. a thread waits: a receiver (call); a caller that this thread owes a reply (reply)
 *   4. on receive nothing else waits: no sender, closed slot, notification, receiver
 *   5. the thread that is to run is as urgent as any that could run instead
 *   6. neither thread has extras (EXTRA_*) but a thread pointer and the FPU, which are switched on the side
 *   7. with more than 8 words: both threads have an IPC buffer
 * Then comes the point of no return: from there on every instruction is part of the switch. The path does not test whether
 * messages are recorded or timed: entry_choose (entry_fast.c) then lets `syscall` enter elsewhere.
 *
 * Other operations only enter and leave here, for C functions that decide alone whether they can be done at once: a signal,
 * a wait, a call that carries capabilities (ipc/carry.c), some methods of a CNode and of an Untyped (cap/cnode_quick.c,
 * cap/untyped_quick.c).
 *
 * Time continues to be charged to the same thread: the caller, through its call and back.
 *
 * Registers, by name: `cur` the current thread, `next` the one that will run, `caps` its CSpace, `word` the first word of
 * the capability's slot, `ep` the endpoint, rdi the slot's offset in the CSpace, rcx and `free` scratch.
 */
#include "gen/offsets.h"

#define TAG_REPLY_0 SYS_REPLY_RECV /* the tag's low half: SYS_REPLY_RECV without words; SYS_CALL is 0 */
#define TAG_REPLY_8 FAST_TAG_MAX
#define TAG_CALL_8 (FAST_TAG_MAX - SYS_REPLY_RECV)
#define MSR_LSTAR 0xc0000082
#define MSR_FS_BASE 0xc0000100

/* The registers of the two kinds of copies. Without words: the registers that would carry them. */
#define BARE cur=%rbx, next=%r9, caps=%rsi, word=%r10d, ep=%r8, free=%rdx
/* With words: the registers saved at the entry. The user's stack pointer is in the processor's structure. */
#define FULL cur=%rsp, next=%r11, caps=%r14, word=%ebp, ep=%r15, free=%rbp

/* The fields of struct regs that a thread's exit from the kernel would load: both kinds store rip before all conditions
 * are tested, and the bare one stores the others only after that. */
.macro save_survivors cur
	movq %r11, THREAD_FLAGS(\cur)
	movq %r14, THREAD_R14(\cur)
	movq %r15, THREAD_R15(\cur)
	movq %rbp, THREAD_RBP(\cur)
.endm

.macro save_full
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_CURRENT, %rsp
	movq %rcx, THREAD_RIP(%rsp)
	save_survivors %rsp
	movq %gs:CPU_USER_SP, %r11
	movq %r11, THREAD_RSP(%rsp)
.endm

.macro save_bare_ip
	movq %gs:CPU_CURRENT, %rbx
	movq %rcx, THREAD_RIP(%rbx)
.endm

.macro save_bare_rest
	movq %rsp, THREAD_RSP(%rbx)
	save_survivors %rbx
.endm

/* Clears the registers that were scratch where there are no words. */
.macro clear_bare
	xorl %esi, %esi
	xorl %edx, %edx
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	xorl %ebx, %ebx
.endm

/* rdi = offset of capability rdi's slot in `caps`; slow if there is none, or if it lacks the bit. */
.macro look_up_to_receive slow cur next caps word ep free
	cmpq THREAD_CAPS_COUNT(\cur), %rdi
	jae \slow\()_index
	movq THREAD_CAPS(\cur), \caps
	shlq $SLOT_SHIFT, %rdi
	testl $SLOT_WORD_RECEIVABLE, (\caps,%rdi)
	jz \slow
.endm

/* The same, and `word` is the slot's first. */
.macro look_up_to_send slow cur next caps word ep free
	cmpq THREAD_CAPS_COUNT(\cur), %rdi
	jae \slow\()_index
	movq THREAD_CAPS(\cur), \caps
	shlq $SLOT_SHIFT, %rdi
	movl (\caps,%rdi), \word
	testl $SLOT_WORD_SENDABLE, \word
	jz \slow
.endm

/* ---- SYS_CALL: from the look-up to the caller's waiting for its reply ---- */
.macro call_conditions slow extras cur next caps word ep free
	look_up_to_send \slow cur=\cur next=\next caps=\caps word=\word ep=\ep free=\free
	movq SLOT_OBJECT(\caps,%rdi), \ep
	movq ENDPOINT_RECEIVERS(\ep), \next
	testq \next, \next
	jz \slow
	movzwl THREAD_PRIORITY_AT(\next), %ecx /* cl: priority; ch: extras */
	cmpb THREAD_PRIORITY_AT(\cur), %cl
	jb \slow
	orb THREAD_EXTRAS(\cur), %ch
	jnz \extras
.endm

/* The receiver leaves the queue, the caller waits for its reply, the registers become the receiver's message. */
.macro call_commit cur next caps word ep free
	movq THREAD_NEXT(\next), %rcx
	movq %rcx, ENDPOINT_RECEIVERS(\ep)
	movb $STATE_AWAITING, THREAD_STATE(\cur)
	movq \cur, THREAD_CALLER(\next)
	leaq THREAD_REPLY(\next), %rcx
	movq %rcx, THREAD_AWAITING_AT(\cur)
	incq THREAD_IPC_CALLS(\cur)
	incq ENDPOINT_MESSAGES(\ep)
	incq %gs:CPU_INFO+INFO_IPC_CALLS
	movq SLOT_BADGE(\caps,%rdi), %rdi
	andl $SLOT_WORD_PROT|SLOT_WORD_SENDABLE, \word /* protocol rights, and the tag's "is a call" */
.endm

/* ---- SYS_REPLY_RECV: from the look-up to the server's waiting at the endpoint ---- */
.macro reply_conditions slow fault extras cur next caps word ep free
	look_up_to_receive \slow cur=\cur next=\next caps=\caps word=\word ep=\ep free=\free
	movq THREAD_CALLER(\cur), \next
	testq \next, \next
	jz \slow
	cmpb $STATE_AWAITING, THREAD_STATE(\next)
	jne \fault
	movq SLOT_OBJECT(\caps,%rdi), \ep
	cmpq \ep, THREAD_SERVES(\cur)
	jne \slow
	movq ENDPOINT_SENDERS(\ep), \free
	orq ENDPOINT_CLOSED(\ep), \free
	orq ENDPOINT_RECEIVERS(\ep), \free
	jnz \slow
	movzwl THREAD_PRIORITY_AT(\next), %ecx /* cl: priority; ch: extras */
	movq %gs:CPU_READY, \free
	shrq %cl, \free
	cmpq $1, \free
	ja \slow
	orb THREAD_EXTRAS(\cur), %ch
	jnz \extras
.endm

/* The reply is the caller's, the server waits at the endpoint. */
.macro reply_commit cur next caps word ep free
	movq $0, THREAD_CALLER(\cur)
	movq $0, THREAD_NEXT(\cur)
	movq \cur, ENDPOINT_RECEIVERS(\ep)
	movq \cur, ENDPOINT_RECEIVERS+8(\ep)
	movq \ep, THREAD_WAIT_ON(\cur)
	movb $STATE_RECEIVING, THREAD_STATE(\cur)
	movb $0, %al /* OK */
	xorl %edi, %edi
.endm

/* The user's registers that keep their values from one system call to the next. `thread` may be r14. */
.macro load_kept thread
	movq THREAD_R15(\thread), %r15
	movq THREAD_RBP(\thread), %rbp
	movq THREAD_RSP(\thread), %rsp
	movq THREAD_R14(\thread), %r14
.endm

/* ---- The switch: makes `next` current, and the words that it does not get 0 ---- */
.macro switch_to next
	movb $STATE_READY, THREAD_STATE(\next)
	movq \next, %gs:CPU_CURRENT
	leaq REGS_SIZE(\next), %rcx
	movq %rcx, %gs:CPU_ENTRY_SP
	movq THREAD_CR3(\next), %rcx
	cmpq %gs:CPU_CR3, %rcx
	je 1f
	movq %rcx, %gs:CPU_CR3
	movq %rcx, %cr3
1:	load_kept \next
.endm

/* Through a register that is 0. gs comes last: on Intel's processors this clears its base, which is then the user's. */
.macro clear_selectors zero
	movl \zero, %ds
	movl \zero, %es
	movl \zero, %fs
	swapgs
	movl \zero, %gs
.endm

.macro leave_bare
	movq THREAD_RIP(%r9), %rcx
	movq THREAD_FLAGS(%r9), %r11
	clear_bare
	xorl %r12d, %r12d
	xorl %r13d, %r13d
	clear_selectors %esi
	sysretq
.endm

.macro leave_full zero
	clear_selectors \zero
	movq THREAD_RIP(%r11), %rcx
	movq THREAD_FLAGS(%r11), %r11
	sysretq
.endm

.macro restore_fpu from /* as in sched/fpu.c */
	fnclex
	emms
	fildl fpu_clean(%rip)
	fxrstor64 \from
.endm

/* With extras (in ch): slow unless they are only a thread pointer and the FPU. Makes the FPU's registers next's; see
 * sched/fpu.c for the registers that must be cleared. The thread pointer is loaded at the end (leave_extras). */
.macro switch_fpu slow cur next caps word ep free
	testb $~(EXTRA_TLS|EXTRA_FPU), %ch
	jnz \slow
	testb $EXTRA_FPU, THREAD_EXTRAS(\cur)
	jz 4f
	fxsave64 THREAD_FPU_AT(\cur)
	testb $EXTRA_FPU, THREAD_EXTRAS(\next)
	jnz 5f
	restore_fpu fpu_clean(%rip)
	movq %gs:CPU_CR0_FPU_OFF, %rcx
	movq %rcx, %cr0
	movq $0, %gs:CPU_FPU
	jmp 6f
4:	testb $EXTRA_FPU, THREAD_EXTRAS(\next)
	jz 6f
	clts
5:	restore_fpu THREAD_FPU_AT(\next)
	movq \next, %gs:CPU_FPU
6:
.endm

/* rax and rdx are free in between. */
.macro lend_rax_rdx
	movq %rax, %gs:CPU_SCRATCH
	movq %rdx, %gs:CPU_SCRATCH+8
.endm
.macro take_back_rax_rdx
	movq %gs:CPU_SCRATCH, %rax
	movq %gs:CPU_SCRATCH+8, %rdx
.endm
.macro read_clock /* to rax */
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
.endm

/* The end of a timed message: one more in the mean, and the next is not timed. */
.macro take_time
	lend_rax_rdx
	read_clock
	subq %gs:CPU_ENTRY_TSC, %rax
	addq %rax, %gs:CPU_INFO+INFO_IPC_SAMPLED_TICKS
	incq %gs:CPU_INFO+INFO_IPC_SAMPLED
	movq $0, %gs:CPU_ENTRY_TSC
	movq $0, %gs:CPU_SLOW_REASONS
	movl $MSR_LSTAR, %ecx
	movq $fastpath_entry, %rax
	movl $-1, %edx /* the kernel's text is in the last 2 GiB */
	wrmsr
	take_back_rax_rdx
.endm

/* ---- The words from the ninth on ---- */
.macro long_conditions slow
	cmpq $0, THREAD_BUFFER_AT(%rsp)
	je \slow
	cmpq $0, THREAD_BUFFER_AT(%r11)
	je \slow
.endm

/* After the point of no return: a receiver's buffer changes only if it gets the message. (The entry clears the direction flag.) */
.macro copy_long
	movq %rsi, %gs:CPU_SCRATCH
	movq %rdi, %gs:CPU_SCRATCH+8
	movq THREAD_BUFFER_AT(%rsp), %rsi
	movq THREAD_BUFFER_AT(%r11), %rdi
	addq $MSG_REGS*8, %rsi
	addq $MSG_REGS*8, %rdi
	movzbl %ah, %ecx
	subl $MSG_REGS, %ecx
	rep movsq
	movq %gs:CPU_SCRATCH, %rsi
	movq %gs:CPU_SCRATCH+8, %rdi
.endm

/* ---- The paths. The code after `leave` is for threads with extras. ---- */
.macro call_bare
	save_bare_ip
	call_conditions bare_slow 2f BARE
	/* ---- point of no return ---- */
	save_bare_rest
	call_commit BARE
	orq %r10, %rax /* al is 0: OK */
	switch_to %r9
	leave_bare
2:	switch_fpu bare_slow BARE
	save_bare_rest
	call_commit BARE
	orq %r10, %rax
	movq %r9, %r11
	jmp leave_extras
.endm

.macro reply_bare
	save_bare_ip
	reply_conditions bare_slow bare_fault 2f BARE
	/* ---- point of no return ---- */
	save_bare_rest
	reply_commit BARE
	switch_to %r9
	leave_bare
2:	switch_fpu bare_slow BARE
	save_bare_rest
	reply_commit BARE
	movq %r9, %r11
	jmp leave_extras
.endm

.macro call_full leave timed=0
	call_conditions not_sent 2f FULL
	/* ---- point of no return ---- */
	call_commit FULL
	orq %rbp, %rax
	.if \timed
	take_time
	.endif
	\leave
2:	switch_fpu slow FULL
	call_commit FULL
	orq %rbp, %rax
	.if \timed
	take_time
	.endif
	jmp leave_extras
.endm

.macro reply_full leave
	reply_conditions slow slow 2f FULL
	/* ---- point of no return ---- */
	reply_commit FULL
	\leave
2:	switch_fpu slow FULL
	reply_commit FULL
	jmp leave_extras
.endm

.macro call_long
	call_conditions slow 2f FULL
	long_conditions slow
	/* ---- point of no return ---- */
	copy_long
	call_commit FULL
	orq %rbp, %rax
	leave_call_8
2:	long_conditions slow
	switch_fpu slow FULL
	copy_long
	call_commit FULL
	orq %rbp, %rax
	jmp leave_extras
.endm

.macro reply_long
	reply_conditions slow slow 2f FULL
	long_conditions slow
	/* ---- point of no return ---- */
	copy_long
	reply_commit FULL
	leave_reply_8
2:	long_conditions slow
	switch_fpu slow FULL
	copy_long
	reply_commit FULL
	jmp leave_extras
.endm

.macro leave_call_8
	switch_to %r11
	xorl %ecx, %ecx
	leave_full %ecx
.endm

.macro leave_reply_8
	switch_to %r11
	leave_full %edi
.endm

	.text
	.balign 64
	.globl fastpath_entry
fastpath_entry:
	swapgs
	testl %eax, %eax /* SYS_CALL, no words */
	jnz not_call_0
	call_bare

not_call_0:
	cmpl $TAG_REPLY_0, %eax
	jne not_reply_0
	reply_bare

not_reply_0:
	cmpl $TAG_CALL_8, %eax
	jne not_call_8
	save_full
	call_full leave_call_8

not_call_8:
	cmpl $TAG_REPLY_8, %eax
	jne some_words
	save_full
	reply_full leave_reply_8

some_words: /* the flags are those of the compare with FAST_TAG_MAX */
	ja many_words
	cmpb $SYS_REPLY_RECV, %al
	jae not_a_call
	save_full
	call_full "jmp leave_some"

not_a_call:
	jne not_a_reply
	save_full
	reply_full "jmp leave_some"

/* 9 words or more, or a tag that is above these */
many_words:
	cmpl $LONG_TAG_MAX, %eax
	ja with_capabilities
	testb %al, %al
	jnz not_a_long_call
	save_full
	call_long

not_a_long_call:
	cmpb $SYS_REPLY_RECV, %al
	jne slow_untouched
	save_full
	reply_long

/* The thread is in rdi, the tag in rax. */
.macro leave_by_c function
	movq %rax, %rsi
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	call \function
	cmpl $NOT_QUICK, %eax
	jne user_return
	call syscall_handle
	jmp kernel_exit
.endm

/* ---- An answer without words, but not to a thread that awaits a message: to one that has faulted (ipc/fault_quick.c). Its words
 * stay as they were in the thread. ---- */
bare_fault:
	save_bare_rest
	shrq $SLOT_SHIFT, %rdi
	movq %rax, THREAD_RAX(%rbx)
	movq %rdi, THREAD_RDI(%rbx)
	movq %rbx, %rdi
	leave_by_c fault_resume_quick

/* ---- A call that carries capabilities, without flags: to C with all registers saved, and out as from everywhere in C. ---- */
with_capabilities:
	testl $~(TAG_CAPS_MASK | TAG_LENGTH_MASK), %eax
	jnz slow_untouched
	save_full
	movq %rax, THREAD_RAX(%rsp)
	movq %rdi, THREAD_RDI(%rsp)
	movq %rsi, THREAD_RSI(%rsp)
	movq %rdx, THREAD_RDX(%rsp)
	movq %r8, THREAD_R8(%rsp)
	movq %r9, THREAD_R9(%rsp)
	movq %r10, THREAD_R10(%rsp)
	movq %rbx, THREAD_RBX(%rsp)
	movq %r12, THREAD_R12(%rsp)
	movq %r13, THREAD_R13(%rsp)
	movq %rsp, %rdi
	leave_by_c call_carry

/* Clears the words that a message of 1 to 7 does not carry: from the first of them on. */
.macro clear_words done
	cmpb $4, %ah
	jae 2f
	cmpb $2, %ah
	ja 13f
	je 12f
	testb %ah, %ah
	jnz 11f
	xorl %esi, %esi
11:	xorl %edx, %edx
12:	xorl %r8d, %r8d
13:	xorl %r9d, %r9d
14:	xorl %r10d, %r10d
15:	xorl %ebx, %ebx
16:	xorl %r12d, %r12d
17:	xorl %r13d, %r13d
	jmp \done
2:	je 14b
	cmpb $6, %ah
	jb 15b
	je 16b
	cmpb $8, %ah
	jb 17b
.endm

/* To r11, with the number of words in the tag. */
leave_some:
	switch_to %r11
	clear_words 1f
1:	xorl %ecx, %ecx
	leave_full %ecx

/* The same, with any thread pointers. From 0 to 0 there is nothing to load; the caller's is cleared in any case. */
leave_extras:
	switch_to %r11
	clear_words 1f
1:	xorl %ecx, %ecx
	movl %ecx, %fs /* before the base, which this clears */
	movq THREAD_FS_BASE(%r11), %rcx
	orq %gs:CPU_FS_BASE, %rcx
	jz 3f
	lend_rax_rdx
	movl $MSR_FS_BASE, %ecx
	movq THREAD_FS_BASE(%r11), %rdx
	movq %rdx, %gs:CPU_FS_BASE
	movl %edx, %eax
	shrq $32, %rdx
	wrmsr
	take_back_rax_rdx
3:	xorl %ecx, %ecx
	movl %ecx, %ds
	movl %ecx, %es
	swapgs
	movl %ecx, %gs
	movq THREAD_RIP(%r11), %rcx
	movq THREAD_FLAGS(%r11), %r11
	sysretq

/* ---- SYS_YIELD, if no other thread that could run is ready: all of it ---- */
not_a_reply:
	cmpl $SYS_SIGNAL, %eax
	je signal
	cmpl $SYS_WAIT, %eax
	je wait
	cmpb $SYS_YIELD, %al
	jne slow_untouched
	movq %gs:CPU_CURRENT, %rdi
	movzbl THREAD_PRIORITY_AT(%rdi), %edi
	xorl %esi, %esi
	btsq %rdi, %rsi
	cmpq %rsi, %gs:CPU_READY
	jae slow_untouched /* a thread of this priority or above */
	xorl %eax, %eax /* OK */
	xorl %edi, %edi
	xorl %esi, %esi
	swapgs
	sysretq

/* ---- SYS_SIGNAL and SYS_WAIT, without flags and words: a shorter way in and out, to the C functions that do these on every
 * other way, too. ---- */
.macro enter_decode function
	save_bare_ip
	save_bare_rest
	movq %rdi, THREAD_RDI(%rbx)
	incq %gs:CPU_INFO+INFO_SYSTEM_CALLS
	movq %rbx, %rdi
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	call \function
.endm

wait:
	movl %eax, %esi
	enter_decode wait_decode
	cmpl $DELIVERED, %eax
	jne leave_with_status
	jmp leave_as_is

signal:
	enter_decode signal_decode
leave_with_status:
	movq %rax, THREAD_RAX(%rbx)

/* The current thread may be another one now (sched/hand_over.h), which waited in a system call; then the selectors are 0, and
 * the thread pointer is its own. */
leave_as_is:
	cmpb $0, %gs:CPU_NEED_SCHEDULE
	jne kernel_exit
	movq %gs:CPU_CURRENT, %r9
	movq THREAD_RIP(%r9), %rcx
	movq THREAD_FLAGS(%r9), %r11
	load_kept %r9
	movq THREAD_RDI(%r9), %rdi
	movq THREAD_RAX(%r9), %rax
	clear_bare
	xorl %r12d, %r12d
	xorl %r13d, %r13d
	swapgs
	sysretq

/* `syscall` enters here when the next message is to be timed. All operations but a call of up to 8 words go on as usual. */
	.globl fastpath_timed_entry
fastpath_timed_entry:
	swapgs
	cmpl $FAST_TAG_MAX, %eax
	ja many_words
	testb %al, %al
	jnz not_call_0
	save_full
	lend_rax_rdx
	read_clock
	movq %rax, %gs:CPU_ENTRY_TSC
	take_back_rax_rdx
	call_full "jmp leave_some", timed=1

/* ---- Methods that need no switch: of a CNode (cap/cnode_quick.c) and of an Untyped (cap/untyped_quick.c). A call of one to eight
 * words, but not to an Endpoint at which a thread receives, comes here with the registers of `FULL`. Of the thread the fields that
 * save_full fills are filled; the registers that C changes are pushed as words of the invocation, and are 0 when the thread goes
 * on. ---- */
.macro call_method function
	leaq (%r14,%rdi), %rcx
	shrq $SLOT_SHIFT, %rdi
	movq %rdi, THREAD_RDI(%rsp)
	movq %rsp, %r14 /* C keeps r14 and r15: the thread, and the tag */
	movq %rax, %r15
	movq %rax, %rdi
	shrq $TAG_LABEL_SHIFT, %rdi
	movzwl %di, %edi
	movzbl %ah, %eax
	movq %gs:CPU_KERNEL_SP, %rsp
	subq $INVOCATION_REST, %rsp
	pushq %rdi /* the label; is_changed and results are 0 */
	pushq %rcx
	pushq %r14
	.irp r, r13, r12, rbx, r10, r9, r8, rdx, rsi
	pushq %\r
	.endr
	movq %rsp, %rdi
	movl %eax, %esi
	xorl %ebp, %ebp
	call \function
	cmpl $PREEMPTED, %eax
	jae not_done /* PREEMPTED or NOT_QUICK */
	incq %gs:CPU_INFO+INFO_SYSTEM_CALLS
	movq $0, %gs:CPU_ENTRY_TSC /* if a message was to be timed, this was none */
	movq THREAD_RIP(%r14), %rcx
	movq THREAD_FLAGS(%r14), %r11
	load_kept %r14
	xorl %edi, %edi
	xorl %esi, %esi
	xorl %edx, %edx
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	swapgs
	sysretq
.endm

not_sent:
	cmpb $CAP_CNODE, %bpl /* a slot's first byte is its type */
	jne not_a_cnode
	call_method cnode_quick

not_a_cnode:
	cmpb $CAP_UNTYPED, %bpl
	jne slow
	call_method untyped_quick

not_done: /* the flags are those of the compare with PREEMPTED */
	popq %rsi
	popq %rdx
	popq %r8
	popq %r9
	popq %r10
	movq %r15, %rax
	movq %r14, %rsp
	movq THREAD_RDI(%rsp), %rdi
	jne slow_index
	/* An interrupt waits. It is taken in user mode, before the same system call begins again. */
	movq $0, %gs:CPU_ENTRY_TSC
	movq THREAD_RIP(%r14), %rcx
	subq $2, %rcx /* the length of `syscall` */
	movq THREAD_FLAGS(%r14), %r11
	load_kept %r14
	swapgs
	sysretq

/* The slow path. It overwrites everything that was stored so far. Where words were not sent, their registers were
 * scratch: they are 0 now. */
bare_slow:
	shrq $SLOT_SHIFT, %rdi
bare_slow_index:
	movq THREAD_RIP(%rbx), %rcx
	clear_bare
slow_untouched:
	swapgs
	jmp syscall_entry

slow:
	shrq $SLOT_SHIFT, %rdi
not_sent_index:
slow_index:
	movq THREAD_RIP(%rsp), %rcx
	movq THREAD_R14(%rsp), %r14
	movq THREAD_R15(%rsp), %r15
	movq THREAD_RBP(%rsp), %rbp
	movq THREAD_FLAGS(%rsp), %r11
	movq %gs:CPU_USER_SP, %rsp
	jmp slow_untouched
	.size fastpath_entry, . - fastpath_entry
	.section .note.GNU-stack, "", @progbits
