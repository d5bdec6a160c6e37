#include "user/libc/begin.h"
#include "lib/microk/slots.h"
#include "lib/namespace/namespace.h"
#include "user/libc/actions.h"
#include "user/libc/descriptors.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"

void process_begin(void)
{
	if (startup)
		return;
	startup = &process_page->startup;
	self_begin();
	signals_begin();
	slots_init(startup->free_slots, PROCESS_SLOTS);
	namespace_from_startup();
	descriptors_begin();
	paths_begin();
	files_begin();
}
