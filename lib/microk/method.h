/*
 * The typed calls of kernel methods (gen/lib/microk/methods.h, generated from microk/cap.h) are built on this. Programs
 * use the typed calls; only a test that sends a malformed call needs this one.
 */
#pragma once
#include "lib/microk/ipc.h"

/* Calls method `label` with up to 8 words; stores the results in *result, or drops them if it is NULL. */
enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count, struct message *result);
