#include "tests/guest/kit/supervised.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/load.h"

void supervised_program(const char *path, struct elf_image *image)
{
	const char *why;

	if (load_find(kit_info, path, image, &why) != OK) {
		kit_report("FAIL %s: %s: %s", kit_test, path, why);
		kit_exit(3);
	}
}

struct supply supervised_pool(void)
{
	return (struct supply){.memory = kit_untyped(), .memory_end = kit_untyped() + 1};
}

struct service supervised_service(const char *name, struct grant *grants, u32 count)
{
	return (struct service){
		.name = name,
		.arguments = "",
		.id = 7,
		.priority = KIT_PRIORITY,
		.memory_bytes = KIT_SERVICE_BYTES,
		.serves = true,
		.grants = grants,
		.grant_count = count,
	};
}
