/* The engine behind format and print: text in pieces to wherever the caller wants it. */
#pragma once
#include "microk/types.h"
#include <stdarg.h>

typedef void format_sink(void *context, const char *text, size_t bytes);

/* Formats to the sink; returns the bytes of the whole text. Conversions as in print.h. */
size_t format_to(format_sink *sink, void *context, const char *fmt, va_list args);
