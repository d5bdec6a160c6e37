/* The undo log of change.h, as it lies in memory that outlives the instance, and the instance's own part of it. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"
#include "servers/vfs/waits.h"

#define CHANGE_RECORDS 8192u /* words that one operation may change */

struct change_record {
	u64 place; /* an offset in the pool; with CHANGE_IN_STATE, in the state area */
	u64 was;
};
#define CHANGE_IN_STATE (1ul << 63)

struct change_log {
	u64 records;
	struct change_record record[CHANGE_RECORDS];
};

struct change {
	struct change_log *log;
	u8 *state;
	u64 state_bytes;
	struct gate gate;
	u32 used;
	enum microk_status failed;
};
