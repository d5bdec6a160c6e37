/* Formatted text for programs: to memory, and to wherever the program's output goes. */
#pragma once
#include "microk/types.h"
#include <stdarg.h>

/* snprintf: %s %c %d %u %x %p %l.. %z.., widths, precision for %s, 0 - and ' (thousands) flags.
 * Returns what the full length would be. */
int format(char *to, size_t bytes, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vformat(char *to, size_t bytes, const char *fmt, va_list args);

/* A name that another program chose, to be shown: what is not printable ASCII in it becomes '?', so that it
 * neither begins a line nor speaks to the terminal. It may have no end within its `bytes`. */
void printable(char *name, size_t bytes);

/* Writes to the program's output: its "stdout" grant (an endpoint of protocol file) if it has one, else
 * its "serial.ports" grant (an IoPort over a UART), else nowhere. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void print_bytes(const char *data, size_t bytes);
