/* system.conf: texts that are accepted, texts that are refused with their errors, and random texts, which must do no harm.
 * Arguments: the stages' own files, which must be good. */
#include "tests/host/check.h"
#include "microk/cap.h"
#include "lib/conf/conf.h"

#define FUZZ_ROUNDS 20000

static struct conf conf;
static struct conf_error error;

static bool parse(const char *text, size_t bytes)
{
	unsigned char *copy = copy_exact(text, bytes);
	bool ok = conf_parse((const char *)copy, bytes, &conf, &error);

	free(copy);
	return ok;
}

static const struct conf_grant *grant(const struct conf_service *s, const char *name)
{
	for (u32 i = 0; i < s->grant_count; i++)
		if (strcmp(s->grants[i].name, name) == 0)
			return &s->grants[i];
	printf("%s has no grant %s\n", s->name, name);
	check_failures++;
	exit(1);
}

static void test_services(void)
{
	static const char text[] =
		"# a comment\n"
		"stage 4\n"
		"log tty\n"
		"\n"
		"service disk\t# behind a word\n"
		"\tprogram boot/disk\n"
		"\targuments  -v  /etc/a b \n"
		"    priority 61\r\n"
		"\tmemory 2M\n"
		"\tslots 16384\n"
		"\trestart on-failure\n"
		"\tserves disk read write\n"
		"\tports disk 0x1f0 503\n"
		"\tirq disk 14\n"
		"\tnotification bell\n"
		"\tinit-log\n"
		"service tty\n"
		"\tprogram boot/tty\n"
		"\tafter disk\n"
		"\tserves tty a b c d e f g h\n"
		"\tuses disk write\n"
		"\tuses disk as spare read write grant\n"
		"\tuses disk as / read\n"
		"\tuses disk as /data/x.2 read write\n"
		"\tuses supervisor inspect\n"
		"\tframebuffer\n"
		"\tinfo\n"
		"\tarchive\n"
		"\ttrace\n"
		"\tiospace card 03:1f.2\n"
		"\tacpi\n"
		"\treport"; /* no newline at the end */

	CHECK(parse(text, sizeof(text) - 1));
	CHECK(error.text[0] == '\0');
	CHECK(conf.stage == 4 && conf.log == 1 && conf.count == 2);
	const struct conf_service *disk = &conf.services[0], *tty = &conf.services[1];
	CHECK(strcmp(disk->name, "disk") == 0 && strcmp(disk->program, "boot/disk") == 0);
	CHECK(strcmp(disk->arguments, "-v  /etc/a b") == 0);
	CHECK(disk->priority == 61 && disk->memory == 2 << 20 &&
	      disk->restart == RESTART_ON_FAILURE);
	CHECK(disk->slots == 16384 && tty->slots == 0);
	CHECK(grant(tty, "/")->kind == GRANT_USES && grant(tty, "/data/x.2")->kind == GRANT_USES);
	CHECK(strcmp(disk->serves, "disk") == 0 && disk->right_count == 2 && disk->after == 0);
	CHECK(grant(disk, "disk")->kind == GRANT_SERVES);
	CHECK(grant(disk, "disk.ports")->first == 0x1f0 && grant(disk, "disk.ports")->last == 503);
	CHECK(grant(disk, "disk.irq")->first == 14);
	CHECK(grant(disk, "bell")->kind == GRANT_NOTIFICATION);
	CHECK(grant(disk, "init-log")->kind == GRANT_INIT_LOG && conf.init_log == 0);
	CHECK(grant(disk, "init-log.shown") == grant(disk, "init-log") + 1);
	CHECK(disk->grant_count == 7); /* and the one to init */
	CHECK(grant(disk, "supervisor")->server == CONF_SERVER_SUPERVISOR &&
	      grant(disk, "supervisor")->rights == 0);

	CHECK(tty->after == 1 && tty->right_count == 8);
	CHECK(tty->priority == CONF_DEFAULT_PRIORITY && tty->memory == CONF_DEFAULT_MEMORY);
	CHECK(tty->restart == RESTART_NEVER && tty->arguments[0] == '\0');
	CHECK(grant(tty, "disk")->server == 0 && grant(tty, "disk")->rights == RIGHT_PROT(1));
	CHECK(grant(tty, "spare")->rights == (RIGHT_PROT(0) | RIGHT_PROT(1) | RIGHT_GRANT));
	CHECK(grant(tty, "supervisor")->rights == RIGHT_PROT(0));
	CHECK(grant(tty, "report.ports")->kind == GRANT_REPORT);
	CHECK(grant(tty, "card.iospace")->kind == GRANT_IOSPACE);
	CHECK(grant(tty, "card.iospace")->first == 0x3fa);
	CHECK(grant(tty, "trace")->kind == GRANT_TRACE);
	CHECK(grant(tty, "trace.switch")->kind == GRANT_TRACE_SWITCH);
	CHECK(grant(tty, "acpi.off")->kind == GRANT_ACPI_OFF);
	CHECK(grant(tty, "acpi.reset")->kind == GRANT_ACPI_RESET);
	CHECK(tty->grant_count == 15);
}

/* Two services of one program, and a client of both; each program finds its grants under the names that it was written with. */
static void test_names(void)
{
	static const char text[] =
		"service one\n"
		"\tprogram boot/fs\n"
		"\tserves fs read\n"
		"\tuses d1 as disk\n"
		"\tring d1 as disk 4K\n"
		"\tnotification wake\n"
		"service two\n"
		"\tprogram boot/fs\n"
		"\tserves home as fs a b\n"
		"\tuses fs as other\n"
		"service driver\n"
		"\tprogram boot/driver\n"
		"\tserves d1 as disk\n"
		"\tnotification wake\n"
		"service user\n"
		"\tprogram boot/user\n"
		"\tuses fs as / read\n"
		"\tuses home as /home b\n";

	CHECK(parse(text, sizeof(text) - 1));
	const struct conf_service *one = &conf.services[0], *two = &conf.services[1],
				  *driver = &conf.services[2], *user = &conf.services[3];
	CHECK(strcmp(two->serves, "home") == 0 && two->right_count == 2);
	CHECK(grant(one, "fs")->kind == GRANT_SERVES && grant(two, "fs")->kind == GRANT_SERVES);
	CHECK(grant(two, "other")->server == 0);
	CHECK(grant(driver, "disk")->kind == GRANT_SERVES && grant(one, "disk")->server == 2);
	CHECK(grant(one, "disk.requests")->server == 2 && grant(one, "disk.pages")->pages == 1);
	CHECK(grant(driver, "ring2.requests")->server == 0);
	CHECK(grant(user, "/")->server == 0 && grant(user, "/home")->server == 1);
	CHECK(grant(user, "/home")->rights == RIGHT_PROT(1));
}

/* Drivers and their clients: PCI's owner, devices, rings, memory that outlives instances. */
static void test_devices(void)
{
	static const char text[] =
		"service disk\n"
		"\tprogram boot/disk\n"
		"\tserves disk read\n"
		"\tnotification wake\n"
		"\tdevice one 01:08\n"
		"\tdevice two 01:08:02\n"
		"\tdevice three 1af4:1042\n"
		"\tframes state 12K\n"
		"service fs\n"
		"\tprogram boot/fs\n"
		"\tuses disk read\n"
		"\tring disk 8M\n"
		"\tnotification wake\n"
		"service bus\n"
		"\tprogram boot/pci\n"
		"\tserves pci\n"
		"\tpci\n";

	CHECK(parse(text, sizeof(text) - 1));
	const struct conf_service *disk = &conf.services[0], *fs = &conf.services[1],
				  *bus = &conf.services[2];
	const struct conf_grant *g = grant(disk, "one");
	CHECK(g->match == CONF_MATCH_CLASS && g->value == 0x0108 && g->server == 2);
	g = grant(disk, "two");
	CHECK(g->match == CONF_MATCH_INTERFACE && g->value == 0x010802 && g->server == 2);
	g = grant(disk, "three");
	CHECK(g->match == CONF_MATCH_ID && g->value == 0x1af41042 && g->server == 2);
	g = grant(disk, "state");
	CHECK(g->kind == GRANT_FRAMES && g->pages == 3);

	static const struct {
		const char *of_client, *of_driver;
		enum grant_kind kind;
	} parts[] = {
		{"disk.requests", "ring3.requests", GRANT_RING_REQUESTS},
		{"disk.answers", "ring3.answers", GRANT_RING_ANSWERS},
		{"disk.pages", "ring3.pages", GRANT_RING_PAGES},
		{"disk.bell", "ring3.bell", GRANT_RING_SIGNAL},
	};
	for (u32 i = 0; i < ARRAY_LEN(parts); i++) {
		g = grant(fs, parts[i].of_client);
		CHECK(g->kind == parts[i].kind && g->server == 0 && g->pages == 2048 &&
		      !g->is_driver);
		g = grant(disk, parts[i].of_driver);
		CHECK(g->kind == parts[i].kind && g->server == 1 && g->pages == 2048 &&
		      g->is_driver);
	}
	CHECK(grant(bus, "pci.ports")->kind == GRANT_PCI_PORTS);
	CHECK(grant(bus, "pci.irq")->kind == GRANT_PCI_IRQ);
	CHECK(grant(bus, "pci.iospace")->kind == GRANT_PCI_IOSPACE);
	CHECK(grant(bus, "pci.table")->kind == GRANT_PCI_TABLE);
}

#define D "service d\n program p\n serves d\n notification n\n"
#define PCI "service q\n program p\n serves q\n pci\n"

#define S "service a\n program p\n"
static const struct {
	const char *text;
	u32 line;
	const char *says; /* part of the message */
} refused[] = {
	{"", 0, "no service"},
	{"# nothing\n\n", 0, "no service"},
	{S " frames x 5000\n", 3, "whole pages"},
	{S " frames x 0\n", 3, "whole pages"},
	{S " pool 4M\n", 3, "needs slots"},
	{S " slots 9\n pool 3M\n", 4, "a power of two"},
	{S " slots 9\n pool 3\n", 4, "whole pages"},
	{S " frames x 97M\n", 3, "not a number"},
	{S " frames x 8K 12K\n", 3, "above its size"},
	{S " frames x 8K 0\n", 3, "whole pages"},
	{S " frames x 8K 4K 4K\n", 3, "frames NAME SIZE [LEAST]"},
	{S " device x 01:08\n", 3, "a device needs a service with the grant pci"},
	{PCI S " device x 1:08\n", 7, "names no PCI functions"},
	{PCI S " device x 01:08:\n", 7, "names no PCI functions"},
	{PCI S " device x 01-08\n", 7, "names no PCI functions"},
	{PCI S " device x 1af4:104g\n", 7, "names no PCI functions"},
	{PCI S " device x 01:08:02:03\n", 7, "names no PCI functions"},
	{S " pci\n", 3, "serves no Endpoint"},
	{PCI "service r\n program p\n serves r\n pci\n", 8, "q has the grant pci already"},
	{PCI " device x 01:08\n", 5, "q cannot be a driver of the functions that it owns"},
	{PCI S " device x 01:08\n device y 01:08\n", 8, "the same functions as line 7"},
	{D " frames ring3.requests 4K\n" S " uses d\n ring d 4K\n notification n\n", 9,
	 "d has a grant named ring3.requests already, from line 5"},
	{S " ring d 4K\n", 3, "no service serves"},
	{S " ring supervisor 4K\n", 3, "no service serves"},
	{D S " ring d 4K\n notification n\n", 7, "needs a line \"uses\""},
	{D S " uses d\n ring d 4K\n", 8, "needs a line \"notification\""},
	{D S " uses d\n ring d 1\n", 8, "whole pages"},
	{D S " uses d\n ring d 4K\n ring d 4K\n", 9, "already, from line 8"},
	{S " trace\n trace\n", 4, "a grant named trace already"},
	{S " trace on\n", 3, "written: trace"},
	{S "\n priorty 3\n", 4, "\"priorty\" is not a word"},
	{" program p\n", 1, "none above"},
	{"program p\n", 1, "belongs to a service"},
	{S " service b\n", 3, "beginning of a line"},
	{"service\n", 1, "service NAME"},
	{"service a b\n", 1, "service NAME"},
	{"service a\n", 1, "no \"program\""},
	{S S, 3, "already, in line 1"},
	{"service init\n program p\n", 1, "init"},
	{"service a234567890123456\n program p\n", 1, "longer than 15"},
	{"service a/b\n program p\n", 1, "not a name"},
	{"stage 9\n" S, 1, "not a number"},
	{"stage x\n" S, 1, "not a number"},
	{S " priority 0\n", 3, "never run"},
	{S " priority 62\n", 3, "not a number from 0"},
	{S " priority -1\n", 3, "not a number"},
	{S " memory 5000\n", 3, "whole pages"},
	{S " memory 64K\n", 3, "at least"},
	{S " memory 2G\n", 3, "not a number"},
	{S " memory 2048M\n", 3, "not a number"},
	{S " memory M\n", 3, "not a number"},
	{S " memory 99999999999999999999\n", 3, "not a number"},
	{S " memory 999999999999M\n", 3, "not a number"},
	{S " ports x 0x3f8 0x3f0\n", 3, "before the first"},
	{S " ports x 0 0x10000\n", 3, "not a number"},
	{S " ports x 0x 8\n", 3, "not a number"},
	{S " ports x 8\n", 3, "ports NAME FIRST LAST"},
	{S " irq x 256\n", 3, "not a number"},
	{S " info\n info\n", 4, "from line 3"},
	{S " info x\n", 3, "written: info"},
	{S " notification n\n notification m\n", 4, "one bound notification"},
	{S " restart often\n", 3, "on-failure"},
	{S " serves a\n serves b\n", 4, "serves already"},
	{S " serves supervisor\n", 3, "served by init"},
	{S " serves a grant\n", 3, "\"grant\" has a meaning"},
	{S " serves a 1 2 3 4 5 6 7 8 9\n", 3, "at most 8"},
	{S " uses b\n", 3, "no service serves \"b\""},
	{S " serves a x\n uses a as c x\n", 4, "client of itself"},
	{S " uses supervisor write\n", 3, "no right \"write\""},
	{S " slots 16385\n", 3, "from 0 to 0x4000"},
	{S " slots 1K\n", 3, "1K"},
	{S " uses supervisor as //\n", 3, "slash too many"},
	{S " uses supervisor as /a/\n", 3, "slash too many"},
	{S " uses supervisor as /a//b\n", 3, "slash too many"},
	{S " uses supervisor as /a!\n", 3, "a!"},
	{S " serves /a\n", 3, "/a"},
	{S " uses a as\n", 3, "must follow \"as\""},
	{S " serves a as\n", 3, "must follow \"as\""},
	{S " serves a as b!\n", 3, "b!"},
	{S " serves a as /b\n", 3, "/b"},
	{S " serves supervisor as a\n", 3, "served by init"},
	{S " serves a as b 1 2 3 4 5 6 7 8 9\n", 3, "at most 8"},
	{S " serves a as b\n uses b as c\n", 4, "no service serves \"b\""},
	{S " serves x as y\nservice b\n program p\n serves x as z\n", 6,
	 "two services serve \"x\""},
	{S " uses a as b\n ring a as 4K\n", 4, "ring SERVED [as NAME] SIZE"},
	{S " uses a as b\n ring a as\n", 4, "must follow \"as\""},
	{S " ring a 4K 8K\n", 3, "ring SERVED [as NAME] SIZE"},
	{S " serves a\nservice b\n program p\n uses a as supervisor\n", 6, "reserved"},
	{S " serves x r\nservice b\n program p\n uses x w\n", 6, "no right \"w\""},
	{S " serves x\nservice b\n program p\n serves x\n", 6, "two services"},
	{S " after b\n", 3, "no service \"b\""},
	{S " after a\n", 1, "never start"},
	{S " after b\nservice b\n program p\n after a\n", 1, "never start"},
	{"log a\n" S, 1, "not a service with an Endpoint"},
	{"log a\n" S " serves a\n", 1, "no service has the grant init-log"},
	{"log a\n" S " serves a\n notification n\n init-log\n", 1, "\"a\" does not use a"},
	{"log b\n" S " serves a r\n notification n\n init-log\nservice b\n program p\n serves b\n",
	 1, "\"b\" does not use a"},
	{S " init-log\n", 3, "needs a line \"notification\""},
	{S " notification n\n init-log\n init-log\n", 5, "a grant named init-log already"},
	{S " notification n\n init-log\nservice b\n program p\n notification n\n init-log\n", 8,
	 "a has the grant init-log already"},
	{"log z\n" S, 1, "not a service with an Endpoint"},
	{S " info \x01\n", 3, "control character"},
	{S " after 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", 3, "at most 16 words"},
};

static void test_refused(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		bool ok = parse(refused[i].text, strlen(refused[i].text));
		bool as_told =
			!ok && error.line == refused[i].line && strstr(error.text, refused[i].says);
		if (!as_told) {
			printf("this text:\n%s\nexpected line %u: …%s…, got %s line %u: %s\n",
			       refused[i].text, refused[i].line, refused[i].says,
			       ok ? "success," : "", error.line, error.text);
			check_failures++;
		}
	}
}

/* More of everything than there is room for. */
static void test_limits(void)
{
	static char text[65536];
	size_t at = 0;

	for (int i = 0; i <= CONF_SERVICES; i++)
		at += (size_t)sprintf(text + at, "service s%d\n program p\n", i);
	CHECK(!parse(text, at) && strstr(error.text, "more than 24 services"));
	at = (size_t)sprintf(text, S);
	for (int i = 0; i <= CONF_GRANTS; i++)
		at += (size_t)sprintf(text + at, " irq i%d %d\n", i, i);
	CHECK(!parse(text, at) && strstr(error.text, "more than 24 grants"));
	at = (size_t)sprintf(text, S);
	for (int i = 0; i < 500; i++)
		at += (size_t)sprintf(text + at, " after a\n");
	CHECK(!parse(text, at));
	memset(text, 'a', sizeof(text));
	CHECK(!parse(text, sizeof(text)));
	memcpy(text, S " arguments ", strlen(S " arguments "));
	CHECK(!parse(text, sizeof(text)) && strstr(error.text, "longer than 231"));
	CHECK(parse(text, strlen(S " arguments ") + 231));
}

/* Of a device or a ring, or of the owner of PCI. */
static void check_sane_device(u32 service, const struct conf_grant *g)
{
	bool is_ring = g->kind >= GRANT_RING_REQUESTS;

	if (g->kind != GRANT_DEVICE && !is_ring)
		return;
	CHECK(g->server >= 0 && g->server < (int)conf.count);
	CHECK(!is_ring || (g->server != (int)service && g->pages > 0));
	CHECK(g->is_driver || conf.services[g->server].serves);
}

/* Properties that init relies on, whatever the text was. */
static void check_sane(void)
{
	CHECK(conf.count >= 1 && conf.count <= CONF_SERVICES);
	CHECK(conf.log >= -1 && conf.log < (int)conf.count);
	for (u32 i = 0; i < conf.count; i++) {
		const struct conf_service *s = &conf.services[i];
		CHECK(s->program[0] != '\0' && s->memory % PAGE_SIZE == 0);
		CHECK(s->priority >= 1 && s->priority <= CONF_MAX_PRIORITY);
		CHECK((s->after >> conf.count) == 0 && !(s->after >> i & 1));
		CHECK(s->grant_count >= 1 && s->grant_count <= CONF_GRANTS + 1);
		for (u32 j = 0; j < s->grant_count; j++)
			if (s->grants[j].kind == GRANT_USES && s->grants[j].server >= 0)
				CHECK(s->grants[j].server < (int)conf.count &&
				      conf.services[s->grants[j].server].serves);
		for (u32 j = 0; j < s->grant_count; j++)
			if (s->grants[j].kind >= GRANT_DEVICE)
				check_sane_device(i, &s->grants[j]);
	}
}

static void test_file(const char *path)
{
	static const char spice[] = " \t\n#0x_KMaz.\x80service uses";
	static char text[8192], changed[8192];

	FILE *f = fopen(path, "r");
	size_t bytes = f ? fread(text, 1, sizeof(text), f) : 0;
	unsigned long seed = 0x2026;
	if (f)
		fclose(f);
	bool ok = parse(text, bytes);
	if (!ok) {
		printf("%s:%u: %s\n", path, error.line, error.text);
		check_failures++;
	}
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		memcpy(changed, text, bytes);
		for (unsigned long n = random_next(&seed) % 8; n > 0; n--) {
			size_t to = random_next(&seed) % bytes, from = random_next(&seed) % bytes;
			size_t length = random_next(&seed) % 40;
			if (length > bytes - to || length > bytes - from || random_next(&seed) % 2)
				changed[to] = spice[random_next(&seed) % (sizeof(spice) - 1)];
			else
				memmove(changed + to, changed + from, length);
		}
		if (parse(changed, random_next(&seed) % 4 ? bytes : random_next(&seed) % bytes))
			check_sane();
		else
			CHECK(error.text[0] != '\0');
	}
}

int main(int count, char **files)
{
	test_services();
	test_names();
	test_devices();
	test_refused();
	test_limits();
	for (int i = 1; i < count; i++)
		test_file(files[i]);
	return check_result("conf");
}
