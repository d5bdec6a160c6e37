/*
 * Reads system.conf. A line is split into words. A table lists the first words of lines, where
 * each may stand, and how many arguments each takes. Names are resolved when the whole file has
 * been read.
 *
 * Weighed: Hubris declares its tasks and their rights in a TOML file that is compiled into the
 * image; seL4's CapDL describes every single object in a language of its own. The file here has
 * Hubris's level (services and their capabilities, in a person's words), but is read at boot, so
 * that a learner can change a right and see the effect without building anything.
 */
#include "lib/conf/parser.h"
#include "lib/microk/string.h"

static struct conf_grant *add_grant(struct parser *p, enum grant_kind kind, struct word base,
				    const char *tail)
{
	struct conf_service *s = p->service;
	char name[CONF_NAME * 2];

	bool is_directory = kind == GRANT_USES && base.at[0] == '/';
	if (!(is_directory ? word_directory : word_name)(p, base, CONF_NAME - strlen(tail)))
		return NULL;
	word_copy(name, base);
	memcpy(name + base.length, tail, strlen(tail) + 1);
	for (u32 i = 0; i < s->grant_count; i++)
		if (strcmp(s->grants[i].name, name) == 0) {
			FAIL(p,
			     "%s has a grant named %s already, from line %u; choose another name "
			     "with \"uses … as NAME\"",
			     s->name, name, s->grants[i].line);
			return NULL;
		}
	if (s->grant_count >= CONF_GRANTS) {
		FAIL(p, "%s has more than %u grants", s->name, CONF_GRANTS);
		return NULL;
	}
	struct conf_grant *g = &s->grants[s->grant_count++];
	*g = (struct conf_grant){.kind = kind, .line = p->line};
	memcpy(g->name, name, strlen(name) + 1);
	return g;
}

/* ---- The words of the top level ---- */

static bool on_service(struct parser *p)
{
	struct conf *c = p->conf;

	if (!word_name(p, p->words[1], CONF_SERVICE_NAME))
		return false;
	for (u32 i = 0; i < c->count; i++)
		if (word_is(p->words[1], c->services[i].name))
			return FAIL(p, "there is a service %s already, in line %u",
				    c->services[i].name, c->services[i].line);
	if (word_is(p->words[1], "init"))
		return FAIL(
			p,
			"init is the program that reads this file; it cannot be a service of it");
	if (c->count == CONF_SERVICES)
		return FAIL(p, "more than %u services", CONF_SERVICES);
	p->service = &c->services[c->count++];
	*p->service = (struct conf_service){
		.priority = CONF_DEFAULT_PRIORITY, .memory = CONF_DEFAULT_MEMORY, .line = p->line};
	word_copy(p->service->name, p->words[1]);
	return true;
}

static bool on_stage(struct parser *p)
{
	u64 n;

	if (!word_number(p, p->words[1], false, 6, &n))
		return false;
	p->conf->stage = (u32)n;
	return true;
}

static bool on_log(struct parser *p)
{
	p->log = p->words[1];
	p->log_line = p->line;
	return true;
}

/* ---- The words of a service ---- */

static bool on_program(struct parser *p)
{
	if (p->words[1].length >= CONF_PROGRAM)
		return FAIL(p, "the path is longer than %u characters", CONF_PROGRAM - 1);
	word_copy(p->service->program, p->words[1]);
	return true;
}

static bool on_arguments(struct parser *p)
{
	if (p->rest.length >= CONF_ARGUMENTS)
		return FAIL(p, "the arguments are longer than %u characters", CONF_ARGUMENTS - 1);
	word_copy(p->service->arguments, p->rest);
	return true;
}

static bool on_priority(struct parser *p)
{
	u64 n;

	if (!word_number(p, p->words[1], false, CONF_MAX_PRIORITY, &n))
		return false;
	if (n == 0)
		return FAIL(p, "priority 0 would never run: a service must have 1 to %u",
			    CONF_MAX_PRIORITY);
	p->service->priority = (u32)n;
	return true;
}

static bool on_memory(struct parser *p)
{
	u64 n;

	if (!word_number(p, p->words[1], true, 1ul << 30, &n))
		return false;
	if (n % PAGE_SIZE != 0 || n < CONF_MIN_MEMORY)
		return FAIL(p, "memory must be whole pages (4K), at least %luK",
			    CONF_MIN_MEMORY / 1024);
	p->service->memory = n;
	p->service->least_memory = 0;
	if (p->count == 2)
		return true;
	if (!word_number(p, p->words[2], true, n, &p->service->least_memory))
		return false;
	return p->service->least_memory % PAGE_SIZE == 0 ||
	       FAIL(p, "memory must be whole pages (4K)");
}

static bool on_slots(struct parser *p)
{
	u64 n;

	if (!word_number(p, p->words[1], false, CONF_SLOTS_MAX, &n))
		return false;
	p->service->slots = (u32)n;
	return true;
}

static bool on_restart(struct parser *p)
{
	static const char *const names[] = {"never", "on-failure", "always"};

	for (u32 i = 0; i < ARRAY_LEN(names); i++)
		if (word_is(p->words[1], names[i])) {
			p->service->restart = (enum restart_policy)i;
			return true;
		}
	return FAIL(p, "restart must be never, on-failure or always, not \"%.*s\"", W(p->words[1]));
}

static struct pending *add_pending(struct parser *p, struct word name)
{
	if (p->pending_count == ARRAY_LEN(p->pending)) {
		FAIL(p, "more than %u lines \"uses\" and \"after\"", (u32)ARRAY_LEN(p->pending));
		return NULL;
	}
	struct pending *n = &p->pending[p->pending_count++];
	*n = (struct pending){.service = p->conf->count - 1, .line = p->line, .name = name};
	return n;
}

static bool on_after(struct parser *p)
{
	for (u32 i = 1; i < p->count; i++) {
		struct pending *n = add_pending(p, p->words[i]);
		if (!n)
			return false;
		n->after = true;
	}
	return true;
}

/* The word after "as", if that is word `at` of the line; else `name`. *next: the word after both. NULL bytes: there is none. */
static struct word word_as(struct parser *p, struct word name, u32 at, u32 *next)
{
	*next = at;
	if (at >= p->count || !word_is(p->words[at], "as"))
		return name;
	*next = at + 2;
	if (at + 1 < p->count)
		return p->words[at + 1];
	FAIL(p, "a name must follow \"as\"");
	return (struct word){0};
}

static bool on_serves(struct parser *p)
{
	struct conf_service *s = p->service;
	u32 next;

	if (s->serves[0])
		return FAIL(p, "%s serves already: a service receives at one Endpoint", s->name);
	if (name_is_own(p->words[1]))
		return FAIL(p, "\"%.*s\" is served by init", W(p->words[1]));
	struct word name = word_as(p, p->words[1], 2, &next);
	if (!name.at || !word_name(p, p->words[1], CONF_NAME))
		return false;
	if (p->count - next > CONF_RIGHTS)
		return FAIL(p, "an Endpoint has at most %u protocol rights", CONF_RIGHTS);
	if (!add_grant(p, GRANT_SERVES, name, ""))
		return false;
	for (u32 i = next; i < p->count; i++) {
		if (!word_name(p, p->words[i], CONF_RIGHT_NAME))
			return false;
		if (word_is(p->words[i], "grant") || word_is(p->words[i], "as"))
			return FAIL(p,
				    "\"%.*s\" has a meaning of its own in \"uses\"; give the right "
				    "another name",
				    W(p->words[i]));
		word_copy(s->rights[s->right_count++], p->words[i]);
	}
	word_copy(s->serves, p->words[1]);
	return true;
}

static bool on_uses(struct parser *p)
{
	u32 next;
	struct word name = word_as(p, p->words[1], 2, &next);

	if (!name.at)
		return false;
	if (p->count - next > CONF_RIGHTS + 1)
		return FAIL(p, "too many rights");
	struct conf_grant *g = add_grant(p, GRANT_USES, name, "");
	struct pending *n = g ? add_pending(p, p->words[1]) : NULL;
	if (!n)
		return false;
	n->grant = (u32)(g - p->service->grants);
	for (; next < p->count; next++)
		n->rights[n->right_count++] = p->words[next];
	return true;
}

static bool on_ports(struct parser *p)
{
	u64 first, last;
	struct conf_grant *g = add_grant(p, GRANT_PORTS, p->words[1], ".ports");

	if (!g || !word_number(p, p->words[2], false, 0xffff, &first) ||
	    !word_number(p, p->words[3], false, 0xffff, &last))
		return false;
	if (last < first)
		return FAIL(p, "the last port lies before the first");
	g->first = (u32)first;
	g->last = (u32)last;
	return true;
}

static bool on_irq(struct parser *p)
{
	u64 number;
	struct conf_grant *g = add_grant(p, GRANT_IRQ, p->words[1], ".irq");

	if (!g || !word_number(p, p->words[2], false, 255, &number))
		return false;
	g->first = g->last = (u32)number;
	return true;
}

static bool on_iospace(struct parser *p)
{
	struct conf_grant *g = add_grant(p, GRANT_IOSPACE, p->words[1], ".iospace");

	return g && word_requester(p, p->words[2], &g->first);
}

static bool on_notification(struct parser *p)
{
	for (u32 i = 0; i < p->service->grant_count; i++)
		if (p->service->grants[i].kind == GRANT_NOTIFICATION)
			return FAIL(p, "a service has one bound notification; distinguish its "
				       "causes by bits");
	return add_grant(p, GRANT_NOTIFICATION, p->words[1], "") != NULL;
}

/* Grants of one word, which is the grant's name. */
static bool on_framebuffer(struct parser *p)
{
	return add_grant(p, GRANT_FRAMEBUFFER, p->words[0], "") != NULL;
}
static bool on_info(struct parser *p)
{
	return add_grant(p, GRANT_INFO, p->words[0], "") != NULL;
}
static bool on_archive(struct parser *p)
{
	return add_grant(p, GRANT_ARCHIVE, p->words[0], "") != NULL;
}
static bool on_report(struct parser *p)
{
	return add_grant(p, GRANT_REPORT, p->words[0], ".ports") != NULL;
}
/* Tracing needs two grants: the ring with the events, and the switch. */
static bool on_trace(struct parser *p)
{
	return add_grant(p, GRANT_TRACE, p->words[0], "") &&
	       add_grant(p, GRANT_TRACE_SWITCH, p->words[0], ".switch");
}

/* The ports by which this machine switches off and restarts: found at boot, and each granted by itself. */
static bool on_acpi(struct parser *p)
{
	return add_grant(p, GRANT_ACPI_OFF, p->words[0], ".off") &&
	       add_grant(p, GRANT_ACPI_RESET, p->words[0], ".reset");
}

/* These two stand next to each other, because init makes both together. */
static bool on_init_log(struct parser *p)
{
	return add_grant(p, GRANT_INIT_LOG, p->words[0], "") &&
	       add_grant(p, GRANT_INIT_LOG_SHOWN, p->words[0], ".shown");
}

static bool on_frames(struct parser *p)
{
	struct conf_grant *g = add_grant(p, GRANT_FRAMES, p->words[1], "");

	if (!g || !word_pages(p, p->words[2], &g->pages))
		return false;
	g->least = g->pages;
	if (p->count == 3)
		return true;
	if (!word_pages(p, p->words[3], &g->least))
		return false;
	return g->least <= g->pages ||
	       FAIL(p, "the least size of \"%s\" is above its size", g->name);
}

static bool on_pool(struct parser *p)
{
	struct conf_grant *g = add_grant(p, GRANT_POOL, p->words[0], "");

	if (!g || !word_pages(p, p->words[1], &g->pages))
		return false;
	if (g->pages & (g->pages - 1))
		return FAIL(p, "a pool has a power of two of bytes: 4M, 8M, 16M");
	if (!p->service->slots)
		return FAIL(p, "a pool needs slots for its parts: \"slots NUMBER\" before it");
	return true;
}

static bool on_device(struct parser *p)
{
	struct conf_grant *g = add_grant(p, GRANT_DEVICE, p->words[1], "");

	return g && word_functions(p, p->words[2], &g->match, &g->value);
}

/* The parts of the machine that PCI's owner needs; the first three are ranges, and the last brings the rest. */
static bool on_pci(struct parser *p)
{
	return add_grant(p, GRANT_PCI_PORTS, p->words[0], ".ports") &&
	       add_grant(p, GRANT_PCI_IRQ, p->words[0], ".irq") &&
	       add_grant(p, GRANT_PCI_IOSPACE, p->words[0], ".iospace") &&
	       add_grant(p, GRANT_PCI_TABLE, p->words[0], ".table");
}

#define RING_USAGE "ring SERVED [as NAME] SIZE"

/* The client's half of a ring. The driver's is added when the service that drives is known (names.c). */
static bool on_ring(struct parser *p)
{
	static const struct {
		enum grant_kind kind;
		const char *tail;
	} parts[] = {
		{GRANT_RING_REQUESTS, ".requests"},
		{GRANT_RING_ANSWERS, ".answers"},
		{GRANT_RING_PAGES, ".pages"},
		{GRANT_RING_SIGNAL, ".bell"},
	};
	u32 pages, next;
	struct word name = word_as(p, p->words[1], 2, &next);

	if (!name.at)
		return false;
	if (p->count != next + 1)
		return FAIL(p, "\"ring\" is written: " RING_USAGE);
	if (!word_pages(p, p->words[next], &pages))
		return false;
	for (u32 i = 0; i < ARRAY_LEN(parts); i++) {
		struct conf_grant *g = add_grant(p, parts[i].kind, name, parts[i].tail);
		struct pending *n = g ? add_pending(p, p->words[1]) : NULL;
		if (!n)
			return false;
		g->pages = pages;
		n->grant = (u32)(g - p->service->grants);
		n->is_ring = true;
	}
	return true;
}

static const struct statement {
	const char *word;
	bool in_service;
	u32 min, max; /* arguments */
	const char *usage;
	bool (*read)(struct parser *p);
} statements[] = {
	{"service", false, 1, 1, "service NAME", on_service},
	{"stage", false, 1, 1, "stage NUMBER", on_stage},
	{"log", false, 1, 1, "log SERVICE", on_log},
	{"program", true, 1, 1, "program PATH", on_program},
	{"arguments", true, 1, LINE_WORDS, "arguments TEXT", on_arguments},
	{"priority", true, 1, 1, "priority NUMBER", on_priority},
	{"memory", true, 1, 2, "memory SIZE [LEAST]", on_memory},
	{"slots", true, 1, 1, "slots NUMBER", on_slots},
	{"restart", true, 1, 1, "restart POLICY", on_restart},
	{"after", true, 1, LINE_WORDS, "after SERVICE …", on_after},
	{"serves", true, 1, LINE_WORDS, "serves NAME [as NAME] [RIGHT …]", on_serves},
	{"uses", true, 1, LINE_WORDS, "uses NAME [as NAME] [RIGHT …]", on_uses},
	{"ports", true, 3, 3, "ports NAME FIRST LAST", on_ports},
	{"irq", true, 2, 2, "irq NAME NUMBER", on_irq},
	{"notification", true, 1, 1, "notification NAME", on_notification},
	{"framebuffer", true, 0, 0, "framebuffer", on_framebuffer},
	{"info", true, 0, 0, "info", on_info},
	{"iospace", true, 2, 2, "iospace NAME BUS:DEVICE.FUNCTION", on_iospace},
	{"archive", true, 0, 0, "archive", on_archive},
	{"report", true, 0, 0, "report", on_report},
	{"trace", true, 0, 0, "trace", on_trace},
	{"acpi", true, 0, 0, "acpi", on_acpi},
	{"init-log", true, 0, 0, "init-log", on_init_log},
	{"frames", true, 2, 3, "frames NAME SIZE [LEAST]", on_frames},
	{"pool", true, 1, 1, "pool SIZE", on_pool},
	{"device", true, 2, 2, "device NAME FUNCTIONS", on_device},
	{"pci", true, 0, 0, "pci", on_pci},
	{"ring", true, 2, 4, RING_USAGE, on_ring},
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Splits one line. A word that begins with # begins a comment. */
static bool split_line(struct parser *p, const char *at, const char *end)
{
	p->count = 0;
	p->rest = (struct word){at, 0};
	while (at < end) {
		while (at < end && is_blank(*at))
			at++;
		if (at == end || *at == '#')
			break;
		struct word w = {at, 0};
		while (at < end && !is_blank(*at))
			at++;
		w.length = (size_t)(at - w.at);
		for (size_t i = 0; i < w.length; i++)
			if ((u8)w.at[i] < ' ')
				return FAIL(p, "this line contains a control character (byte %u)",
					    (u8)w.at[i]);
		bool arguments = p->count > 0 && word_is(p->words[0], "arguments");
		if (p->count < LINE_WORDS)
			p->words[p->count++] = w;
		else if (!arguments)
			return FAIL(p, "a line has at most %u words", LINE_WORDS);
		if (p->count == 2 && p->rest.length == 0)
			p->rest.at = w.at;
		if (p->count >= 2)
			p->rest.length = (size_t)(at - p->rest.at);
	}
	return true;
}

static bool read_line(struct parser *p, const char *at, const char *end)
{
	bool indented = at < end && is_blank(*at);

	if (!split_line(p, at, end))
		return false;
	if (p->count == 0)
		return true;
	if (indented && !p->service)
		return FAIL(p, "an indented line belongs to a service, but there is none above it");
	for (u32 i = 0; i < ARRAY_LEN(statements); i++) {
		const struct statement *s = &statements[i];
		if (!word_is(p->words[0], s->word))
			continue;
		if (s->in_service != indented)
			return FAIL(p,
				    s->in_service ? "\"%s\" belongs to a service: indent it below "
						    "its \"service\" line"
						  : "\"%s\" starts at the beginning of a line",
				    s->word);
		if (p->count - 1 < s->min || p->count - 1 > s->max)
			return FAIL(p, "\"%s\" is written: %s", s->word, s->usage);
		return s->read(p);
	}
	return FAIL(p, "\"%.*s\" is not a word of system.conf (docs/system-conf.md lists them)",
		    W(p->words[0]));
}

bool conf_parse(const char *text, size_t bytes, struct conf *out, struct conf_error *error)
{
	static struct parser p; /* too large for the stack */

	memset(&p, 0, sizeof(p));
	memset(out, 0, sizeof(*out));
	memset(error, 0, sizeof(*error));
	p.conf = out;
	p.error = error;
	for (size_t at = 0; at < bytes;) {
		size_t end = at;
		while (end < bytes && text[end] != '\n')
			end++;
		p.line++;
		if (!read_line(&p, text + at, text + end))
			return false;
		at = end + 1;
	}
	return conf_resolve(&p);
}
