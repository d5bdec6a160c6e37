/* The harness of unit checks is lab 1's. */
#include "../../../1-ipc/checks/host/unit.c"
