/* Called by an exercise of a program that is still open: names it in the program's output, and the place to read. */
#pragma once

/* Prints that this exercise is missing. Each is named once by each program, however often it is reached. */
void exercise_missing(const char *number, const char *name, const char *handout);
