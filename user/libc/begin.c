#include "user/libc/begin.h"
#include "lib/microk/slots.h"
#include "lib/namespace/namespace.h"
#include "user/libc/descriptors.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"

void process_begin(void)
{
	if (startup)
		return;
	startup = &process_page->startup;
	self_begin();
	slots_init(PROCESS_SLOT_FREE, PROCESS_SLOTS);
	namespace_from_startup();
	descriptors_begin();
	paths_begin();
}
