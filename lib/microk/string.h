/* Memory and strings, by their standard names; the compiler itself may call the first four. */
#pragma once
#include "microk/types.h"

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *in, int byte, size_t bytes);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t bytes);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* Copies as much of the string as fits in `bytes` and terminates it (unless bytes is 0). Returns
 * whether all of it fitted. */
bool string_copy(char *to, size_t bytes, const char *from);

/* Reads the whole string as a number, decimal or 0x…; false if it is not a number, or is above 2^64-1. */
bool string_number(const char *s, u64 *number);
