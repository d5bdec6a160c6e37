/* Lines of "Key: value", of which files in /proc are made. Pure. */
#pragma once
#include "microk/types.h"

/* The value in a line with this key, without the blanks before it; NULL: the line has another key. */
const char *keyed_value(const char *line, const char *key);

/* The number that the value begins with ("512 KiB"); 0 if it begins with none. */
u64 keyed_number(const char *value);
