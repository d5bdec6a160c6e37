/* Lines of the kernel's log that programs cause (faults, deadlocks), each charged to an account (mm/log_account.h). */
#pragma once
#include "microk/types.h"

#define LOG_BURST 8 /* reports that an account has at once */

/* For a cause that may turn out to have nothing to report: whether the account has a report left, and the taking of it. */
bool log_has_left(u32 account);
void log_take_one(u32 account);

/* Whether the account may cause one more report on the log, if there is room for one, and leave as many as are spared.
 * False: it is used up, or there is no room, and this report is counted as dropped. True: *dropped is the number of those
 * dropped since the account's last report. */
bool log_allows(u32 account, bool room, u32 spared, u32 *dropped);
