/* Names and texts of the status codes, made from the list the kernel uses. */
#include "user/lib/ipc.h"

const char *status_name(enum microk_status s)
{
	switch ((unsigned)s) {
#define X(name, number, text)                                                                      \
	case number: return #name;
		MICROK_STATUS(X)
#undef X
	default: return "an unknown status";
	}
}

const char *status_text(enum microk_status s)
{
	switch ((unsigned)s) {
#define X(name, number, text)                                                                      \
	case number: return text;
		MICROK_STATUS(X)
#undef X
	default: return "a status code that this system does not define";
	}
}
