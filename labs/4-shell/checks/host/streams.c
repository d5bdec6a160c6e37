/* Exercise 4.6, pipeline and redirection: each stream is a number, and all that is opened and closed is written down. */
#include "protocols/dir.h"
#include "streams_fakes.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define READS 0u
#define WRITES (OPEN_WRITE | OPEN_WRITE_ONLY | OPEN_CREATE | OPEN_TRUNCATE)
#define APPENDS (OPEN_WRITE | OPEN_WRITE_ONLY | OPEN_CREATE | OPEN_APPEND)
#define FROM_LEFT                                                                                  \
	"redirections take effect from left to right: a stream leads to where the other one "      \
	"leads "                                                                                   \
	"at that moment"
#define NUMBERS "after >& stands 1 or 2, and after <& 0; one digit, and nothing else"
#define DIRECTION "0 is for reading, 1 and 2 are for writing"
#define EVERY "each file of the list is opened, and the last one of a stream counts"
#define OWN_ENDS                                                                                   \
	"the shell closes its own end of a pipe when the program has it: a reader sees the end "   \
	"only when the last writer is gone"
#define AS_BEFORE "after a start the shell's own streams are as before"

static void begin(void)
{
	begin_streams();
	memset(list, 0, sizeof(list));
}

static void set(u32 i, enum redirect_kind kind, u32 number, const char *target)
{
	list[i].kind = kind;
	list[i].number = number;
	snprintf(words[i], sizeof(words[i]), "%s", target);
}

static void want_streams(const char *of, u32 input, u32 output, u32 errors, const char *cause)
{
	WANT_U64(text("input of %s (0: the keyboard; n: file n)", of), input, stream_now(0), cause);
	WANT_U64(text("output of %s (100: the terminal; n: file n)", of), output, stream_now(1),
		 cause);
	WANT_U64(text("errors of %s (101: the terminal; n: file n)", of), errors, stream_now(2),
		 cause);
}

static void want_redirected(const char *of, u32 count)
{
	WANT(redirect(count), NULL, text("%s can be redirected", of),
	     "redirect_begin returns false");
}

static void want_refused(const char *of, u32 count, const char *cause)
{
	u32 before = fails;

	bool done = redirect(count);
	WANT(!done,
	     fails > before
		     ? "the result of each redirection: after an error redirect_begin returns false"
		     : cause,
	     text("%s is refused", of), "redirect_begin returns true");
	WANT(fails == before + 1, "shell_fail prints a message, and sets the status", "one message",
	     text("%u", fails - before));
}

static void want_path(u32 file, const char *path, u32 flags)
{
	WANT(!strcmp(paths[file - 1], path), "expand_text(s, e->target.text, e->target.length)",
	     text("path of file %u: \"%s\"", file, path), text("\"%s\"", paths[file - 1]));
	WANT_U64(text("flags of file %u", file), flags, path_flags[file - 1], NULL);
}

/* ---- the checks ---- */
static void to_a_file(void)
{
	begin();
	set(0, REDIRECT_WRITE, 1, "out");
	want_redirected("> out", 1);
	want_streams("> out", 0, 1, TERMINAL_ERRORS, NULL);
	want_path(1, "out", WRITES);
	begin();
	set(0, REDIRECT_WRITE, 2, "err");
	want_redirected("2> err", 1);
	want_streams("2> err", 0, TERMINAL_OUT, 1, NULL);
	begin();
	set(0, REDIRECT_APPEND, 1, "log");
	want_redirected(">> log", 1);
	want_streams(">> log", 0, 1, TERMINAL_ERRORS, NULL);
	want_path(1, "log", APPENDS);
}

static void from_a_file(void)
{
	begin();
	set(0, REDIRECT_READ, 0, "in");
	set(1, REDIRECT_WRITE, 1, "out");
	want_redirected("< in > out", 2);
	want_streams("< in > out", 1, 2, TERMINAL_ERRORS, NULL);
	want_path(1, "in", READS);
	begin();
	want_redirected("a command without redirections", 0);
	want_streams("a command without redirections", 0, TERMINAL_OUT, TERMINAL_ERRORS, NULL);
}

static void in_order(void)
{
	begin();
	set(0, REDIRECT_WRITE, 1, "f");
	set(1, REDIRECT_DUPLICATE, 2, "1");
	want_redirected("> f 2>&1", 2);
	want_streams("> f 2>&1", 0, 1, 1, FROM_LEFT);
	begin();
	set(0, REDIRECT_DUPLICATE, 2, "1");
	set(1, REDIRECT_WRITE, 1, "f");
	want_redirected("2>&1 > f", 2);
	want_streams("2>&1 > f", 0, 1, TERMINAL_OUT, FROM_LEFT);
	begin();
	set(0, REDIRECT_DUPLICATE, 1, "2");
	want_redirected("1>&2", 1);
	want_streams("1>&2", 0, TERMINAL_ERRORS, TERMINAL_ERRORS, FROM_LEFT);
	begin();
	set(0, REDIRECT_DUPLICATE, 1, "1");
	set(1, REDIRECT_DUPLICATE, 2, "2");
	set(2, REDIRECT_DUPLICATE, 0, "0");
	want_redirected("1>&1 2>&2 0<&0", 3);
	want_streams("1>&1 2>&2 0<&0", 0, TERMINAL_OUT, TERMINAL_ERRORS,
		     "a stream onto itself is allowed, and changes nothing");
}

static void several(void)
{
	begin();
	set(0, REDIRECT_WRITE, 1, "a");
	set(1, REDIRECT_WRITE, 1, "b");
	set(2, REDIRECT_READ, 0, "c");
	set(3, REDIRECT_READ, 0, "d");
	want_redirected("> a > b < c < d", 4);
	want_streams("> a > b < c < d", 4, 2, TERMINAL_ERRORS, EVERY);
	WANT_U64("files opened", 4, opened, EVERY);
}

static void expanded(void)
{
	begin();
	set(0, REDIRECT_WRITE, 1, "$x");
	want_redirected("> $x", 1);
	want_path(1, "/srv/x", WRITES);
	begin();
	set(0, REDIRECT_WRITE, 1, "!x");
	WANT(!redirect(1), "expand_text returns NULL after a message of its own",
	     "a target that cannot be expanded is refused", "redirect_begin returns true");
	WANT_U64("files opened", 0, opened, NULL);
}

static void refused(void)
{
	begin();
	refuses = 2;
	set(0, REDIRECT_WRITE, 1, "a");
	set(1, REDIRECT_WRITE, 2, "b");
	set(2, REDIRECT_WRITE, 1, "c");
	want_refused("> a 2> b > c, where b cannot be opened,", 3, NULL);
	WANT_U64("files opened", 2, opened, "after an error nothing more is opened");
	WANT_U64("output before (redirect_end brings it back)", TERMINAL_OUT, stream_before(1),
		 "*r has the streams from before in each case");
	redirect_back();
	want_streams("the shell after redirect_end", 0, TERMINAL_OUT, TERMINAL_ERRORS,
		     "*r has the streams from before in each case");
}

static void wrong_numbers(void)
{
	static const struct {
		u32 number;
		const char *target;
	} of[] = {{2, "3"}, {1, "12"}, {2, ""},  {1, "x"}, {2, "1x"},
		  {2, "0"}, {0, "1"},  {2, "-"}, {1, "/"}};

	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		begin();
		set(0, REDIRECT_DUPLICATE, of[i].number, of[i].target);
		want_refused(text("%u%s&%s", of[i].number, of[i].number ? ">" : "<", of[i].target),
			     1, NUMBERS);
		want_streams("the shell then", 0, TERMINAL_OUT, TERMINAL_ERRORS, NULL);
	}
}

static void wrong_directions(void)
{
	static const struct {
		enum redirect_kind kind;
		u32 number;
	} of[] = {
		{REDIRECT_READ, 1}, {REDIRECT_READ, 2}, {REDIRECT_WRITE, 0}, {REDIRECT_APPEND, 0}};

	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		begin();
		set(0, of[i].kind, of[i].number, "f");
		want_refused(text("%u%s f", of[i].number, of[i].kind == REDIRECT_READ ? "<" : ">"),
			     1, DIRECTION);
		WANT_U64("files opened (one would be emptied)", 0, opened, DIRECTION);
	}
}

/* Of all starts. */
static const struct event *start_of(u32 program)
{
	for (u32 i = 0; i < event_count; i++)
		if (events[i].what == STARTS && events[i].number == program)
			return &events[i];
	unit_fail("eval_launch(s, p->node, &p->words, l->job, p->program)",
		  text("program %u is started", program), "it is not");
}

static u32 place_of(enum what what, u32 number)
{
	for (u32 i = 0; i < event_count; i++)
		if (events[i].what == what && events[i].number == number)
			return i;
	return ~0u;
}

static void connected(void)
{
	begin();
	WANT(start_pipeline(3, 7, false, true), NULL, "a pipeline of three programs starts",
	     "false");
	WANT_U64("input of the first (0: the keyboard)", 0, start_of(1)->input, NULL);
	WANT_U64("output of the first (301: pipe 1)", 301, start_of(1)->output,
		 "a sink of kind SINK_PIPE with the link's writer, while the program starts");
	WANT_U64("input of the second (201: pipe 1)", 201, start_of(2)->input,
		 "the link's input, while the program starts");
	WANT_U64("output of the second (302: pipe 2)", 302, start_of(2)->output, NULL);
	WANT_U64("input of the third (202: pipe 2)", 202, start_of(3)->input, NULL);
	WANT_U64("output of the third (100: the terminal)", TERMINAL_OUT, start_of(3)->output,
		 "the last part has the pipeline's own output");
	for (u32 i = 0; i < 3; i++)
		WANT_U64(text("part %u has started", i), true, started[i], NULL);
}

static void closed_in_time(void)
{
	begin();
	start_pipeline(3, 7, false, true);
	for (u32 pipe = 1; pipe < 3; pipe++) {
		u32 writer = place_of(DROPS, PIPE_WRITER + pipe);
		WANT(writer != ~0u, OWN_ENDS,
		     text("the shell closes the writing end of pipe %u", pipe), "it does not");
		WANT(writer < place_of(STARTS, pipe + 1) && writer > place_of(STARTS, pipe),
		     OWN_ENDS,
		     text("it does so after program %u has started, and before %u does", pipe,
			  pipe + 1),
		     "at another time");
		u32 reader = place_of(ENDS_INPUT, PIPE_READER + pipe);
		WANT(reader != ~0u && reader > place_of(STARTS, pipe + 1),
		     "input_end: a writer sees that the last reader has gone (SIGPIPE) only if the "
		     "shell keeps no reading end",
		     text("the shell closes the reading end of pipe %u after program %u has "
			  "started",
			  pipe, pipe + 1),
		     reader == ~0u ? "it does not" : "before");
	}
}

static void as_before(void)
{
	begin();
	start_pipeline(2, 3, false, true);
	want_streams("the shell after the start", 0, TERMINAL_OUT, TERMINAL_ERRORS, AS_BEFORE);
	u32 restores = 0;
	for (u32 i = 0; i < event_count; i++)
		restores += events[i].what == RESTORES;
	WANT_U64("times that the shell's state is restored", 2, restores,
		 "each program's assignments are its own: shell_restore(s, l->saved)");
	begin();
	start_pipeline(1, 1, false, false);
	WANT_U64("times that it is restored, where nothing was saved", ~0u, place_of(RESTORES, 0),
		 "l->saved is NULL for a single part");
	want_streams(
		"the shell after a single program", 0, TERMINAL_OUT, TERMINAL_ERRORS, AS_BEFORE);
}

static void failed(void)
{
	begin();
	unstartable = 1;
	start_pipeline(2, 3, false, true);
	WANT_U64("part 0 has started", false, started[0], "eval_launch's result");
	WANT_U64("part 1 has started", true, started[1], NULL);
	WANT(place_of(DROPS, 301) < place_of(STARTS, 2),
	     "also after a program that could not be started: its reader must see the end",
	     "the shell closes the writing end of pipe 1", "it does not, or later");
	want_streams("the shell after that", 0, TERMINAL_OUT, TERMINAL_ERRORS, AS_BEFORE);
}

static void with_own_parts(void)
{
	begin();
	start_pipeline(3, 2, false, true);
	WANT_U64("input of the program between two of the shell's parts", 201, start_of(2)->input,
		 NULL);
	WANT_U64("its output", 302, start_of(2)->output, NULL);
	WANT_U64("closes of pipe 1's writing end, which the shell's first part needs", ~0u,
		 place_of(DROPS, 301), "only the ends that this program has");
	WANT_U64("closes of pipe 2's reading end, which the shell's last part needs", ~0u,
		 place_of(ENDS_INPUT, 202), "only the ends that this program has");
}

static void in_the_background(void)
{
	begin();
	start_pipeline(2, 3, true, true);
	WANT_U64("input of the first program in the background (1: /dev/null)", 1,
		 start_of(1)->input,
		 "POSIX: the input of a job in the background is empty, if it is not redirected");
	WANT(!strcmp(paths[0], "/dev/null"), "open_nothing", "path of file 1: \"/dev/null\"",
	     text("\"%s\"", paths[0]));
	WANT_U64("input of the second", 201, start_of(2)->input, "its input is the pipe");
	WANT_U64("files opened", 1, opened, NULL);
	WANT(place_of(CLOSES, 1) != ~0u && place_of(CLOSES, 1) > place_of(STARTS, 1),
	     "stream_close, when the program has it", "the shell closes /dev/null after the start",
	     "it does not, or before");
	begin();
	refuses = 1;
	start_pipeline(1, 1, true, false);
	WANT_U64("input where /dev/null cannot be opened", 0, start_of(1)->input,
		 "then the job's input is the shell's");
	WANT_U64("closes of a file that is not open", 0, closed, NULL);
	begin();
	refuses = 0;
	start_pipeline(1, 1, false, false);
	WANT_U64("files opened for a program in the foreground", 0, opened, NULL);
}

static void check_a(void)
{
	to_a_file();
	from_a_file();
}

static void check_c(void)
{
	several();
	expanded();
}

static void check_e(void)
{
	wrong_numbers();
	wrong_directions();
}

static void check_h(void)
{
	as_before();
	failed();
}

static void check_i(void)
{
	with_own_parts();
	in_the_background();
}

static const struct unit_check checks[] = {
	{"4.6.a", check_a},        {"4.6.b", in_order}, {"4.6.c", check_c},
	{"4.6.d", refused},        {"4.6.e", check_e},  {"4.6.f", connected},
	{"4.6.g", closed_in_time}, {"4.6.h", check_h},  {"4.6.i", check_i},
};
UNIT_MAIN(checks)
