#include "servers/init/start.h"
#include "lib/supervise/instance.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"

static bool find_program(const struct service *s, const char *program, struct elf_image *image)
{
	struct archive_file file;
	const char *why;

	if (!boot_file(program, &file)) {
		log_line("init: cannot start %s: %s is not in the boot archive", s->name, program);
		return false;
	}
	if (!elf_read(file.data, file.bytes, image, &why)) {
		log_line("init: cannot start %s: %s cannot be run: %s", s->name, program, why);
		return false;
	}
	return true;
}

bool start_service(struct service *s, const char *program)
{
	struct elf_image image;
	const char *doing;

	if (!find_program(s, program, &image))
		return false;
	enum microk_status status = instance_start(s, &image, &view, &doing);
	if (status != OK)
		log_line("init: cannot start %s: %s failed with %s: %s%s", s->name, doing,
			 status_name(status), status_text(status),
			 status == ERR_MEMORY ? "; raise its \"memory\" in system.conf" : "");
	return status == OK;
}
