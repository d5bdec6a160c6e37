/*
 * The registers of a thread that does not run, as THREAD_READ and THREAD_WRITE move them: one of these sets, whole, in words
 * 8.. of the caller's IPC buffer.
 */
#pragma once
#include "microk/syscall.h"

enum register_set {
	REGISTERS_GENERAL, /* struct general_registers */
	REGISTERS_FPU,     /* struct fpu_registers */
	REGISTER_SETS
};

struct general_registers {
	u64 ip, sp, flags, fs_base;
	u64 rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15; /* in the order of a fault message */
};

/* As FXSAVE64 lays them out (Intel SDM vol. 1, table 10-2). */
struct fpu_registers {
	u16 fcw, fsw;
	u8 ftw, reserved;
	u16 fop;
	u64 fip, fdp;
	u32 mxcsr, mxcsr_mask; /* the mask is ignored when written */
	u8 st[8][16];  /* x87 and MMX: 10 bytes each */
	u8 xmm[16][16];
	u8 unused[96];
} __attribute__((aligned(16)));

#define REGISTERS_AT MSG_REGS /* the word of the IPC buffer where they begin */

_Static_assert(sizeof(struct fpu_registers) == 512, "SDM");
_Static_assert(sizeof(struct general_registers) <= (MSG_WORDS - REGISTERS_AT) * sizeof(u64) &&
		       sizeof(struct fpu_registers) <= (MSG_WORDS - REGISTERS_AT) * sizeof(u64),
	       "a set fits in the words of an IPC buffer");
