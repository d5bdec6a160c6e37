/* The destinations of a program's text, each in a file of its own. */
#pragma once
#include "microk/types.h"

/* Where print writes. Each returns false if the program has no such grant, and true once the text is delivered or lost. */
bool output_terminal(const char *data, size_t bytes); /* grant "stdout" */
bool output_serial(const char *data, size_t bytes);   /* grant "serial.ports" */

/* Writes to an open file, terminal or pipe until all is taken. If it takes nothing, the rest is lost: there is no other place to
 * report it. */
void output_file(cap_t file, const char *data, size_t bytes);
