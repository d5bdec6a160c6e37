/* The tests of pseudo-terminals. Their server is that of the tests of pipes (tests/guest/pipes). */
#pragma once
#include "gen/protocols/tty_client.h"
#include "protocols/tty.h"
#include "tests/guest/pipes/pipes.h"

#define TERMINALS_TESTS(X)                                                                         \
	X(lines) X(raw) X(settings) X(output) X(sizes) X(bad_requests) X(shares)                   \
	X(readers_wait) X(typing_waits) X(minimum_and_time) X(watches) X(given_up)                 \
	X(signals) X(hangup) X(jobs)                                                               \
	X(killed_at_every_moment) X(killed_under_load)

#define X(name) void test_##name(void);
TERMINALS_TESTS(X)
#undef X

struct terminal_ends {
	cap_t master, slave;
};

struct terminal_ends open_terminal(cap_t client, u32 flags);
void close_terminal(struct terminal_ends t);

/* Writes a whole text, in as many parts as the terminal takes. */
void put_text(cap_t file, const char *text);
/* A read of at most `size` bytes returns this text. */
void get_text(const char *file, int line, cap_t end, u32 size, const char *want);
#define GET(end, size, want) get_text(__FILE__, __LINE__, end, size, want)
/* The master reads this text, in as many parts as it comes. */
void get_shown(const char *file, int line, cap_t master, const char *want);
#define SHOWN(master, want) get_shown(__FILE__, __LINE__, master, want)

/* Whether a worker's read has returned this text. */
bool has_read(const struct worker *w, const char *text);

struct tty_settings_result settings_of(cap_t end);
enum microk_status change_settings(cap_t end, u32 when, const struct tty_settings_result *s);
/* Flags of `local` on and off. */
void set_local(cap_t end, u32 add, u32 remove);

struct tty_signals_result signals_of(cap_t end);
/* The signals of a Notification since the last look. */
u64 bits_of(cap_t notification);
enum microk_status put_in_foreground(cap_t end, u32 group, u32 events, cap_t notification, u64 badge);
