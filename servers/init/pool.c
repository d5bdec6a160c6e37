/* One Untyped for each service is its quota; the pool itself only ever shrinks. */
#include "servers/init/pool.h"
#include "microk/info.h"

#define VIEW_ADDRESS 0x200000000ul

struct supply pool = {.memory = ROOT_UNTYPED, .memory_end = ROOT_UNTYPED_END};
struct view view = {.address = VIEW_ADDRESS, .supply = &pool};
