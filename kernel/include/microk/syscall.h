/*
 * The system-call convention (x86_64, `syscall` instruction).
 *
 *   in   rax  tag: operation, length, flags, label, request number
 *        rdi  capability index
 *        rsi rdx r8 r9 r10 rbx r12 r13   message words 0..7
 *   out  rax  tag: status, length, flags, protocol rights, label, request number
 *        rdi  badge (receive: of the capability that the sender used; notifications: the bits)
 *        rsi rdx r8 r9 r10 rbx r12 r13   message words 0..7
 *
 *   rcx and r11 belong to `syscall`; r14 r15 rbp rsp and the flags survive. Message words that
 *   a message does not carry arrive as 0. Where no message comes (an error, a signal's bits), each is
 *   the thread's own, perhaps an older one, or 0. DS, ES, FS and GS may be cleared at any instruction.
 *
 * Tag, in bits:
 *    0..7   in: operation (SYS_*)            out: status (microk/error.h)
 *    8..15  length in words, 0..120; words 8.. lie in the IPC buffer (microk/ipcbuf.h)
 *   16..17  capabilities carried, 0..3
 *   18..23  flags (TAG_*)
 *   24..31  in: zero                         out: protocol rights of the sender's capability
 *   32..47  label: which method or protocol operation; in a reply, a status (0 is success)
 *   48..63  the lowest 16 bits of the request's number, for traces; opaque to the kernel, carried to the receiver
 */
#pragma once
#include "microk/types.h"

enum microk_syscall {
	SYS_CALL = 0,       /* send to rdi, wait for the reply; on a kernel object: run a method */
	SYS_REPLY_RECV = 1, /* reply to the bound Reply's caller (if any), then receive from rdi */
	SYS_SEND = 2,       /* send to an Endpoint, or answer through a Reply object */
	SYS_RECV = 3,       /* receive from an Endpoint */
	SYS_REPLY = 4,      /* reply to the bound Reply's caller and go on; rdi unused */
	SYS_SIGNAL = 5,     /* OR the capability's badge into a Notification; never blocks */
	SYS_WAIT = 6,       /* wait for a Notification's bits, take them all */
	SYS_YIELD = 7,      /* let the next thread of the same priority run; rdi unused */
	SYS_COUNT
};

#define MSG_REGS 8    /* words that travel in registers */
#define MSG_WORDS 120 /* longest message */
#define MSG_CAPS 3    /* most capabilities in one message */

#define TAG_LENGTH_SHIFT 8
#define TAG_CAPS_SHIFT 16
#define TAG_NONBLOCK (1ul << 18) /* in: fail with ERR_WOULD_BLOCK rather than wait */
#define TAG_DEADLINE (1ul << 19) /* in: the IPC buffer's deadline limits the wait */
#define TAG_IS_CALL (1ul << 20)  /* out: the sender waits for a reply */
#define TAG_RECEIVED (1ul << 21) /* out, with an error that ended a call: the request had been received */
#define TAG_PROT_SHIFT 24
#define TAG_LABEL_SHIFT 32
#define TAG_REQUEST_SHIFT 48

#define TAG(label, length) (((u64)(label) << TAG_LABEL_SHIFT) | ((u64)(length) << TAG_LENGTH_SHIFT))
#define TAG_STATUS(t) ((u8)(t))
#define TAG_OP(t) ((u8)(t))
#define TAG_LENGTH(t) ((u8)((t) >> TAG_LENGTH_SHIFT))
#define TAG_CAPS(t) ((u32)((t) >> TAG_CAPS_SHIFT) & 3)
#define TAG_PROT(t) ((u8)((t) >> TAG_PROT_SHIFT))
#define TAG_LABEL(t) ((u16)((t) >> TAG_LABEL_SHIFT))
#define TAG_REQUEST(t) ((u16)((t) >> TAG_REQUEST_SHIFT))

/* Labels of messages that the kernel itself sends to a fault endpoint. */
#define LABEL_FAULT 0xfff0
