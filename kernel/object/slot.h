/*
 * A capability slot: one cache line. A CNode is an array of slots, and kernel objects embed slots for the capabilities that
 * they hold themselves (a thread its CSpace, an Irq its Notification).
 *
 * The derivation tree is explicit. The children of a slot are a doubly linked list whose first
 * member's `prev` and last member's `next` name the parent (LINK_PARENT set in the pointer);
 * so delete, move and insert are constant, however many children or descendants there are.
 *
 *      parent --first--> A <-> B <-> C <--last-- parent
 *             <---prev---A           C---next--->
 */
#pragma once
#include "microk/cap.h"
#include "microk/error.h"
#include "microk/syscall.h"

struct kobject;
struct thread;

struct slot {
	u8 type;   /* enum cap_type; CAP_NULL: the slot is empty and all else is 0 */
	u8 flags;  /* SLOT_* */
	u8 rights; /* RIGHT_* of the kernel, and SLOT_SENDABLE, SLOT_RECEIVABLE */
	u8 prot;   /* protocol rights */
	union {
		u32 size;  /* whichever it is */
		u32 pages; /* Untyped, Frame */
		u32 count; /* Irq, IoPort, IoSpace */
		u32 level; /* PageTable, while it is mapped; else 0 */
	};
	union {
		struct kobject *object; /* all types with a header */
		u64 base;               /* whichever of these it is */
		u64 phys;               /* Untyped, Frame, PageTable */
		u64 number;             /* Irq, IoPort, IoSpace: the first */
	};
	union {
		u64 badge;   /* whichever it is */
		u64 requester; /* Irq: of the device whose interrupt this capability bound; else 0 */
		u64 address; /* Frame, PageTable: where it is mapped; else 0. Of a Frame see frame_address */
		u64 used;    /* Untyped: bytes */
	};
	union {
		u64 aux;                /* whichever it is; 0 in a child made by slot_derive */
		u64 space;              /* Frame, PageTable: reference of the AddressSpace or IoSpace it is mapped in; else 0 */
		u64 zeroed;             /* Untyped: bytes known to be zero or used */
		u64 binding;            /* Irq, IoSpace: the number of its binding */
		struct thread *senders; /* Endpoint: threads that wait to send through it (ipc/sent.h) */
	};
	struct slot *prev, *next;
	struct slot *first, *last; /* children; without children, links of the closed queue while SLOT_CLOSED */
};

#define SLOT_WATCH 0x01  /* made with MINT_WATCH */
#define SLOT_CLOSED 0x02 /* on its endpoint's closed queue */
#define SLOT_DEVICE 0x04 /* Untyped, Frame: not memory; never zeroed */
#define SLOT_THREAD 0x08 /* embedded in a thread, which caches its content */
#define SLOT_BOUND 0x10  /* Irq, IoSpace: this capability made the binding; deleting it unbinds. Notification: a binding's target */
#define SLOT_UNFINISHED 0x20 /* an interrupted operation on this capability will resume */
#define SLOT_WRITER 0x40   /* Frame: its mapping is writable */
#define SLOT_WAS_CLOSED 0x40 /* Endpoint, with SLOT_WATCH: its last descendant went, at least once (ipc/closed.c) */
#define SLOT_EXECUTER 0x80 /* Frame: its mapping is executable */

_Static_assert(sizeof(struct slot) == 64, "a slot is one cache line");
_Static_assert(offsetof(struct slot, base) == 8 && offsetof(struct slot, badge) == 16 && offsetof(struct slot, prev) == 32,
	       "each union is one word");

/* Bits of `rights`, not of `flags`: the fast path's conditions on an Endpoint's capability, each in one bit. slot_seal
 * keeps them. */
#define SLOT_SENDABLE 0x10
#define SLOT_RECEIVABLE 0x20

_Static_assert((u64)SLOT_SENDABLE << 8 * offsetof(struct slot, rights) == TAG_IS_CALL,
	       "the fast path takes the tag's flag from a slot's first word");
_Static_assert(8 * offsetof(struct slot, prot) == TAG_PROT_SHIFT, "likewise the protocol rights");

#define LINK_PARENT 1ul

/* Untyped memory and a table's place have one owner; everything else may be shared. */
static inline bool is_copyable(const struct slot *s) { return s->type != CAP_UNTYPED && s->type != CAP_PAGE_TABLE; }

static inline u32 slot_rights(const struct slot *s)
{
	return (s->rights & RIGHT_ALL_KERNEL) | (u32)s->prot << RIGHT_PROT_SHIFT;
}

/* The bits below a page are mm/frame_steps.h's. */
static inline u64 frame_address(const struct slot *s) { return s->address & ~(PAGE_SIZE - 1); }

/* To be called once a slot's type and rights are set. */
static inline void slot_seal(struct slot *s)
{
	if (s->type != CAP_ENDPOINT)
		return;
	if (s->rights & RIGHT_WRITE)
		s->rights |= SLOT_SENDABLE;
	if (s->rights & RIGHT_READ)
		s->rights |= SLOT_RECEIVABLE;
}

/* A capability to send of which a delete has begun to turn away the waiting senders: no thread can send through it any
 * more. */
static inline bool slot_is_withdrawn(const struct slot *s)
{
	return s->type == CAP_ENDPOINT && (s->rights & RIGHT_WRITE) && !(s->rights & SLOT_SENDABLE);
}

/* Types whose capabilities name an object with a header and a reference count. */
static inline bool slot_has_object(const struct slot *s)
{
	return s->type >= CAP_CNODE && s->type <= CAP_ADDRESS_SPACE;
}
