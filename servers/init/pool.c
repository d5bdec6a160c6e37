/* The pool only shrinks. A service's quota is the one Untyped that it gets from it. */
#include "servers/init/pool.h"
#include "microk/info.h"

#define VIEW_ADDRESS 0x200000000ul

struct supply pool = {.memory = ROOT_UNTYPED, .memory_end = ROOT_UNTYPED_END};
struct view view = {.address = VIEW_ADDRESS, .supply = &pool};
