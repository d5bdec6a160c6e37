/* Badges of this server's Endpoint: which process, and which of its threads, a capability belongs to. */
#pragma once
#include "lib/microk/ipc.h"
#include "servers/proc/world.h"

/* All have this bit, which neither a badge of the supervisor's nor one of lib/fileserver has. */
#define BADGE_OF_PROCESS (1ul << 62)
static inline bool badge_is_of_process(u64 badge) { return badge >> 62 == 1; }

enum badge_kind { BADGE_HOLDER = 1, BADGE_THREAD, BADGE_FAULT };

/* The Endpoint of this server, from which the capabilities are minted. */
void badge_setup(cap_t own);

/* The process that a badge names, and the kind; NULL: it is gone. A holder's stays the same when the process runs
 * another program. */
const struct process *badge_process(u64 badge, enum badge_kind *kind);
/* The place of the thread in a badge of the last two kinds. */
u32 badge_place(u64 badge);

/* Mints a capability with that badge into slot `index` of `cnode`. flags: MINT_WATCH or 0. */
enum microk_status badge_mint(const struct process *p, enum badge_kind kind, u32 place, cap_t cnode, u64 index, u64 rights,
			      u64 flags);
