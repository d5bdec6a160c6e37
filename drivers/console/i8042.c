/*
 * The PS/2 controller. Sources: IBM PS/2 Technical Reference, "Keyboard and Auxiliary Device
 * Controller" (Type 1): status and command byte; Intel 8042 for the port numbers.
 *
 * Weighed: decoding scan code set 2, which the keyboard sends, or having the controller translate
 * it to set 1. The controller translates: firmware leaves it so, and some laptops' controllers
 * support nothing else.
 */
#include "drivers/console/i8042.h"
#include "drivers/console/port.h"

enum { PORT_DATA = 0x60, PORT_STATUS = 0x64, PORT_COMMAND = 0x64 };

#define STATUS_OUTPUT_FULL 0x01 /* a byte can be read */
#define STATUS_INPUT_FULL 0x02  /* the controller has not taken the last byte yet */
#define STATUS_FROM_MOUSE 0x20
#define STATUS_ABSENT 0xff

#define COMMAND_READ_CONFIG 0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_DISABLE_MOUSE 0xa7
#define COMMAND_DISABLE_KEYBOARD 0xad
#define COMMAND_ENABLE_KEYBOARD 0xae

#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_MOUSE_IRQ 0x02
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_TRANSLATE 0x40

#define KEYBOARD_ENABLE_SCANNING 0xf4
#define KEYBOARD_ACK 0xfa

#define WAIT_READS 20000
#define FLUSH_MAX 64 /* bytes; more than any controller holds */

static cap_t ports;

static u8 status(void)
{
	return port_read(ports, PORT_STATUS);
}

static bool wait_status(u8 mask, u8 value)
{
	for (u32 i = 0; i < WAIT_READS; i++)
		if ((status() & mask) == value)
			return true;
	return false;
}

static void send(u16 port, u8 value)
{
	if (wait_status(STATUS_INPUT_FULL, 0))
		port_write(ports, port, value);
}

/* The answer of the controller or keyboard; -1 if none comes. */
static int receive(void)
{
	return wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL)
		       ? port_read(ports, PORT_DATA)
		       : -1;
}

static void flush(void)
{
	for (u32 i = 0; i < FLUSH_MAX && status() & STATUS_OUTPUT_FULL; i++)
		port_read(ports, PORT_DATA);
}

enum i8042_found i8042_init(cap_t controller_ports)
{
	ports = controller_ports;
	if (status() == STATUS_ABSENT) {
		ports = 0;
		return I8042_NO_CONTROLLER;
	}
	/* Both devices are silenced first, or the byte read as the configuration could be a key's code. */
	send(PORT_COMMAND, COMMAND_DISABLE_KEYBOARD);
	send(PORT_COMMAND, COMMAND_DISABLE_MOUSE);
	flush();
	send(PORT_COMMAND, COMMAND_READ_CONFIG);
	int config = receive();
	if (config < 0) {
		ports = 0;
		return I8042_NO_CONTROLLER;
	}
	config |= CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE;
	config &= ~(CONFIG_MOUSE_IRQ | CONFIG_KEYBOARD_OFF);
	send(PORT_COMMAND, COMMAND_WRITE_CONFIG);
	send(PORT_DATA, (u8)config);
	send(PORT_COMMAND, COMMAND_ENABLE_KEYBOARD);
	send(PORT_DATA, KEYBOARD_ENABLE_SCANNING);
	/* The code of a key pressed just now may come before the acknowledgement; it is lost. An
	 * absent keyboard does not answer. It may be plugged in later, so this is not a failure. */
	for (u32 i = 0; i < FLUSH_MAX; i++) {
		int answer = receive();
		if (answer == KEYBOARD_ACK)
			return I8042_KEYBOARD;
		if (answer < 0)
			break;
	}
	return I8042_NO_KEYBOARD;
}

void i8042_take_over(cap_t controller_ports)
{
	ports = controller_ports;
}

int i8042_read(void)
{
	for (u32 i = 0; ports != 0 && i < FLUSH_MAX; i++) {
		u8 now = status();
		if (!(now & STATUS_OUTPUT_FULL))
			return -1;
		u8 byte = port_read(ports, PORT_DATA);
		if (!(now & STATUS_FROM_MOUSE))
			return byte;
	}
	return -1;
}
