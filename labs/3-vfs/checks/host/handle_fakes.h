/* The kernel's methods, the table of descriptions; and the calls of the code under test to other files. */
#pragma once
#include "lib/fileserver/handle.h"
#include "gen/lib/microk/methods.h"

#define ENDPOINT 7u
#define FIRST_SLOT 100u
#define PLACES 16u /* descriptions that are used here */
#define CLIENT 5ul /* badges that init gave to clients */
#define OTHER_CLIENT 6ul

extern struct description table[DESCRIPTIONS_MAX];
extern struct slot_fake {
	u32 filled, children;
	u64 rights, badge, flags, source;
} slots_of[PLACES];
extern bool kept[PLACES];                /* the request that opened it may come again */
extern u32 mints, deleted[PLACES], closed[PLACES], lent_dropped[PLACES];
extern enum microk_status mint_status;   /* the kernel's answer, unless it is OK */

void begin_handles(void);
enum microk_status mint(u32 number, cap_t *slot);
void close_number(u32 number);
