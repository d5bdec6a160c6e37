/* Waits for time to pass. */
#pragma once
#include "lib/microk/ipc.h"

/* Waits for that many ticks of the time-stamp counter, while other threads run. */
enum microk_status pause_ticks(u64 ticks);
