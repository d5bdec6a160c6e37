/* The engine of format and print: passes text in pieces to the caller's sink. */
#pragma once
#include "microk/types.h"
#include <stdarg.h>

typedef void format_sink(void *context, const char *text, size_t bytes);

/* Formats to the sink; returns the length of the whole text in bytes. Conversions as in print.h. */
size_t format_to(format_sink *sink, void *context, const char *fmt, va_list args);
