/*
 * The functions that all generated code shares. tools/idl/idl.py makes the client's stubs and the server's
 * dispatchers, which call these. A client does not trust the server that it calls, nor the reverse.
 *
 * Invariant of every program: outside a stub that awaits capabilities and a service's receive, the
 * IPC buffer's recv_caps are 0. So no other program can place a capability where none is awaited.
 *
 * Request numbers have 64 bits, the client's thread and a counter (stub_number_of), and a server that must
 * recognise a request again needs all of them: the 16 that the tag has room for come round after 65,536 requests,
 * and two threads have the same. They travel as a word of the message, and only with operations that are `once`.
 * Weighed, and not measured: a word of the IPC buffer beside the deadline, which the kernel would copy with each
 * message, or with those that have a flag; a register (r14 or r15), which the shortest path of a call saves and
 * loads for its threads. Either is one more test or move for every message, or takes the numbered ones off that
 * path. A word of the message is a store in the client and a load in the server, where a number is needed, and the
 * kernel's 143 instructions for a call and its reply stay as they are.
 *
 * The tag's 16 bits are the number's lowest, for traces. NFSv4.1 has a slot and a sequence number for each of a
 * session's requests for the same end, SunRPC and NFSv3 a random xid of 32 bits, which a server's cache of replies
 * could mistake.
 */
#pragma once
#include "lib/microk/message.h"
#include "lib/microk/server.h"

/* The number of times that a stub makes an idempotent call whose server dies during it. The next instance of
 * the server receives the repeated call. The limit is for a request that makes its server die each time. */
#define STUB_TRIES 3

#define STUB_TAG(label, length, caps, number)                                                      \
	(TAG((label), (length)) | (u64)(caps) << TAG_CAPS_SHIFT |                                  \
	 (u64)(number) << TAG_REQUEST_SHIFT) /* the lowest 16 bits of the number */

/*
 * A request's number: the client's thread in the upper 16 bits, then a counter of 48, of which the program's
 * instance gives the upper 16. The badge of a service outlives its instances, so without them the first request of
 * an instance would have the number of its predecessor's, and would get that one's answer.
 */
#define STUB_THREAD_SHIFT 48
#define STUB_INSTANCE_SHIFT 32
static inline u64 stub_number_of(u32 thread, u32 instance, u32 count)
{
	return (u64)thread << STUB_THREAD_SHIFT | (u64)(instance & 0xffff) << STUB_INSTANCE_SHIFT | count;
}
/* The thread that a request's number names. */
static inline u64 stub_thread_of(u64 number)
{
	return number >> STUB_THREAD_SHIFT;
}

/* The next request number of the calling thread. No two requests of a program have the same, until a thread has
 * made 2^32, or the program has had 65,536 instances. */
u64 stub_number(void);

/* Lets `count` capabilities of the answer arrive in the slots; a count of 0 ends that. */
__attribute__((always_inline)) static inline void stub_receive(const u32 *slots, u32 count)
{
	for (u32 i = 0; i < MSG_CAPS; i++)
		/* cppcheck-suppress nullPointer ; of no slots none is read */
		ipc_buffer->recv_caps[i] = i < count ? slots[i] : 0;
}

/* The status of an answered (or failed) call: the system call's if that failed, else the server's. Unless it is OK
 * with exactly `caps` capabilities, the capabilities that arrived in the slots are deleted. */
enum microk_status stub_answer(const struct message *m, const u32 *slots, u32 caps);

/* For an answer that is malformed: deletes the capabilities that arrived and returns `status`. */
enum microk_status stub_refuse(const struct message *m, const u32 *slots,
			       enum microk_status status);

/* For results that a handler returned with OK and that cannot be sent: the service revokes its capabilities
 * (`undelivered`), as it does if they do not reach the caller. Returns ERR_STATE. */
enum microk_status stub_undelivered(const struct request *r, const cap_t *made, u32 count);

/* Ends a dispatch: a status that is not OK becomes the answer, unless it is STATUS_DEFERRED. */
void stub_finish(struct request *r, enum microk_status status);

/* Whether a request that is `once` ended without an answer, but a server may have received it: in this call
 * (TAG_RECEIVED), or in an earlier one, whose server died; `tries` is what is left of STUB_TRIES. After the last
 * try it is not asked again. */
bool stub_is_open(const struct message *m, u32 tries);

/*
 * The call of a request that is `once` was ended after the request had been received (stub_is_open): asks the
 * server what became of it, by the message `label` of the protocol. *m is then the answer to the request itself if
 * it was finished, else a status: ERR_CANCELLED if the request has no effect, and will have none; ERR_PEER_DIED if
 * that cannot be known. The wait for this answer has no deadline, and is not cancelled: as long as it is not known
 * whether there was an effect, there is nothing to return.
 */
void stub_abandon(cap_t cap, u16 label, u64 number, struct message *m);

/* Serves that message: checks it, and calls the service's handler, if it has one. */
enum microk_status stub_abandoned(struct request *r, enum microk_status (*handler)(struct request *r));

/* Sends the answer in *m (its tag set) through the Reply object. */
enum microk_status stub_reply(cap_t reply_slot, struct message *m);
