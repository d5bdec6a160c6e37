/*
 * The end of init. No program can be started or ended without init, so the machine restarts, after enough time for a person
 * to read the reason. Linux panics when init exits, and restarts if `panic=` asks for it; MINIX's kernel does likewise.
 *
 * Words of the command line:
 *   restart=N       waits N seconds, an hour at most (5 if there is no such word); restart=never halts instead
 *   restart-by=WAY  tries that way alone: acpi, 8042 or fault. Without it each in turn, until one works
 * With any other value the log names the word, and the machine restarts as if it were not there.
 * A machine that is watched (exit=debug) ends with RESTART_EXIT at once, unless it has one of these words.
 *
 * Every PC has one of the three: ACPI's reset register (ACPI 6.5, 4.8.3.6), the keyboard controller's pulse on the
 * processor's reset line (8042, command 0xfe), and the shutdown after a fault that cannot be delivered (SDM vol. 3, 6.15).
 */
#include "pc/restart.h"
#include "lib/command_line.h"
#include "lib/log.h"
#include "lib/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "pc/apic.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define RESTART_EXIT 0x7e
#define SECONDS 5
#define SECONDS_MAX 3600
#define KBC_STATUS 0x64
#define KBC_INPUT_FULL 2
#define KBC_PULSE_RESET 0xfe
#define KBC_READS 100000
#define WORD_BYTES 16 /* of a word's value, with its end; a longer one is cut */
#define SETTLE_MS 100 /* the time within which a way that works takes effect */

static void wait_ms(u64 ms)
{
	for (u64 end = rdtsc() + tsc_hz / 1000 * ms; rdtsc() < end;)
		__asm__ volatile("pause");
}

static void by_acpi(void)
{
	if (kinfo->reset_port)
		outb(kinfo->reset_port, kinfo->reset_value);
}

static void by_keyboard_controller(void)
{
	for (u32 i = 0; i < KBC_READS && (inb(KBC_STATUS) & KBC_INPUT_FULL); i++)
		;
	outb(KBC_STATUS, KBC_PULSE_RESET);
}

static void by_fault(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) no_table;

	__asm__ volatile("lidt %0; int3" ::"m"(no_table));
}

static const struct {
	const char *name;
	void (*go)(void);
} ways[] = {{"acpi", by_acpi}, {"8042", by_keyboard_controller}, {"fault", by_fault}};

/* A number of digits alone, at most SECONDS_MAX. */
static bool read_seconds(const char *word, u32 *seconds)
{
	u32 n = 0;
	const char *p = word;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (u32)(*p - '0');
		n = MIN(n, SECONDS_MAX); /* at each digit: a long number does not overflow */
	}
	*seconds = n;
	return p != word && !*p;
}

static u32 seconds_to_wait(const char *word)
{
	u32 seconds;

	if (read_seconds(word, &seconds))
		return seconds;
	kprintf("[init] restart=%.16s is neither a number of seconds nor \"never\"; %u s are "
		"taken\n",
		word, SECONDS);
	return SECONDS;
}

static bool is_a_way(const char *word)
{
	for (u32 i = 0; i < ARRAY_LEN(ways); i++)
		if (!strncmp(word, ways[i].name, WORD_BYTES))
			return true;
	kprintf("[init] restart-by=%.16s is not one of acpi, 8042 and fault; each is tried\n",
		word);
	return false;
}

static void try_ways(const char *only)
{
	for (u32 i = 0; i < ARRAY_LEN(ways); i++) {
		if (only && strncmp(only, ways[i].name, WORD_BYTES) != 0)
			continue;
		ways[i].go();
		wait_ms(SETTLE_MS);
	}
}

_Noreturn void restart_machine(const char *who)
{
	char word[WORD_BYTES] = "", way[WORD_BYTES] = "";
	bool has_word = command_line_value("restart=", word, sizeof(word));
	bool has_way = command_line_value("restart-by=", way, sizeof(way));

	__asm__ volatile("cli");
	log_at_once();
	kprintf("\n[init] %.16s has ended. Nothing works without it. The cause is "
		"printed above.\n",
		who);
	if (machine_is_watched() && !has_word && !has_way)
		machine_exit(RESTART_EXIT);
	if (!strncmp(word, "never", sizeof(word))) {
		kprintf("[init] the machine halts (restart=never); switch it off or reset it\n");
		machine_exit(RESTART_EXIT);
	}
	u32 seconds = has_word ? seconds_to_wait(word) : SECONDS;
	bool one_way = has_way && is_a_way(way);
	kprintf("[init] the machine restarts in %u s\n", seconds);
	wait_ms(seconds * 1000ul);
	try_ways(one_way ? way : NULL);
	kprintf("[init] no way to restart works here; reset the machine by hand\n");
	machine_exit(RESTART_EXIT);
}
