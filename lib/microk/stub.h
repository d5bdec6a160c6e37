/*
 * What all generated code shares: the client's stubs and the server's dispatchers are made by
 * tools/idl/idl.py and call these. A client does not trust the server it calls, nor the reverse.
 *
 * Invariant of every program: outside a stub that awaits capabilities and a service's receive, the
 * IPC buffer's recv_caps are 0, so nobody can place a capability where none is awaited.
 */
#pragma once
#include "lib/microk/message.h"
#include "lib/microk/service.h"

/* How often a stub makes an idempotent call whose server dies over it. A restarted server
 * takes it from the endpoint; one that dies of the request itself must not do so for ever. */
#define STUB_TRIES 3

#define STUB_TAG(label, length, caps, number)                                                      \
	(TAG((label), (length)) | (u64)(caps) << TAG_CAPS_SHIFT |                                  \
	 (u64)(number) << TAG_REQUEST_SHIFT)

/* The next request number of this program. */
u16 stub_number(void);

/* Lets `count` capabilities of the answer arrive in the slots; 0 to end that. */
void stub_receive(const u32 *slots, u32 count);

/* The status of an answered (or failed) call: the system call's, else what the server says. Anything but
 * OK with exactly `caps` capabilities deletes what arrived in the slots. */
enum microk_status stub_answer(const struct message *m, const u32 *slots, u32 caps);

/* For an answer that does not fit: deletes what arrived, returns `status`. */
enum microk_status stub_refuse(const struct message *m, const u32 *slots,
			       enum microk_status status);

/* For results that a handler returned with OK and that cannot be sent: the service takes its capabilities back
 * (`undelivered`), as where they do not reach the caller. Returns ERR_STATE. */
enum microk_status stub_undelivered(const struct request *r, const cap_t *made, u32 count);

/* Ends a dispatch: a status that is not OK becomes the answer, unless it is STATUS_DEFERRED. */
void stub_finish(struct request *r, enum microk_status status);

/* Sends the answer in *m (its tag set) through the Reply object. */
enum microk_status stub_reply(cap_t reply_slot, struct message *m);
