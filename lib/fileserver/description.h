/*
 * Open file descriptions: the file, where the next read begins, the client that opened it.
 *
 * Weighed: POSIX kernels count the references from their descriptor tables to a description. Here
 * descriptors are capabilities, and the kernel's derivation tree is that count: when the last
 * descendant of the description's kept slot is gone, the server receives ST_CLOSED. A badge contains the generation of
 * its place in the table, so a late message about an earlier description does not affect a later one.
 */
#pragma once
#include "lib/fileserver/keep.h"

/* The badge that names a description. It has the top bit set, which no badge from init has, so
 * the two kinds of capability cannot be confused. */
u64 description_badge(const struct description *d);
bool badge_is_description(u64 badge);

/* The open description that a badge names; NULL if it is gone. */
const struct description *description_find(u64 badge);
u32 description_number(const struct description *d);
/* The generation of the next description in its place. */
u32 description_next_generation(const struct description *d);

/* Where a walk from it begins, and above what it does not lead. The kind is known; the size is not
 * (fs_ops.attributes). */
struct place description_place(const struct description *d);
struct place description_root(const struct description *d);
/* Its node as fs_ops.hold gave it, which is read, written and listed. */
struct place description_held(const struct description *d);

/* In a transaction. */
void description_set_offset(const struct description *d, u64 offset);
