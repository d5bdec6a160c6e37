/*
 * The ground of the typed calls of kernel methods (gen/lib/microk/methods.h, generated from microk/cap.h). Programs use
 * those; only a test that sends a malformed call needs this.
 */
#pragma once
#include "lib/microk/ipc.h"

/* Calls method `label` with up to 8 words; the results land in *result, or are dropped if it is NULL. */
enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count, struct message *result);
