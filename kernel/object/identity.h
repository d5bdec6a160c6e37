/* Opaque numbers by which user space distinguishes objects, slots and memory: stable, and without meaning. Identities of
 * objects never recur; those of slots and memory belong to places. */
#pragma once
#include "object/object.h"
#include "object/slot.h"

#define IDENTITY_BITS 48
#define IDENTITY_ROUNDS 23

/* For a debugger on the kernel, which names things as user space does (tools/gdb/microk.py). */
extern u32 identity_keys[IDENTITY_ROUNDS];

/* Sets the key of this boot. Must be called before any other function of this header. */
void identity_init(u64 key_low, u64 key_high);

/* Numbers a new object. */
void identity_give(struct kobject *o);

/* No two objects of one boot have the same identity, including dead ones. */
u64 object_identity(const struct kobject *o);

/* Of a slot as a place; 0 for NULL. */
u64 slot_identity(const struct slot *s);

/* Of the object or memory that the slot's capability names: for an Irq, IoPort or IoSpace the first number, for an empty slot
 * and the Kernel 0. */
u64 capability_identity(const struct slot *s);

/* The same before it is encrypted, which takes long: for comparisons in the kernel, and never to leave it. Irq, IoPort and
 * IoSpace have different ones; an empty slot and the Kernel 0. */
u64 capability_plain(const struct slot *s);
