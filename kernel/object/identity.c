/*
 * Identities.
 *
 * Zircon numbers its objects (koid_t) and gives the numbers to every program, which can use them to count the objects that
 * other programs make. Linux prints a keyed hash of a pointer (%p), which may collide, and is the same for the next object
 * at that address. seL4 has no identities, and its tools guess. Here an identity is a number that only this kernel can
 * decode: the object's serial number, the slot's address or the memory's page, each with a mark for which of the three it
 * is, encrypted with a key of this boot. Encryption is a permutation, so two numbers never have the same identity. A serial
 * number costs 8 bytes in each object, and nothing is allocated. A slot has no room for one and needs none, since it is
 * identified by its place.
 *
 * The cipher is Speck48/96 (Beaulieu and others, "The SIMON and SPECK families of lightweight block ciphers", 2013): twelve
 * hexadecimal digits to print, and no table in memory. The key comes from pc/entropy.c; without a random number generator
 * it is only as good as the clocks' jitter. A guessed key reveals where objects lie, which gives no access by itself.
 */
#include "object/identity.h"
#include "x86/layout.h"

#define WORD_BITS 24
#define WORD_MASK 0xffffffu
#define KEY_WORDS 4

/* The plaintext: the mark above a number of 46 bits. That of Irq, IoPort and IoSpace is never encrypted: their numbers are not
 * secret. */
enum mark { MARK_OBJECT = 0, MARK_SLOT = 1, MARK_MEMORY = 2, MARK_RANGE = 3 };
#define MARK_SHIFT 46
#define SLOT_BITS 6 /* a slot's size */
#define TYPE_BITS 8

/* A debugger reads it, to name things as user space does (tools/gdb/microk.py). */
u32 identity_keys[IDENTITY_ROUNDS];
static u64 last_serial;

static u32 rotate_left(u32 word, u32 bits)
{
	return (word << bits | word >> (WORD_BITS - bits)) & WORD_MASK;
}

static u32 rotate_right(u32 word, u32 bits)
{
	return rotate_left(word, WORD_BITS - bits);
}

void identity_init(u64 key_low, u64 key_high)
{
	u32 left[IDENTITY_ROUNDS + KEY_WORDS - 2];

	identity_keys[0] = key_low & WORD_MASK;
	left[0] = key_low >> WORD_BITS & WORD_MASK;
	left[1] = key_high & WORD_MASK;
	left[2] = key_high >> WORD_BITS & WORD_MASK;
	for (u32 i = 0; i + 1 < IDENTITY_ROUNDS; i++) {
		left[i + 3] = ((identity_keys[i] + rotate_right(left[i], 8)) & WORD_MASK) ^ i;
		identity_keys[i + 1] = rotate_left(identity_keys[i], 3) ^ left[i + 3];
	}
}

static u64 encrypt(u64 block)
{
	u32 high = block >> WORD_BITS & WORD_MASK, low = block & WORD_MASK;

	for (u32 i = 0; i < IDENTITY_ROUNDS; i++) {
		high = ((rotate_right(high, 8) + low) & WORD_MASK) ^ identity_keys[i];
		low = rotate_left(low, 3) ^ high;
	}
	return (u64)high << WORD_BITS | low;
}

static u64 plain(enum mark mark, u64 number)
{
	return (u64)mark << MARK_SHIFT | number;
}

/* 0 means "none". No plaintext is 0, so the ciphertext of 0 is free for the one number whose ciphertext would be 0. */
static u64 identity(u64 plaintext)
{
	u64 code = encrypt(plaintext);

	return code ? code : encrypt(0);
}

void identity_give(struct kobject *o)
{
	o->serial = ++last_serial;
}

u64 object_identity(const struct kobject *o)
{
	return identity(plain(MARK_OBJECT, o->serial));
}

u64 slot_identity(const struct slot *s)
{
	if (!s)
		return 0;
	return identity(plain(MARK_SLOT, virt_to_phys(s) >> SLOT_BITS));
}

u64 capability_plain(const struct slot *s)
{
	if (slot_has_object(s))
		return plain(MARK_OBJECT, s->object->serial);
	switch (s->type) {
	case CAP_UNTYPED:
	case CAP_FRAME:
	case CAP_PAGE_TABLE: return plain(MARK_MEMORY, s->phys >> PAGE_BITS);
	case CAP_IRQ:
	case CAP_IOPORT:
	case CAP_IOSPACE: return plain(MARK_RANGE, s->number << TYPE_BITS | s->type);
	default: return 0;
	}
}

u64 capability_identity(const struct slot *s)
{
	if (s->type == CAP_IRQ || s->type == CAP_IOPORT || s->type == CAP_IOSPACE)
		return s->number;
	u64 block = capability_plain(s);

	return block ? identity(block) : 0;
}
