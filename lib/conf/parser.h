/* Shared by the three files of the parser of system.conf, and included by no other: conf.c reads lines,
 * words.c reads words, names.c resolves names when the whole file is read. */
#pragma once
#include "lib/conf/conf.h"

#define LINE_WORDS 16

struct word {
	const char *at;
	size_t length;
};

struct parser {
	struct conf *conf;
	struct conf_error *error;
	struct conf_service *service; /* the block being read */
	u32 line;
	struct word words[LINE_WORDS];
	u32 count;
	struct word rest; /* the line after its first word, for `arguments` */
	/* Names that can be resolved only at the end, with their lines. */
	struct pending {
		u32 service, line;
		struct word name;
		struct word rights[CONF_RIGHTS + 1];
		u32 right_count;
		u32 grant;  /* of a `uses` */
		bool after; /* an `after`, not a `uses` */
		bool is_ring; /* a grant of a `ring` */
	} pending[CONF_SERVICES * CONF_GRANTS];
	u32 pending_count;
	struct word log;
	u32 log_line;
};

#define FAIL(p, ...) conf_fail((p), (p)->line, __VA_ARGS__)
#define W(word) (int)(word).length, (word).at

/* Fills in the error for a line. Always returns false, so that a check can return its result. */
bool conf_fail(struct parser *p, u32 line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

bool word_is(struct word w, const char *s);
void word_copy(char *to, struct word w);
/* Checks that the word has only letters, digits and . _ - and is shorter than `room`. */
bool word_name(struct parser *p, struct word w, size_t room);
/* A directory of a program's namespace, "/" or "/a/b": each component is a name. The first byte is a slash. */
bool word_directory(struct parser *p, struct word w, size_t room);
/* Reads a number, decimal or 0x…, at most `max`; with `suffix`, K or M may follow it. */
bool word_number(struct parser *p, struct word w, bool suffix, u64 max, u64 *out);
/* Reads a PCI function, bus:device.function in hexadecimal, as a requester id: bus << 8 | device << 3 | function. */
bool word_requester(struct parser *p, struct word w, u32 *out);

/* Reads a number of bytes, whole pages, as the number of these: at least one, and at most CONF_FRAMES_MAX. */
bool word_pages(struct parser *p, struct word w, u32 *out);
/* Reads the name of certain PCI functions: CLASS:SUBCLASS, CLASS:SUBCLASS:INTERFACE or VENDOR:DEVICE, of two hexadecimal digits
 * each, of the last one four. */
bool word_functions(struct parser *p, struct word w, enum conf_match *match, u32 *value);

/* Whether init serves this name itself. */
bool name_is_own(struct word w);

/* Resolves and checks names, rights and the order of starting, which needs the whole file. */
bool conf_resolve(struct parser *p);
