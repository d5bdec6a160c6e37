/*
 * Every object of the new instance is made of the service's Untyped, in a block of init's slots that belongs to the
 * instance. So one revoke ends it, without a list of its objects, and ends an incomplete start as well.
 */
#include "servers/init/instance.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "lib/microk/string.h"

static bool find_program(const struct unit *s, struct elf_image *image)
{
	struct archive_file file;
	const char *why;

	if (!boot_file(s->conf->program, &file)) {
		log_line("init: cannot start %s: %s is not in the boot archive", s->conf->name,
			 s->conf->program);
		return false;
	}
	if (!elf_read(file.data, file.bytes, image, &why)) {
		log_line("init: cannot start %s: %s cannot be run: %s", s->conf->name,
			 s->conf->program, why);
		return false;
	}
	return true;
}

/* Takes all steps in their order; *doing is the one that failed. */
static enum microk_status build(struct unit *s, const struct elf_image *image, const char **doing)
{
	enum microk_status status = spawn_begin(&s->instance, image, doing);

	if (status != OK)
		return status;
	*doing = "giving it what system.conf grants";
	if ((status = unit_grant(s)) != OK)
		return status;
	return spawn_start(
		&s->instance,
		&(struct spawn_thread){
			.name = s->conf->name,
			.entry = image->entry,
			.priority = s->conf->priority,
			.fault = s->fault,
			.notification = s->notification},
		doing);
}

bool instance_start(struct unit *s)
{
	struct elf_image image;
	const char *doing;

	s->instance = (struct spawn){
		.mapper = {.supply = {.memory = s->memory,
				      .memory_end = s->memory + 1,
				      .next = s->instance_slots,
				      .end = s->instance_slots + SPAWN_SLOTS},
			   .view = &view},
		.cnode = s->cnode,
	};
	string_copy(s->instance.page.program, sizeof(s->instance.page.program), s->conf->name);
	string_copy(
		s->instance.page.arguments, sizeof(s->instance.page.arguments), s->conf->arguments);
	if (!find_program(s, &image))
		return false;
	enum microk_status status = build(s, &image, &doing);
	if (status == OK)
		return true;
	instance_end(s);
	log_line("init: cannot start %s: %s failed with %s: %s%s", s->conf->name, doing,
		 status_name(status), status_text(status),
		 status == ERR_MEMORY ? "; raise its \"memory\" in system.conf" : "");
	return false;
}

void instance_end(struct unit *s)
{
	cnode_revoke(ROOT_CNODE, s->memory);
	unit_strip(s);
	s->instance.thread = 0;
}
