/* Checks of conditions that must hold. If one does not, the program prints it and ends. */
#pragma once
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"

#define ASSERT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print("%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition);    \
			program_exit(1);                                                           \
		}                                                                                  \
	} while (0)

/* For operations that must succeed for the program to continue. */
#define ASSERT_OK(operation)                                                                       \
	do {                                                                                       \
		enum microk_status assert_status = (operation);                                    \
		if (assert_status != OK) {                                                         \
			print("%s:%d: %s failed with %s: %s\n", __FILE__, __LINE__, #operation,    \
			      status_name(assert_status), status_text(assert_status));             \
			program_exit(1);                                                           \
		}                                                                                  \
	} while (0)
