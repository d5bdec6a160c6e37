/* The part of parsing that needs the whole of system.conf: which service a name means, which bit a
 * right is, and whether every service can start. */
#include "microk/cap.h"
#include "lib/conf/parser.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

static int find_service(const struct conf *c, struct word w)
{
	for (u32 i = 0; i < c->count; i++)
		if (word_is(w, c->services[i].name))
			return (int)i;
	return -1;
}

static int find_server(const struct conf *c, struct word w)
{
	for (u32 i = 0; i < c->count; i++)
		if (word_is(w, c->services[i].serves))
			return (int)i;
	return CONF_SERVER_NONE;
}

static const struct {
	const char *name;
	int server;
	const char *rights[3];
} own[] = {
	{CONF_SUPERVISOR, CONF_SERVER_SUPERVISOR, {"inspect"}},
};

bool name_is_own(struct word w)
{
	for (u32 i = 0; i < ARRAY_LEN(own); i++)
		if (word_is(w, own[i].name))
			return true;
	return false;
}

/* The bit of the right with that name; 0 if the Endpoint has none. */
static u32 right_bit(const struct conf *c, int server, struct word w)
{
	if (word_is(w, "grant"))
		return RIGHT_GRANT;
	if (server >= 0) {
		for (u32 i = 0; i < c->services[server].right_count; i++)
			if (word_is(w, c->services[server].rights[i]))
				return RIGHT_PROT(i);
		return 0;
	}
	for (u32 i = 0; i < ARRAY_LEN(own); i++)
		for (u32 j = 0; own[i].server == server && own[i].rights[j]; j++)
			if (word_is(w, own[i].rights[j]))
				return RIGHT_PROT(j);
	return 0;
}

static bool resolve_uses(struct parser *p, const struct pending *n)
{
	struct conf *c = p->conf;
	struct conf_grant *g = &c->services[n->service].grants[n->grant];

	g->server = find_server(c, n->name);
	for (u32 i = 0; i < ARRAY_LEN(own); i++)
		if (word_is(n->name, own[i].name))
			g->server = own[i].server;
	if (g->server == CONF_SERVER_NONE)
		return conf_fail(p, n->line, "no service serves \"%.*s\"", W(n->name));
	if (g->server == (int)n->service)
		return conf_fail(p, n->line, "%s cannot be a client of itself",
				 c->services[n->service].name);
	if (strcmp(g->name, CONF_SUPERVISOR) == 0 && g->server != CONF_SERVER_SUPERVISOR)
		return conf_fail(p, n->line,
				 "the name " CONF_SUPERVISOR
				 " is reserved for the grant to the service's own supervisor");
	for (u32 i = 0; i < n->right_count; i++) {
		u32 bit = right_bit(c, g->server, n->rights[i]);
		if (bit == 0)
			return conf_fail(p, n->line, "\"%.*s\" has no right \"%.*s\"", W(n->name),
					 W(n->rights[i]));
		g->rights |= bit;
	}
	return true;
}

/* The client's half of a ring has found its driver's service. */
static bool resolve_ring(struct parser *p, const struct pending *n)
{
	struct conf *c = p->conf;
	struct conf_service *client = &c->services[n->service];

	client->grants[n->grant].server = find_server(c, n->name);
	if (client->grants[n->grant].server < 0)
		return conf_fail(p, n->line, "no service serves \"%.*s\"", W(n->name));
	return true;
}

static bool has_grant(const struct conf_service *s, enum grant_kind kind, u32 *line)
{
	for (u32 i = 0; i < s->grant_count; i++)
		if (s->grants[i].kind == kind) {
			*line = s->grants[i].line;
			return true;
		}
	return false;
}

/* At most one service gets init's lines, and a notification wakes it for each line. */
static bool resolve_init_log(struct parser *p)
{
	struct conf *c = p->conf;
	u32 line, other;

	c->init_log = -1;
	for (u32 i = 0; i < c->count; i++) {
		if (!has_grant(&c->services[i], GRANT_INIT_LOG, &line))
			continue;
		if (c->init_log >= 0)
			return conf_fail(p, line, "%s has the grant init-log already",
					 c->services[c->init_log].name);
		if (!has_grant(&c->services[i], GRANT_NOTIFICATION, &other))
			return conf_fail(p, line,
					 "init-log needs a line \"notification\": init signals it "
					 "for each of its lines");
		c->init_log = (int)i;
	}
	return true;
}

static bool uses_server(const struct conf_service *s, int server)
{
	for (u32 i = 0; i < s->grant_count; i++)
		if (s->grants[i].kind == GRANT_USES && s->grants[i].server == server)
			return true;
	return false;
}

/* ---- Rings ---- */

static const char *ring_tail(enum grant_kind kind)
{
	switch (kind) {
	case GRANT_RING_REQUESTS: return "requests";
	case GRANT_RING_ANSWERS: return "answers";
	case GRANT_RING_PAGES: return "pages";
	case GRANT_RING_SIGNAL: return "bell";
	default: return NULL;
	}
}

/* Adds the driver's grant beside the client's. */
static bool add_driver_grant(struct parser *p, u32 client, const struct conf_grant *of_client)
{
	struct conf_service *driver = &p->conf->services[of_client->server];
	u32 line;

	if (driver->grant_count >= CONF_GRANTS)
		return conf_fail(p, of_client->line, "%s has more than %u grants", driver->name,
				 CONF_GRANTS);
	if (!has_grant(driver, GRANT_NOTIFICATION, &line) ||
	    !has_grant(&p->conf->services[client], GRANT_NOTIFICATION, &line))
		return conf_fail(p, of_client->line,
				 "a ring needs a line \"notification\" on both sides, %s and %s: "
				 "each side signals the other",
				 p->conf->services[client].name, driver->name);
	struct conf_grant *g = &driver->grants[driver->grant_count];
	*g = *of_client;
	g->server = (int)client;
	g->is_driver = true;
	format(g->name, sizeof(g->name), "ring%u.%s", client + CONF_FIRST_ID,
	       ring_tail(of_client->kind));
	for (u32 i = 0; i < driver->grant_count; i++)
		if (strcmp(driver->grants[i].name, g->name) == 0)
			return conf_fail(p, of_client->line,
					 "%s has a grant named %s already, from line %u, which "
					 "this ring needs; rename that one",
					 driver->name, g->name, driver->grants[i].line);
	driver->grant_count++;
	return true;
}

static bool resolve_rings(struct parser *p)
{
	struct conf *c = p->conf;

	for (u32 i = 0; i < c->count; i++) {
		struct conf_service *s = &c->services[i];
		u32 own = s->grant_count; /* without those that are added meanwhile */
		for (u32 j = 0; j < own; j++) {
			struct conf_grant *g = &s->grants[j];
			if (!ring_tail(g->kind) || g->is_driver)
				continue;
			if (!uses_server(s, g->server))
				return conf_fail(
					p, g->line,
					"a ring needs a line \"uses\" for the same server");
			if (!add_driver_grant(p, i, g))
				return false;
		}
	}
	return true;
}

/* ---- Devices ---- */

/* A badge names its functions, so a second one of the same kind would be the first again, and take back what that has got. */
static bool check_device(struct parser *p, const struct conf_service *s,
			 const struct conf_grant *device)
{
	for (const struct conf_grant *g = s->grants; g < device; g++)
		if (g->kind == GRANT_DEVICE && g->match == device->match &&
		    g->value == device->value)
			return conf_fail(p, device->line,
					 "this names the same functions as line %u: a service "
					 "gets one function for each kind that it names",
					 g->line);
	if (s == &p->conf->services[device->server])
		return conf_fail(p, device->line,
				 "%s cannot be a driver of the functions that it owns; declare "
				 "the driver as another service",
				 s->name);
	return true;
}

static bool resolve_devices(struct parser *p)
{
	struct conf *c = p->conf;
	int pci = CONF_SERVER_NONE;
	u32 line;

	for (u32 i = 0; i < c->count; i++) {
		if (!has_grant(&c->services[i], GRANT_PCI_TABLE, &line))
			continue;
		if (pci != CONF_SERVER_NONE)
			return conf_fail(
				p, line, "%s has the grant pci already", c->services[pci].name);
		if (!c->services[i].serves[0])
			return conf_fail(p, line,
					 "%s has the grant pci and serves no Endpoint, by which "
					 "drivers could get their devices",
					 c->services[i].name);
		pci = (int)i;
	}
	for (u32 i = 0; i < c->count; i++)
		for (u32 j = 0; j < c->services[i].grant_count; j++) {
			struct conf_grant *g = &c->services[i].grants[j];
			if (g->kind != GRANT_DEVICE)
				continue;
			if (pci == CONF_SERVER_NONE)
				return conf_fail(
					p, g->line, "a device needs a service with the grant pci");
			g->server = pci;
			if (!check_device(p, &c->services[i], g))
				return false;
		}
	return true;
}

/* `log SERVICE`. init relies on it: lines that this service does not read are on no serial line. */
static bool resolve_log(struct parser *p)
{
	struct conf *c = p->conf;

	c->log = -1;
	if (p->log.length == 0)
		return true;
	c->log = find_service(c, p->log);
	if (c->log < 0 || !c->services[c->log].serves[0])
		return conf_fail(
			p, p->log_line, "\"%.*s\" is not a service with an Endpoint", W(p->log));
	if (c->init_log < 0)
		return conf_fail(p, p->log_line,
				 "no service has the grant init-log, by which \"%.*s\" could get "
				 "init's lines",
				 W(p->log));
	if (!uses_server(&c->services[c->log], c->init_log))
		return conf_fail(p, p->log_line,
				 "\"%.*s\" does not use %s, by which alone it could get init's "
				 "lines",
				 W(p->log), c->services[c->init_log].name);
	return true;
}

static bool resolve(struct parser *p)
{
	struct conf *c = p->conf;

	for (u32 i = 0; i < p->pending_count; i++) {
		const struct pending *n = &p->pending[i];
		if (n->is_ring) {
			if (!resolve_ring(p, n))
				return false;
			continue;
		}
		if (!n->after) {
			if (!resolve_uses(p, n))
				return false;
			continue;
		}
		int s = find_service(c, n->name);
		if (s < 0)
			return conf_fail(p, n->line, "there is no service \"%.*s\" to start after",
					 W(n->name));
		c->services[n->service].after |= 1u << s;
	}
	return resolve_init_log(p) && resolve_log(p) && resolve_rings(p) && resolve_devices(p);
}

static bool check_services(struct parser *p)
{
	const struct conf *c = p->conf;

	if (c->count == 0)
		return conf_fail(p, 0, "no service is declared");
	for (u32 i = 0; i < c->count; i++) {
		const struct conf_service *s = &c->services[i];
		if (s->program[0] == '\0')
			return conf_fail(p, s->line, "service %s has no \"program\"", s->name);
		for (u32 j = 0; j < s->grant_count; j++) {
			if (s->grants[j].kind != GRANT_SERVES)
				continue;
			struct word w = {s->serves, strlen(s->serves)};
			if (find_server(c, w) != (int)i)
				return conf_fail(
					p, s->grants[j].line, "two services serve \"%s\"", w.at);
		}
	}
	return true;
}

/* Checks that every service can start, by removing services that can start until none is left. */
static bool check_order(struct parser *p)
{
	const struct conf *c = p->conf;
	u32 all = (u32)((1ul << c->count) - 1), started = 0;

	for (bool progress = true; progress && started != all;) {
		progress = false;
		for (u32 i = 0; i < c->count; i++)
			if (!(started >> i & 1) && (c->services[i].after & ~started) == 0) {
				started |= 1u << i;
				progress = true;
			}
	}
	for (u32 i = 0; i < c->count; i++)
		if (!(started >> i & 1))
			return conf_fail(p, c->services[i].line,
					 "service %s would never start: a service that it starts "
					 "after waits for it in turn",
					 c->services[i].name);
	return true;
}

/* Every service can report to init that it is ready or that it ends. A service without a line for that gets the grant, with
 * no rights. */
static void grant_supervisor(struct conf_service *s)
{
	for (u32 i = 0; i < s->grant_count; i++)
		if (strcmp(s->grants[i].name, CONF_SUPERVISOR) == 0)
			return;
	s->grants[s->grant_count++] = (struct conf_grant){
		.kind = GRANT_USES,
		.name = CONF_SUPERVISOR,
		.server = CONF_SERVER_SUPERVISOR,
		.line = s->line};
}

bool conf_resolve(struct parser *p)
{
	if (!resolve(p) || !check_services(p) || !check_order(p))
		return false;
	for (u32 i = 0; i < p->conf->count; i++)
		grant_supervisor(&p->conf->services[i]);
	return true;
}
