/* The compiler and the host, for lwIP. */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#define LWIP_PLATFORM_DIAG(x) \
	do {                      \
		printf x;             \
	} while (0)
#define LWIP_PLATFORM_ASSERT(x)                             \
	do {                                                    \
		fprintf(stderr, "lwIP: %s (line %d)\n", x, __LINE__); \
		abort();                                            \
	} while (0)
#define LWIP_RAND() ((u32_t)random())
