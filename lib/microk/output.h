/* The destinations of print, each in a file of its own. */
#pragma once
#include "microk/types.h"

/* Each returns false if the program has no such grant, and true once the text is delivered or lost. */
bool output_terminal(const char *data, size_t bytes); /* grant "stdout" */
bool output_serial(const char *data, size_t bytes);   /* grant "serial.ports" */
