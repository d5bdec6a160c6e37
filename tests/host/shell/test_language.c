/* A person and scripts at the shell: the language, from the line to the screen. */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "person.h"
#include "protocols/dir.h"
#include "user/shell/spool.h"

/* Types a line, and sees the rows. */
#define LINE(keys, ...)                                                                            \
	do {                                                                                       \
		run(keys "\r", 896);                                                               \
		SEES("MicroK> " keys, __VA_ARGS__, "MicroK> ");                                    \
	} while (0)
/* The same of a line that prints nothing. */
#define SILENT(keys)                                                                               \
	do {                                                                                       \
		run(keys "\r", 896);                                                               \
		SEES("MicroK> " keys, "MicroK> ");                                                 \
	} while (0)

/* Arguments are refused alike, and --help works everywhere. */
static void test_arguments(void)
{
	static const char *const none[] = {
		"ps",    "pwd",    "free",  "df",      "mount", "sync",   "date",
		"clear", "uptime", "lspci", "history", "top",   "reboot", "poweroff"};
	char keys[64], usage[64];

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		snprintf(keys, sizeof(keys), "%s foo; echo $?; %s --help; echo $?\r", none[i],
			 none[i]);
		snprintf(usage, sizeof(usage), "usage: %s", none[i]);
		run(keys, 896);
		SEES(usage, "2", usage, "0", "MicroK> ");
	}
	LINE("cat ''; ls ''; cat -- ''; cat --help; echo --help; rm -- -x; ls -z",
	     "cat: \"\": no such file", "ls: \"\": no such file", "cat: \"\": no such file",
	     "usage: cat FILE...", "usage: echo [-n] [WORD...]", "rm: /-x: no such file",
	     "usage: ls [-l] [PATH...]");
	LINE("cd -; cd etc; cd -; cd -; cd /; cd ''", "cd: -: there is no directory to go back to",
	     "/", "/etc", "cd: \"\": no such directory");
	LINE("sleep; sleep x; sleep -1; sleep 0; sleep 0.001s; echo $?", "usage: sleep SECONDS",
	     "usage: sleep SECONDS", "usage: sleep SECONDS", "0");
	LINE("trace 0.5x; trace 60.001s; trace -n x ps",
	     "trace: \"0.5x\" is neither a command nor a time "
	     "such as 2s (at most 60s)",
	     "trace: \"60.001s\" is neither a command nor a time such as 2s (at most 60s)",
	     "usage: trace [-n N] WHAT");
}

static void test_quotes_and_variables(void)
{
	LINE("echo a   'b  c' \"d\" e\\ f", "a b  c d e f");
	LINE("x=1; y='two  words'; echo $x \"$y\" $y", "1 two  words two words");
	LINE("echo '$x' \"\\$x\" \\$x \"$x'$x'\"", "$x $x $x 1'1'");
	LINE("echo \"a\\\\b\\n\" 'a\\b' \"\"x''", "a\\b\\n a\\b x");
	LINE("echo ${x}y ${#y} ${none-d} ${none:-'a  b'} ${x:+set} \"${none}\"",
	     "1y 10 d a  b set ");
	LINE("echo ${z:=new} $z", "new new");
	LINE("f=/a/b.tar.gz; echo ${f##*/} ${f#*/} ${f%.*} ${f%%.*}",
	     "b.tar.gz a/b.tar.gz /a/b.tar /a/b");
	LINE("echo $((1 + 2 * x)) $((z2 + 1)) $(($x << 4))", "3 1 16");
	LINE("echo $((1 / 0)) not", "shell: $((...)): division by zero");
	LINE("echo $? $#", "1 0");
	LINE("echo $x$", "1$");
	LINE("e=; echo [$e] \"[$e]\" [\"$e\"] $e end", "[] [] [] end");
	LINE("unset x; echo \"<$x>\"; x=2 y=3; echo $x$y", "<>", "23");
	LINE("a=1 b=2 test -n \"\"; echo $a$b$?", "1");
	LINE("unset HOME; echo ~ ~x; HOME=/etc; echo ~ ~/x '~'", "~ ~x", "/etc /etc/x ~");
	LINE("1x=3", "1x=3: no such command (help lists all)");
	LINE("s='a b'; set -- $s \"$s\" ''; echo $#; for w in \"$@\"; do echo \"<$w>\"; done", "4",
	     "<a>", "<b>", "<a b>", "<>");
	LINE("echo \"$*\" $3 ${4-x} \"${5-none}\"; shift 2; echo $# \"$1\"", "a b a b  a b none",
	     "2 a b");
	LINE("set --; echo $# \"$@\" end; for w in \"$@\"; do echo $w; done", "0 end");
	LINE("IFS=:; p=a:b::c; for w in $p; do echo \"<$w>\"; done; unset IFS", "<a>", "<b>", "<>",
	     "<c>");
	LINE("set -u; echo $none; echo \"$?\"; set +u", "shell: none: is not set (set -u)", "1");
	LINE("echo ${none?is missing}; echo no", "shell: none: is missing",
	     "This shell does not end; poweroff switches the machine off.");
}

static void test_status_and_lists(void)
{
	LINE("true; echo $?; false; echo $?; nothing; echo $?; ls -x; echo $?", "0", "1",
	     "nothing: no such command (help lists all)", "127", "usage: ls [-l] [PATH...]", "2");
	LINE("cat /nope; echo $?; cat /etc/hello.txt && echo yes || echo no",
	     "cat: /nope: no such file", "1", "Hello from MicroK.", "yes");
	LINE("false && echo a || echo b && echo c; true || echo d", "b", "c");
	LINE("! true; echo $?; ! false && echo e", "1", "e");
	LINE("(x=inner; cd /etc; exit 7); echo $? \"$x\"; pwd", "7 2", "/");
	LINE("{ echo a; echo b; } | cat; echo a; echo b", "a", "b", "a", "b");
	LINE("sleep 0 & echo on",
	     "shell: &: a command of the shell's own cannot run in the background", "on");
	LINE("exit 3; echo no", "This shell does not end; poweroff switches the machine off.");
	LINE("echo $?", "3");
	LINE("set -e; false; echo no",
	     "This shell does not end; poweroff switches the machine off.");
	LINE("if false; then echo; fi; false || false || true; ! true; echo on; set +e", "on");
	LINE("eval 'echo $(( 1 +' 1 '))'; echo \"$(echo a; echo b)\" $(echo c; echo d)", "2", "a",
	     "b c d");
	LINE("x=$(false); echo $?; x=$(exit 4) true; echo $?; echo $(exit 5); echo $?", "1", "0",
	     "", "0");
	LINE("echo \"$(echo \"$(echo 'in  er')\")\"", "in  er");
	LINE("export --help; break; continue 1; break x", "usage: export [NAME[=VALUE]...]",
	     "shell: break: there is no loop here", "shell: continue: there is no loop here",
	     "usage: break [LEVELS]");
	LINE("echo a;; echo b", "shell: \";;\" is not expected here");
	LINE("echo a) | b", "shell: \")\" is not expected here");
	LINE("cat << x", "shell: << and <> are not supported; read from a file by <");
}

static void test_compounds(void)
{
	LINE("if test 1 -lt 2; then echo less; elif true; then echo no; else echo no; fi", "less");
	LINE("if false; then echo no; elif [ a = a ]; then echo elif; fi; if false; then :; fi; "
	     "echo $?",
	     "elif", "0");
	LINE("for i in 1 2 3 4 5; do if [ $i = 2 ]; then continue; fi; if [ $i = 4 ]; then break; "
	     "fi; "
	     "echo $i; done; echo end $i",
	     "1", "3", "end 4");
	LINE("n=0; while [ $n -lt 3 ]; do n=$((n + 1)); echo $n; done; until [ $n = 0 ]; do n=0; "
	     "done; "
	     "echo $n",
	     "1", "2", "3", "0");
	LINE("for a in 1 2; do for b in x y; do if [ $b = y ]; then continue 2; fi; echo $a$b; "
	     "done; "
	     "done",
	     "1x", "2x");
	LINE("for a in 1 2; do while true; do break 2; done; done; echo $a", "1");
	LINE("case hello.c in *.h) echo h;; *.[co]|x) echo c;; *) echo other;; esac", "c");
	LINE("case '*' in \\*) echo star;; esac; case x in '*') echo no;; esac; echo $?", "star",
	     "0");
	LINE("for w in a b; do echo $w; done | while read x; do echo \"<$x>\"; done", "<a>", "<b>");
	/* Over several lines. */
	run("for i in 1 2\rdo\recho $i\rdone\r", 896);
	SEES("MicroK> for i in 1 2", "> do", "> echo $i", "> done", "1", "2", "MicroK> ");
	run("if true &&\rfalse\rthen echo a\r\relse echo b\rfi\recho c |\rcat\r", 7);
	SEES("> ", "> else echo b", "> fi", "b", "MicroK> echo c |", "> cat", "c", "MicroK> ");
	run("while true; do\r\003echo goes on\rif x\r\004echo $?\r", 896);
	SEES("MicroK> while true; do", "> ^C", "MicroK> echo goes on", "goes on", "MicroK> if x",
	     "> ", "This shell does not end; poweroff switches the machine off.", "MicroK> echo $?",
	     "0");
	run("while true; do true; done\rx\003echo goes on $?\r", 896);
	SEES("MicroK> while true; do true; done", "shell: interrupted", "MicroK> echo goes on $?",
	     "goes on 130");
	run("while true; do cat many/file39; done; echo no\rdropped\003echo on\r", 896);
	SEES("cat: many/file39: interrupted", "MicroK> echo on", "on", "MicroK> ");
}

static void test_patterns_of_names(void)
{
	LINE("echo /etc/*", "/etc/hello.txt /etc/motd");
	LINE("cd /etc; echo *.txt h* ?otd [!h]* '*' \"*\" \\*; cd /",
	     "hello.txt hello.txt motd motd * * *");
	LINE("echo /etc/nothing* /nope/* */motd /*/hello.*",
	     "/etc/nothing* /nope/* etc/motd /etc/hello.txt");
	LINE("echo many/file1? many/file[2-3]",
	     "many/file10 many/file11 many/file12 many/file13 many/file14 many/file15 many/file16 "
	     "many/file17 many/file18 many/file19 many/file2 many/file3");
	LINE("p='/etc/m*'; echo $p \"$p\"; set -f; echo $p; set +f", "/etc/motd /etc/m*",
	     "/etc/m*");
	LINE("for f in /etc/*; do echo \"<$f>\"; done", "</etc/hello.txt>", "</etc/motd>");
	LINE("echo pro* */1/status /etc*/", "proc proc/1/status /etc/");
	LINE("ls /data/.* /data/*", "ls: /data/.*: no such file", "ls: /data/*: no such file");
}

static void test_redirection(void)
{
	LINE("echo one > /data/f; echo two >> /data/f; cat /data/f; cat < /data/f", "one", "two",
	     "one", "two");
	LINE("echo three >/data/f; cat /data/f; > /data/f; cat /data/f; echo end", "three", "end");
	LINE("cat /nope 2>/data/e; cat /data/e; cat /nope 2>> /data/e; cat /data/e",
	     "cat: /nope: no such file", "cat: /nope: no such file", "cat: /nope: no such file");
	LINE("cat /nope /etc/hello.txt > /data/f 2>&1; cat /data/f", "cat: /nope: no such file",
	     "Hello from MicroK.");
	LINE("{ echo a; nothing; echo b >&2; } > /data/f 2>/data/e; cat /data/f; cat /data/e", "a",
	     "nothing: no such command (help lists all)", "b");
	LINE("for i in 1 2; do echo $i; done > /data/f; while read x; do echo \"<$x>\"; done < "
	     "/data/f",
	     "<1>", "<2>");
	LINE("echo x > /etc/new; echo $?; cat < /nope; echo $?",
	     "shell: /etc/new: not allowed with the capability this program holds", "1",
	     "shell: /nope: no such file", "1");
	LINE("echo x > ''; echo x > /data; echo x 1>&0", "shell: \"\": no such file",
	     "shell: /data: is a directory", "shell: after >& must stand 1 or 2, after <& 0");
	LINE("f=/data/f; echo text > $f; read a < $f; echo $a; read b < /dev/null; echo $?", "text",
	     "shell: /dev/null: no such file", "1");
	LINE("top > /data/f",
	     "top: it draws on a terminal; ps writes the processes to a file or a pipe");
	/* More than one message, and less than the file system's largest file. */
	LINE("help cat cd cp df free ln ls mkdir mv rm sleep sort test touch 2>/data/e > /data/f; "
	     "cat /data/e; "
	     "cat /data/f | while read a b rest; do if [ \"$a$b\" = usage:cat ]; then echo "
	     "\"<$rest>\"; "
	     "fi; done",
	     "help: there is no command \"sort\"", "<FILE...>");
	SILENT("rm /data/f /data/e");
	/* A disk without room: reported once, by the name of the file. */
	CHECK(tested_descriptions() == 0);
}

static void test_pipelines(void)
{
	LINE("cat /etc/hello.txt | cat | cat | cat", "Hello from MicroK.");
	LINE("echo a | cat /etc/hello.txt; echo left | true; echo $?", "Hello from MicroK.", "0");
	LINE("false | true; echo $?; true | false; echo $?; ! true | false; echo $?", "0", "1",
	     "0");
	LINE("echo 'x  y' | read a b; echo \"$a,$b\"", "x,y");
	LINE("x=1; x=2 | x=3; (echo $x | { read x; echo \"<$x>\"; }); echo $x", "<3>", "3");
	LINE("cat /nope | cat; cat /nope 2>&1 | { read e; echo \"<$e>\"; }",
	     "cat: /nope: no such file", "<cat: /nope: no such file>");
	LINE("echo a b:c | { IFS=: read p q; echo \"$p|$q\"; }", "a b|c");
	LINE("echo 'a\\' > /data/f; echo b >> /data/f; read x < /data/f; read -r y < /data/f; echo "
	     "$x $y",
	     "ab a\\");
	LINE("echo 1 2 3 4 | { read a b; echo $b; }; echo '  x  ' | { read a; echo \"<$a>\"; }",
	     "2 3 4", "<x>");
	LINE("echo | read a; echo \"$? <$a>\"; echo -n end | read a; echo \"$? <$a>\"; true | read "
	     "a; "
	     "echo $?",
	     "0 <>", "1 <end>", "1");
	/* Without an end: the pipe's store is the bound. */
	LINE("while true; do cat /etc/hello.txt; done | while read x; do n=$((n + 1)); done; echo "
	     "$n",
	     "shell: a pipe holds at most 131072 bytes; the rest of the output is lost (use a file "
	     "instead)",
	     "6898");
	LINE("unset n; x=$(while true; do cat many/file39; done); echo $?",
	     "shell: $(...): its output is longer than 131072 bytes", "1");
	CHECK(spool_room() == SPOOL_BYTES);
	SILENT("rm /data/f");
}

/* Writes a file as another program would. */
static void file(const char *path, const char *text)
{
	struct dir_open_args args = {
		.flags = OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE, .mode = 0666};
	struct dir_open_result opened;
	struct file_write_result taken;
	cap_t slot = slot_alloc();

	args.path = path;
	CHECK(dir_open(data, &args, slot, &opened) == OK);
	for (size_t left = strlen(text); left > 0; left -= taken.written, text += taken.written)
		if (file_write(slot, text, MIN(left, 800), &taken) != OK)
			break;
	slot_drop(slot);
}

static void test_scripts(void)
{
	file("s",
	     "#!/bin/sh\n"
	     "# counts its words\n"
	     "echo \"$0 has $#\"\n"
	     "for w in \"$@\"\ndo\n\techo \"<$w>\" # each\ndone\n"
	     "x=changed\ncd /etc\n"
	     "exit 3\necho not here\n");
	LINE("x=1; cd /data; sh s a 'b  c'; echo $? $x; pwd", "s has 2", "<a>", "<b  c>", "3 1",
	     "/data");
	LINE("./s; /data/s 1; cd /", "./s has 0", "/data/s has 1", "<1>");
	LINE("set -- p; . /data/s; echo no", "shell has 1", "<p>",
	     "This shell does not end; poweroff switches the machine off.");
	LINE("echo $x $1; pwd; cd /; set --", "changed p", "/etc");
	file("s", "echo $a $b; b=3; return 5; echo no");
	LINE("a=1; b=2; export b; sh /data/s; echo $?; . /data/s; echo $? $b", "2", "5", "1 2",
	     "5 3");
	LINE("export; unset b; a=7 sh /data/s; export c; export", "export PATH='/bin:/boot/bin'",
	     "export TERM='xterm'", "export b='3'", "7", "export PATH='/bin:/boot/bin'",
	     "export TERM='xterm'", "export c");
	file("s", "echo line 1\nif true; then\n  echo a\n  done\nfi\n");
	LINE("sh /data/s; echo $?", "line 1", "/data/s: line 4: \"fi\" must stand before \"done\"",
	     "2");
	file("s", "echo a\nif true\nthen echo b\n");
	LINE("sh /data/s", "a", "/data/s: line 2: the text ends before this command does");
	file("s", "set -e\necho a\nif false; then :; fi\nfalse || echo b\nfalse\necho no\n");
	LINE("sh /data/s; echo $?", "a", "b", "1");
	file("s", "set -x\nx='1 2'\necho $x \"$x\"\n");
	LINE("sh /data/s", "+ echo 1 2 1 2", "1 2 1 2");
	file("s", "sh /data/s\n");
	run("sh /data/s; echo $?\r", 896);
	CHECK(strcmp(screen.row[screen.at_row], "MicroK> ") == 0);
	file("s", "#!/bin/lua\n");
	LINE("/data/s; echo $?", "shell: /data/s: its first line asks for \"lua\"; there is sh",
	     "126");
	file("s", "\177ELF");
	LINE("/data/s; echo $?",
	     "shell: /data/s: it is a program; this shell runs scripts and its own commands",
	     "126");
	LINE("/data/none; echo $?; sh /etc; echo $?; sh; sh -x y",
	     "shell: /data/none: no such file", "127", "shell: /etc: is a directory", "126",
	     "usage: sh [-c TEXT | FILE] [WORD...]", "usage: sh [-c TEXT | FILE] [WORD...]");
	LINE("sh -c 'echo $0 $1; exit 4' name one; echo $?; echo 'echo in' | sh", "name one", "4",
	     "in");
	LINE("cat many/file39 many/file39 many/file39 | sh; echo $?",
	     "shell: the script is longer than 65,536 bytes, or than the memory left", "126");
	file("s", "while true\ndo\n:\ndone\n");
	run("sh /data/s; echo no\r\003echo on $?\r", 896);
	SEES("MicroK> echo on $?", "on 130");
	SILENT("rm /data/s");
}

static void test_questions(void)
{
	run("echo -n 'Your name? '; read n; echo \"Hello, $n.\"\rAnna\x7f"
	    "e\r",
	    896);
	SEES("Your name? Anne", "Hello, Anne.", "MicroK> ");
	run("read a b\r  one two three \r", 3);
	run("echo \"$a/$b\"\r", 896);
	SEES("one/two three");
	run("read a\r\004echo $?; history\r", 896);
	SEES("MicroK> echo $?; history", "1");
	run("while read a; do echo \"<$a>\"; done\rx\r\003echo on\r", 896);
	SEES("x", "<x>", "shell: interrupted", "MicroK> echo on", "on");
	run("{ echo -n 'Q '; read a; } > /data/f\rx\rcat /data/f; echo $a; rm /data/f\r", 896);
	SEES("x", "MicroK> cat /data/f; echo $a; rm /data/f", "Q x");
}

static void test_conditions(void)
{
	static const struct {
		const char *words;
		int status;
	} cases[] = {
		{"", 1},         {"x", 0},        {"''", 1},           {"-n x", 0},
		{"-z x", 1},     {"! x", 1},      {"! ! x", 0},        {"x = x", 0},
		{"x != x", 1},   {"! = !", 0},    {"! x = y", 0},      {"2 -eq 2", 0},
		{"2 -ne 2", 1},  {"-3 -lt 2", 0}, {"3 -le 2", 1},      {"3 -gt 2", 0},
		{"2 -ge 3", 1},  {"x -a ''", 1},  {"x -o ''", 0},      {"-e /etc", 0},
		{"-f /etc", 1},  {"-d /etc", 0},  {"-f /etc/motd", 0}, {"-s /etc/motd", 0},
		{"-e /nope", 1}, {"x -eq 2", 2},  {"2 -xx 2", 2},      {"-y z", 2},
		{"a b c d", 2},
	};
	char keys[100], want[8];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(keys, sizeof(keys), "test %s 2>/data/e; echo \"=$?\"\r", cases[i].words);
		snprintf(want, sizeof(want), "=%d", cases[i].status);
		run(keys, 896);
		SEES(want, "MicroK> ");
		snprintf(keys, sizeof(keys), "[ %s ] 2>/data/e; echo \"=$?\"\r", cases[i].words);
		run(keys, 896);
		SEES(want, "MicroK> ");
	}
	LINE("[ a; test -q x; rm /data/e", "[: \"]\" is missing at the end",
	     "test: -q: not a condition that it knows, or not a number");
}

/* Deep nesting of every kind ends in a message, and the shell goes on. */
static void test_limits(void)
{
	static char keys[4000];

	strcpy(keys, "f='eval \"$f\"'; eval \"$f\"; echo $?\r");
	run(keys, 896);
	SEES("shell: commands run in each other more than 40 levels deep",
	     "This shell does not end; poweroff switches the machine off.");
	keys[0] = '\0';
	for (int i = 0; i < 30; i++)
		strcat(keys, "( ");
	strcat(keys, "true\r");
	run(keys, 896);
	SEES("shell: commands are in each other more than 20 levels deep");
	strcpy(keys, "x=1234567890; for i in 1 2 3 4 5 6 7 8 9 10 11; do x=$x$x; done; echo $?\r");
	run(keys, 896);
	SEES("shell: a word is longer than 4,095 bytes");
	strcpy(keys, "x='1 2 3 4 5 6 7 8 9 0 '; x=$x$x$x$x$x$x$x$x$x$x; set -- $x $x $x $x $x $x "
		     "$x $x $x $x "
		     "$x; echo $#\r");
	run(keys, 896);
	SEES("shell: too many words (at most 1,024)", "0");
	run("echo alive\r", 896);
	SEES("alive", "MicroK> ");
	/* A command of many lines, up to its limit. */
	keys[0] = '\0';
	for (int i = 0; i < 30; i++)
		strcat(keys, "echo ##################################################\r");
	static char many[20000];
	strcpy(many, "if true\rthen\r");
	for (int i = 0; i < 11; i++)
		strcat(many, keys);
	run(many, 896);
	SEES("shell: the command is longer than 16,384 bytes, so it was not run; a script may be "
	     "longer");
}

/* No line leaks a slot, an open file, memory or a pipe's block. */
static void test_leaks(void)
{
	static const char keys[] =
		"for f in /etc/* /nope; do cat $f | cat | while read x; do echo $x; done; done "
		"2>&1 > /data/f\r"
		"x=$(cat /etc/hello.txt; exit 3) sh -c 'echo $x' < /etc/motd >> /data/f 2>/data/g\r"
		"cat < /nope > /data/f; echo a > /data/f > /nope/x 2> /data/g; (cd /etc; ls * | "
		"true)\r"
		"while true; do break; done | cat | false; if; ${x?y}; $(exit 2)\rsh /data/f; rm "
		"/data/f /data/g\r";
	u32 slots = slots_free_count(), caps = kernel_caps();

	for (int i = 0; i < 20; i++)
		run(keys, 896);
	CHECK(slots_free_count() == slots && kernel_caps() == caps);
	CHECK(spool_room() == SPOOL_BYTES && tested_descriptions() == 0);
}

/* Any line ends in the next prompt. */
static void test_fuzz(unsigned long seed)
{
	static const char *const pieces[] = {
		"echo ",      "a ",          "'",          "\"",
		"\\",         "$x ",         "${x:-b} ",   "$(echo c) ",
		"; ",         "| ",          "cat ",       "&& ",
		"|| ",        "! ",          "> /data/f ", "< /etc/motd ",
		"2>&1 ",      "( ",          ") ",         "{ ",
		"} ",         "if ",         "then ",      "fi ",
		"for x in ",  "do ",         "done ",      "x=1 ",
		"* ",         "/etc/* ",     "$((x+1)) ",  "read y ",
		"set -- ",    "$@ ",         "\"$@\" ",    "true ",
		"false ",     "break ",      "exit ",      "\r",
		"case x in ", ") ",          ";; ",        "esac ",
		"cd / ",      "[ a = a ] ",  "shift ",     "eval ",
		". /data/f ", "sh /data/f ", "$",          "`",
		"~ ",         "# "};
	unsigned long state = seed;
	char keys[600];

	for (int round = 0; round < 3000; round++) {
		u32 wanted = random_next(&state) % 16;
		keys[0] = '\0';
		for (u32 i = 0; i < wanted; i++)
			strcat(keys, pieces[random_next(&state) % ARRAY_LEN(pieces)]);
		strcat(keys, "\r\003\003echo alive\r");
		run(keys, 896);
		if (strcmp(screen.row[screen.at_row > 0 ? screen.at_row - 1 : 0], "alive") != 0 ||
		    strcmp(screen.row[screen.at_row], "MicroK> ") != 0) {
			printf("round %d: <%s>\n", round, keys);
			show_screen();
			check_failures++;
			return;
		}
	}
	CHECK(spool_room() == SPOOL_BYTES);
}

int main(int count, char **words)
{
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %lu\n", seed);
	start();
	columns = narrowest = 400; /* no line scrolls */
	kernel_grant("/data", data, NULL, 0);
	test_arguments();
	test_quotes_and_variables();
	test_status_and_lists();
	test_compounds();
	test_patterns_of_names();
	test_redirection();
	test_pipelines();
	test_scripts();
	test_questions();
	test_conditions();
	test_limits();
	test_leaks();
	test_fuzz(seed);
	return check_result("language");
}
