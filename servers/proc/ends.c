#include "servers/proc/ends.h"

struct ends ends;
