/* Names and texts of the ABI: status codes, from the list that the kernel uses, and types of capabilities. */
#include "lib/microk/ipc.h"

const char *status_name(enum microk_status status)
{
	switch ((unsigned)status) {
#define X(name, number, text)                                                                      \
	case number: return #name;
		MICROK_STATUS(X)
#undef X
	default: return "an unknown status";
	}
}

const char *status_text(enum microk_status status)
{
	switch ((unsigned)status) {
#define X(name, number, text)                                                                      \
	case number: return text;
		MICROK_STATUS(X)
#undef X
	default: return "a status code that this system does not define";
	}
}

const char *cap_type_name(u32 type)
{
	static const char *const names[CAP_TYPES] = {
		[CAP_NULL] = "Null",
		[CAP_UNTYPED] = "Untyped",
		[CAP_CNODE] = "CNode",
		[CAP_THREAD] = "Thread",
		[CAP_ENDPOINT] = "Endpoint",
		[CAP_NOTIFICATION] = "Notification",
		[CAP_REPLY] = "Reply",
		[CAP_ADDRESS_SPACE] = "AddressSpace",
		[CAP_PAGE_TABLE] = "PageTable",
		[CAP_FRAME] = "Frame",
		[CAP_IRQ] = "Irq",
		[CAP_IOPORT] = "IoPort",
		[CAP_IOSPACE] = "IoSpace",
		[CAP_KERNEL] = "Kernel",
	};

	return type < CAP_TYPES ? names[type] : "unknown";
}
