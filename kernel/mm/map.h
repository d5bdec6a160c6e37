/* Page tables: finding and filling entries (SDM vol. 3, 4.5). Allocates nothing: a missing table is ERR_TABLE, and the
 * caller supplies one. */
#pragma once
#include "lib/status.h"
#include "microk/types.h"

/* The entry for `va` in the table of `level` (1: pages of 4 KiB, 2: of 2 MiB, 3: of 1 GiB, 4: the
 * root itself), or NULL if a table above it is missing or a large page is in the way. */
u64 *map_entry(u64 *root, u64 va, u32 level);

/* Bits of an entry for these rights (RIGHT_READ, RIGHT_WRITE, RIGHT_EXEC) and attributes (MAP_*).
 * Never writable and executable at once: ERR_RIGHTS; unreadable: ERR_RIGHTS; unknown bits: ERR_ARG. */
status_t map_flags(u32 rights, u32 attributes, u64 *flags);

/* Maps one page of 4 KiB (level 1) or 2 MiB (level 2). ERR_ALIGN, ERR_RANGE, ERR_TABLE, ERR_OCCUPIED; then nothing
 * was changed. */
status_t map_page(u64 *root, u64 va, u64 pa, u64 flags, u32 level);

/* Puts a table of `level` (1..3) where va needs one. Errors as map_page. */
status_t map_table(u64 *root, u64 va, u64 table_pa, u32 level);
