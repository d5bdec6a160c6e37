/* The kernel's log as text, for the information area. */
#pragma once
#include "microk/types.h"

extern char *klog_text;   /* INFO_LOG_BYTES of room */
extern size_t klog_bytes; /* written so far; stops when the room is full */

/* Moves the log to `to` (INFO_LOG_BYTES, writable for good); later lines are added there. */
void klog_move(char *to);

/* Keeps *count equal to klog_bytes from now on. */
void klog_count_at(u64 *count);
