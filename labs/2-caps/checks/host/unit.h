/* The harness of unit checks is lab 1's. */
#pragma once
#include "../../../1-ipc/checks/host/unit.h"
