/*
 * The console driver: framebuffer, keyboard and serial line as one terminal. It holds the ports,
 * interrupts and frames of these three and nothing else. Each device may be absent; the driver
 * then works with the rest.
 *
 * From the hardware up: serial.c, i8042.c and render.c drive the devices; keyboard.c, parser.c,
 * terminal.c and ldisc.c interpret bytes and use no hardware; output.c and session.c join the two. Their state
 * lies in kept.c's memory, which outlives the instance.
 */
#include "drivers/console/i8042.h"
#include "drivers/console/journal.h"
#include "drivers/console/output.h"
#include "drivers/console/readers.h"
#include "drivers/console/requests.h"
#include "drivers/console/serial.h"
#include "drivers/console/session.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"

/* Badges on the bound notification: two interrupts, and new lines in the log. */
#define SIGNAL_SERIAL 1
#define SIGNAL_KEYBOARD 2
#define SIGNAL_LOG 4

#define IRQ_AS_FIRMWARE_SAYS 4

/* Assumed without the information area: about the rate of a present-day processor. */
#define HZ_UNKNOWN 2000000000ul

static cap_t serial_irq, keyboard_irq; /* 0: absent, or not bound */

static void drain_serial(void)
{
	char bytes[SESSION_RECEIVE_MAX];
	size_t count;
	u32 room;

	while ((room = session_room()) > 0 &&
	       (count = serial_read(bytes, MIN(room, sizeof(bytes)))) > 0)
		session_received(bytes, count);
	serial_pause(room == 0);
}

static void drain_keyboard(void)
{
	int code;

	do {
		while (kept_has_room(KEPT_KEYBOARD) && (code = i8042_read()) >= 0)
			kept_arrive(KEPT_KEYBOARD, (u8)code);
		if ((code = kept_take(KEPT_KEYBOARD)) >= 0)
			session_code((u8)code);
	} while (code >= 0);
}

/* Both lines are edge-triggered on a PC, and an edge that comes before the acknowledgement is lost. So the device is read
 * once more after the acknowledgement. */
static void handle(cap_t irq, void (*drain)(void))
{
	drain();
	irq_ack(irq);
	drain();
}

static void notified(u64 bits)
{
	if (bits & SIGNAL_SERIAL)
		handle(serial_irq, drain_serial);
	if (bits & SIGNAL_KEYBOARD)
		handle(keyboard_irq, drain_keyboard);
	if (bits & SIGNAL_LOG)
		session_behind(journal_show());
}

/* Makes a capability that signals the driver's Notification with this badge. */
static enum microk_status badge_notification(u64 badge, cap_t *badged)
{
	cap_t notification = grant_find("irq.notification");

	if (!notification)
		return ERR_CAP;
	return cap_mint(notification, RIGHT_WRITE, badge, MINT_BADGE, badged);
}

/* Binds the interrupt granted as `name` to the driver's Notification. Returns its capability. On
 * failure it prints a message and returns 0. */
static cap_t bind_interrupt(const char *name, u64 badge)
{
	cap_t irq = grant_find(name), badged;
	enum microk_status status = ERR_CAP;

	if (irq)
		status = badge_notification(badge, &badged);
	if (status == OK)
		status = irq_bind(
			irq,
			&(struct irq_bind){.notification = badged, .flags = IRQ_AS_FIRMWARE_SAYS},
			NULL);
	if (status == OK)
		return irq;
	print("console: the interrupt \"%s\" cannot be used (%s); its device is not read\n", name,
	      status_text(status));
	return 0;
}

static bool start_serial(void)
{
	cap_t ports = grant_find("serial.ports");

	return ports && serial_init(ports);
}

/* Shows on the screen why its keyboard has no effect. */
static void report_no_keyboard(enum i8042_found found, bool has_serial)
{
	const char *what =
		found == I8042_NO_CONTROLLER ? "no keyboard: this machine has no PS/2 controller"
					     : "no keyboard answers at the PS/2 controller";
	const char *then =
		has_serial ? "type on the serial line"
			   : "and there is no serial line: "
			     "nothing can be typed";
	char line[160];
	int length = format(
		line, sizeof(line), "console: %s (USB keyboards have no driver); %s\n", what, then);

	output_write(line, length < (int)sizeof(line) ? (size_t)length : sizeof(line) - 1);
	session_save();
}

/* Finds the keyboard once: setting it up again would drop the keys that have been pressed meanwhile. */
static enum i8042_found start_keyboard(cap_t ports)
{
	if (kept_area->keyboard_found) {
		enum i8042_found found = (enum i8042_found)(kept_area->keyboard_found - 1);
		if (found != I8042_NO_CONTROLLER)
			i8042_take_over(ports);
		return found;
	}
	enum i8042_found found = ports ? i8042_init(ports) : I8042_NO_CONTROLLER;
	kept_area->keyboard_found = 1 + (u32)found;
	return found;
}

static void start_input(bool has_serial, bool is_first)
{
	enum i8042_found found = start_keyboard(grant_find("keyboard.ports"));

	if (has_serial)
		serial_irq = bind_interrupt("serial.irq", SIGNAL_SERIAL);
	if (found != I8042_NO_CONTROLLER)
		keyboard_irq = bind_interrupt("keyboard.irq", SIGNAL_KEYBOARD);
	if (found != I8042_KEYBOARD && is_first)
		report_no_keyboard(found, has_serial);
	/* Bytes that arrived before the interrupts were bound raised none. */
	drain_serial();
	drain_keyboard();
}

/* The framebuffer as the kernel describes it and init mapped it. False where there is none. */
static bool find_surface(const struct microk_info *info, struct surface *s)
{
	const struct startup_entry *frames = grant_entry("framebuffer");

	if (!frames || !frames->address || !info)
		return false;
	u64 offset = info->fb_offset;
	*s = (struct surface){
		.pixels = (void *)(frames->address + offset),
		.bytes = frames->pages * PAGE_SIZE - offset,
		.width = info->fb_width,
		.height = info->fb_height,
		.pitch = info->fb_pitch,
		.kind = info->fb_kind,
		.bits = (u8)info->fb_bpp,
		.red = info->fb_red_pos,
		.green = info->fb_green_pos,
		.blue = info->fb_blue_pos,
		.red_size = info->fb_red_size,
		.green_size = info->fb_green_size,
		.blue_size = info->fb_blue_size,
	};
	return true;
}

/* Takes the state of the last instance over, or makes it. */
static enum kept_found open_state(struct output_size size)
{
	const struct startup_entry *state = grant_entry("state");
	enum kept_found found = KEPT_NONE;

	if (state && state->address)
		found = kept_open(
			(void *)state->address, state->pages * PAGE_SIZE, size.columns, size.rows);
	if (found == KEPT_NONE)
		print("console: the grant \"state\" is missing, or smaller than a screen of %u by "
		      "%u "
		      "needs; add \"frames state %luK\" in system.conf\n",
		      size.columns, size.rows,
		      (kept_bytes(size.columns, size.rows) + PAGE_SIZE - 1) / PAGE_SIZE *
			      PAGE_SIZE / KIB);
	if (found == KEPT_DAMAGED)
		print("console: the state that the last instance left is damaged; it begins "
		      "anew\n");
	return found;
}

static enum kept_found start_output(const struct microk_info *info, bool has_serial)
{
	struct surface surface = {0};
	bool has_surface = find_surface(info, &surface);
	struct output_size size = output_screen(has_surface ? &surface : NULL);
	enum kept_found found = open_state(size);

	if (found == KEPT_NONE && has_surface) /* the serial line needs less */
		found = open_state(output_screen(NULL));
	if (found == KEPT_NONE)
		return found;
	output_start(has_serial, info ? info->tsc_hz : HZ_UNKNOWN);
	session_start();
	if (has_surface && !output_has(OUTPUT_SCREEN))
		print("console: the screen (kind %u, %ux%u, %u bits a pixel, %u bytes a row, %lu "
		      "mapped) cannot be drawn on; the serial line serves alone\n",
		      surface.kind, surface.width, surface.height, surface.bits, surface.pitch,
		      surface.bytes);
	return found;
}

/* Shows what was logged before the console ran, and from now on each new line. */
static void start_journal(void)
{
	cap_t log = grant_find("log"), signal;

	if (log && badge_notification(SIGNAL_LOG, &signal) == OK)
		session_behind(journal_start(log, signal));
}

int main(void)
{
	const struct startup_entry *area = grant_entry("info");
	cap_t endpoint = grant_find("console");
	const struct microk_info *info = NULL;

	if (endpoint == 0) {
		print("console: the grant \"console\" is missing; add it in system.conf\n");
		return 1;
	}
	if (area && area->address && area->pages > 0)
		info = (const struct microk_info *)area->address;
	if (info && info->magic != INFO_MAGIC) {
		print("console: the grant \"info\" is not the kernel's information area\n");
		info = NULL;
	}
	bool has_serial = start_serial();
	enum kept_found found = start_output(info, has_serial);
	if (found == KEPT_NONE)
		return 1;
	start_journal();
	start_input(has_serial, found != KEPT_TAKEN);
	if (!readers_init())
		print("console: no memory for a reader that waits: grant it more memory in "
		      "system.conf\n");
	session_run(endpoint,
		    &(const struct session_calls){
			    .dispatch = requests_dispatch,
			    .notified = notified,
			    .more = journal_show,
			    .resume = drain_serial});
}
