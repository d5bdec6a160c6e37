/* The debug port of Bochs and QEMU (-debugcon), output only. */
#pragma once

/* Nothing where there is none: it reads as its own number where there is one. */
void debugcon_put(char c);
