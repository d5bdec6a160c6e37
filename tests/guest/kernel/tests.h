/* The table of kernel tests. */
#pragma once

#define KERNEL_TESTS(X)     \
	X(null_call)        \
	X(call_reply)       \
	X(call_apart)       \
	X(long_message)     \
	X(send_receive)     \
	X(nonblocking)      \
	X(protocol_rights)  \
	X(transfer)         \
	X(transfer_refused) \
	X(closed)           \
	X(deferred_reply)   \
	X(peer_death)       \
	X(cancel)           \
	X(fail_endpoint)    \
	X(notification)     \
	X(bound_notification) \
	X(fault_message)

#define X(name) void test_##name(void);
KERNEL_TESTS(X)
#undef X
