/* Formatted text for programs, to memory and to the program's output. */
#pragma once
#include "microk/types.h"
#include <stdarg.h>

/* Like snprintf: %s %c %d %u %x %p %l.. %z.., widths, precision for %s, 0 - and ' (thousands) flags.
 * Returns the length of the full text, even if it was cut. */
int format(char *to, size_t bytes, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vformat(char *to, size_t bytes, const char *fmt, va_list args);

/* Makes a name that another program chose fit to be shown: each byte that is not printable ASCII becomes '?', so
 * that it neither begins a line nor controls the terminal. The name ends at a NUL or after `bytes`. */
void printable(char *name, size_t bytes);

/* Writes to the program's output: its grant "stdout" (an Endpoint of protocol file) if it has one, else
 * its grant "serial.ports" (the IoPort of a UART). Without both the text is dropped. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void print_bytes(const char *data, size_t bytes);
