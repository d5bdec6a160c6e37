/* lwIP's Ethernet interface on a TAP device. */
#pragma once
#include <stdbool.h>

void link_start(int tap);

/* Reads a frame and gives it to lwIP; false if there is none. */
bool link_input(void);
