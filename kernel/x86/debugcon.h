/* The debug port of Bochs and QEMU (-debugcon), output only. */
#pragma once

/* Does nothing if the machine has no such port. Where it exists, it reads as its own number. */
void debugcon_put(char c);
