/* A person at the shell: its commands, the editor and the terminal. */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "person.h"
#include "protocols/dir.h"
#include "user/shell/editor.h"

/* ---- the actions of the person ---- */

static void test_commands(size_t bytes)
{
	run("uname -a\runame\runame -rm\runame -x\r", bytes);
	SEES("MicroK> uname -a", "MicroK 1.0 x86_64 microkernel", "MicroK> uname", "MicroK",
	     "MicroK> uname -rm", "1.0 x86_64", "MicroK> uname -x", "usage: uname [-asrm]",
	     "MicroK> ");

	run("cat /proc/ipc_stats\rcat /etc/hello.txt etc/motd\rcat /etc /etc/nope\rcat\r", bytes);
	SEES("MicroK> cat /proc/ipc_stats", "IPC calls: 1,234,567", "Average latency: 183 cycles",
	     "MicroK> cat /etc/hello.txt etc/motd", "Hello from MicroK.", "no end of line",
	     "MicroK> cat /etc /etc/nope", "cat: /etc: is a directory (ls lists its entries)",
	     "cat: /etc/nope: no such file", "MicroK> cat", "usage: cat FILE...", "MicroK> ");

	run("echo a   'b  c' \"d\"\recho -n x\recho\recho 'a\recho a >\r# nothing\r\r", bytes);
	SEES("MicroK> echo a   'b  c' \"d\"", "a b  c d", "MicroK> echo -n x", "x", "MicroK> echo",
	     "", "MicroK> echo 'a", "shell: a quote is opened and not closed", "MicroK> echo a >",
	     "shell: a file must stand after <, > and >>", "MicroK> # nothing", "MicroK> ",
	     "MicroK> ");

	run("ls /\rcd etc\rpwd\rls\rls -l .\rcat ../etc/./hello.txt\rcd nope\rcd "
	    "hello.txt\rcd\rpwd\r",
	    bytes);
	SEES("MicroK> ls /", "boot/  etc/   many/  proc/", "MicroK> cd etc", "MicroK> pwd", "/etc");
	SEES("MicroK> ls", "hello.txt  motd", "MicroK> ls -l .",
	     "-r--r--r--   1           19                 -  hello.txt",
	     "-r--r--r--   1           14                 -  motd",
	     "MicroK> cat ../etc/./hello.txt", "Hello from MicroK.", "MicroK> cd nope",
	     "cd: nope: no such directory", "MicroK> cd hello.txt",
	     "cd: hello.txt: not a directory, or a part of the path is not one", "MicroK> cd",
	     "MicroK> pwd", "/", "MicroK> ");

	run("ls many\rls etc/motd nope boot\rls -x\rls /proc\r", bytes);
	SEES("MicroK> ls many",
	     "file0   file12  file16  file2   file23  file27  file30  file34  file38  file6");
	SEES("etc/motd", "ls: nope: no such file", "boot:", "init", "MicroK> ls -x",
	     "usage: ls [-l] [PATH...]");
}

static void test_processes(void)
{
	proc_server_pings = 0;
	run("ps\rcaps vfs\rcaps 12\rcaps\rcaps nobody\rcaps 1 2\ruptime\r", 896);
	SEES("MicroK> ps",
	     "  ID  NAME         STATE      PRI          TIME    IPC CALLS  MEMORY USED",
	     "   1  init         receiving   30          2 ms    1,234,567     100 / 512 KiB",
	     "   3  vfs          ready       30          2 ms    1,234,567     100 / 512 KiB",
	     "  12  shell        awaiting    30          2 ms    1,234,567     100 / 512 KiB",
	     "MicroK> caps vfs", "SLOT AND TYPE                 RIGHTS         OBJECT    ",
	     "1 Untyped                     -w--:--------  1003        size 128  memory",
	     "`- 2 Endpoint                 rw--:0------7  1003        badge 3",
	     "2 capabilities of vfs (process 3)", "MicroK> caps 12");
	SEES("2 capabilities of 12 (process 12)", "MicroK> caps");
	SEES("2 capabilities of shell (process 12)", "MicroK> caps nobody",
	     "caps: there is no process \"nobody\" (ps lists them)", "MicroK> caps 1 2",
	     "usage: caps [-t] [ID | NAME]");

	/* The tree; the shell played here has no trace. */
	run("caps -t vfs\rcaps -t nobody\rcaps -t 3 4\rtrace\rtrace -n 0 ps\rtrace ps\rtrace trace "
	    "ps\r"
	    "trace 61s\r",
	    896);
	SEES("MicroK> caps -t vfs", "vfs 1: Untyped w  512 KiB  memory",
	     "?? vfs 2: Endpoint rw+07  badge 3  0 messages",
	     "2 capabilities of vfs, and their ancestors", "MicroK> caps -t nobody",
	     "caps: there is no process \"nobody\" (ps lists them)", "MicroK> caps -t 3 4",
	     "usage: caps [-t] [ID | NAME]", "MicroK> trace", "usage: trace [-n N] WHAT",
	     "MicroK> trace -n 0 ps", "usage: trace [-n N] WHAT", "MicroK> trace ps",
	     "trace: this shell was not given \"trace.switch\"; grant it in system.conf");
	SEES("MicroK> trace trace ps", "trace: it cannot trace itself", "MicroK> trace 61s",
	     "trace: \"61s\" is neither a command nor a time such as 2s (at most 60s)");

	/* Tables too long for the shell, and for the VFS. */
	static const u32 many[] = {1000, 2000};
	for (u32 i = 0; i < 2; i++) {
		proc_server_caps = many[i];
		run("caps 3\r", 896);
		bool told = false;
		for (int row = 0; row <= screen.at_row; row++)
			told |= strncmp(screen.row[row], "caps: there are more", 20) == 0;
		CHECK(told == (i == 1));
	}
	proc_server_caps = 2100;
	run("caps -t 3\r", 896);
	SEES("caps: there are more than 2,048 capabilities; the others are left out");
	proc_server_caps = 2;

	run("ipcbench 100\ripcbench x\ripcbench 0\ripcbench 99999999\r", 896);
	CHECK(proc_server_pings == 101);
	SEES("MicroK> ipcbench 100", "100 round trips to init (supervise.ping)");
	SEES("MicroK> ipcbench x", "usage: ipcbench [CALLS]", "MicroK> ipcbench 0",
	     "ipcbench: the number of calls must be from 1 to 50,000", "MicroK> ipcbench 99999999");

	struct file_write_result taken;
	CHECK(file_write(log_writer, "one\ntwo\nthree\n", 14, &taken) == OK);
	run("dmesg\rdmesg -n 2\rdmesg -n 0\rdmesg -n 99\rdmesg -n x\rdmesg 2\r", 896);
	SEES("MicroK> dmesg", "service 6: one", "service 6: two", "service 6: three",
	     "MicroK> dmesg -n 2", "service 6: two", "service 6: three", "MicroK> dmesg -n 0",
	     "MicroK> dmesg -n 99", "service 6: one", "service 6: two", "service 6: three");
	SEES("MicroK> dmesg -n x", "usage: dmesg [-n LINES]", "MicroK> dmesg 2",
	     "usage: dmesg [-n LINES]", "MicroK> ");

	run("free\rlspci\rfree all\r", 896);
	SEES("MicroK> free", "    TOTAL KIB          USED    PAGE CACHE          FREE",
	     "       65,536         1,024         3,072        61,440", "MicroK> lspci",
	     "lspci: proc does not list PCI; \"uses pci list\" in system.conf allows it",
	     "MicroK> free all", "usage: free");

	run("poweroff\rreboot\r", 896);
	SEES("MicroK> poweroff",
	     "poweroff: the machine could not be switched off: the device failed", "MicroK> reboot",
	     "reboot: the machine could not be restarted: the device failed", "MicroK> ");
	u32 outs = kernel_out_count;
	run("poweroff --help\rreboot -h\rtrace poweroff now\rpwd x\r", 896);
	CHECK(kernel_out_count == outs);
	SEES("MicroK> poweroff --help", "usage: poweroff", "MicroK> reboot -h", "usage: reboot");
	SEES("MicroK> pwd x", "usage: pwd", "MicroK> ");
}

/* Servers that ended: their grants are empty slots now. */
static void test_no_servers(void)
{
	kernel_grant("log", SLOT_FREE - 1, NULL, 0);
	kernel_grant("power", SLOT_FREE - 1, NULL, 0);
	run("dmesg\rpoweroff\rreboot\r", 896);
	SEES("MicroK> dmesg", "dmesg: the log could not be read: it is not running",
	     "MicroK> poweroff",
	     "poweroff: the machine could not be switched off: the power server is not running",
	     "MicroK> reboot",
	     "reboot: the machine could not be restarted: the power server is not running",
	     "MicroK> ");
}

/* The reason why there are no files is reported as it is; facts that init alone provides are still shown. */
static void test_no_files(void)
{
	/* An empty slot: taken back when the server ended. */
	kernel_grant("/", SLOT_FREE - 1, NULL, 0);
	kernel_grant("/proc", SLOT_FREE - 1, NULL, 0);
	run("ls\rps\rcat /etc/motd\rcd etc\rcaps\rcaps nobody\rcaps -t vfs\r", 896);
	SEES("MicroK> ls", "ls: .: the file system is not running", "MicroK> ps",
	     "ps: /proc: the file system is not running", "MicroK> cat /etc/motd",
	     "cat: /etc/motd: the file system is not running", "MicroK> cd etc",
	     "cd: etc: the file system is not running", "MicroK> caps",
	     "caps: process 12: the file system is not running", "MicroK> caps nobody",
	     "caps: there is no process \"nobody\" (ps lists them)", "MicroK> caps -t vfs",
	     "vfs 1: Untyped w  512 KiB  memory");
	run("df\rmount\r", 896);
	SEES("DIRECTORY        TYPE                 KIB       KIB FREE  FILES FREE",
	     "df: /: the file system is not running", "df: /proc: the file system is not running",
	     "MicroK> mount", "DIRECTORY        TYPE        FROM",
	     "mount: /: the file system is not running",
	     "mount: /proc: the file system is not running");
	kernel_grant("/", 0, NULL, 0);
	kernel_grant("/proc", 0, NULL, 0);
	run("cat /etc/motd\r", 896);
	SEES("cat: /etc/motd: this program was given no directory (\"uses vfs as /\")");
	kernel_grant("/", files, NULL, 0);
	kernel_grant("/proc", processes, NULL, 0);
}

/* Each message about a name with control bytes, which a person types by Tab, shows it safely, as the line itself does. */
static void test_control_names(void)
{
	run("cat /data/a\t\x7f/x\rtouch /data/a\t\x7f/x\rmkdir /data/a\t\rcd /data/a\t\r"
	    "cp /data/a\t\x7f/x /data/y\rls /data/a\t/x\rln /data/a\t/data/a\t\r"
	    "rm /data/a\t\x7f/x\rmv /data/a\t\x7f/x /data/y\rmv /data/a\t/nowhere/x\r",
	    896);
	SEES("MicroK> cat /data/a?[2Jb/x",
	     "cat: /data/a?[2Jb/x: not a directory, or a part of the path is not one",
	     "MicroK> touch /data/a?[2Jb/x",
	     "touch: /data/a?[2Jb/x: not a directory, or a part of the path is not one",
	     "MicroK> mkdir /data/a?[2Jb ", "mkdir: /data/a?[2Jb: exists already",
	     "MicroK> cd /data/a?[2Jb ",
	     "cd: /data/a?[2Jb: not a directory, or a part of the path is not one",
	     "MicroK> cp /data/a?[2Jb/x /data/y",
	     "cp: /data/a?[2Jb/x: not a directory, or a part of the path is not one");
	SEES("MicroK> ls /data/a?[2Jb /x", "/data/a?[2Jb", "ls: /x: no such file",
	     "MicroK> ln /data/a?[2Jb /data/a?[2Jb ", "ln: /data/a?[2Jb: exists already",
	     "MicroK> rm /data/a?[2Jb/x",
	     "rm: /data/a?[2Jb/x: not a directory, or a part of the path is not one",
	     "MicroK> mv /data/a?[2Jb/x /data/y",
	     "mv: /data/a?[2Jb/x: not a directory, or a part of the path is not one",
	     "MicroK> mv /data/a?[2Jb /nowhere/x",
	     "mv: /data/a?[2Jb to /nowhere/x: not allowed with the capability this program holds");
	/* A directory's name in a title, as the working directory, and in a path that is not there. */
	CHECK(dir_mkdir(data, &(struct dir_mkdir_args){.mode = 0755, .path = "d\033[2J"}) == OK);
	run("ls /data/d\t /data/nope\rcd /data/d\t\rpwd\rmv . x/y\rcd /\r"
	    "rm -r /data/d\t\r",
	    896);
	SEES("MicroK> ls /data/d?[2J/ /data/nope", "/data/d?[2J/:", "ls: /data/nope: no such file",
	     "MicroK> cd /data/d?[2J/", "MicroK> pwd", "/data/d?[2J", "MicroK> mv . x/y");
	CHECK(screen.cleared == 0);
}

/* U+009B is ESC [ in one character to a terminal that has these controls of ECMA-48, as the page's has. The screen fails
 * for it. */
static void test_c1_names(void)
{
	CHECK(dir_mkdir(data, &(struct dir_mkdir_args){
				      .mode = 0755, .path = "C\302\2332Jd\302\251"}) == OK);
	for (size_t bytes = 1; bytes <= 896; bytes += 895) {
		run("ls /data\rls -l /data\rmkdir /data/C\t\rcat \302\2332J\r\302\233\r", bytes);
		SEES("MicroK> ls -l /data",
		     "drwxr-xr-x   1            0  1970-01-02 00:00  C?2Jd?/");
		SEES("MicroK> mkdir /data/C?2Jd?/", "mkdir: /data/C?2Jd?/: exists already",
		     "MicroK> cat ?2J", "cat: ?2J: no such file", "MicroK> ?",
		     "?: no such command (help lists all)");
	}
	run("rm -r /data/C\t\r", 896);
}

/* A column is as wide as its names look: a character of two bytes takes one place. */
static void test_columns_of_long_characters(void)
{
	run("mkdir /data/e\303\251\303\251\303\251\303\251\303\251o /data/x\rls /data\r", 896);
	SEES("MicroK> ls /data", "a?[2Jb    e?????o/  x/");
	run("rm -r /data/e\303\251\303\251\303\251\303\251\303\251o /data/x\r", 896);
}

/* The commands that change files. */
static void test_changes(void)
{
	kernel_grant("/data", data, NULL, 0);
	run("mkdir /data/d /data/d\rmkdir\rcp /etc/hello.txt /data/d\rcp /etc/hello.txt "
	    "/data/h\rcat /data/d/hello.txt\r"
	    "ls /data\rls -l /data\rcp /data/h /data/h\rcp /data/d /data/x\rmkdir /etc/d\rcp "
	    "/data/h /etc\r",
	    896);
	SEES("MicroK> mkdir /data/d /data/d", "mkdir: /data/d: exists already", "MicroK> mkdir",
	     "usage: mkdir DIRECTORY...", "MicroK> cp /etc/hello.txt /data/d",
	     "MicroK> cp /etc/hello.txt /data/h", "MicroK> cat /data/d/hello.txt",
	     "Hello from MicroK.", "MicroK> ls /data", "d/  h", "MicroK> ls -l /data",
	     "drwxrwxrwx   1            0  1970-01-02 00:00  d/",
	     "-rw-rw-rw-   1           19  1970-01-02 00:00  h", "MicroK> cp /data/h /data/h",
	     "cp: /data/h: exists already", "MicroK> cp /data/d /data/x",
	     "cp: /data/d: is a directory", "MicroK> mkdir /etc/d",
	     "mkdir: /etc/d: not allowed with the capability this program holds",
	     "MicroK> cp /data/h /etc",
	     "cp: /etc/h: not allowed with the capability this program holds");
	run("cd /data\rmv h d/i\rls d\rln d/i j\rln -s d/i s\rln s\rls -l\rcat s\rmv d/i "
	    "/etc/i\rmv nope x\rtouch t d\rls\r"
	    "sync\rdf\rmount\r",
	    896);
	SEES("MicroK> ls d", "hello.txt  i", "MicroK> ln d/i j", "MicroK> ln -s d/i s",
	     "MicroK> ln s", "usage: ln [-s] TARGET NAME", "MicroK> ls -l",
	     "drwxrwxrwx   1            0  1970-01-02 00:00  d/",
	     "-rw-rw-rw-   2           19  1970-01-02 00:00  j",
	     "lrwxrwxrwx   1            3  1970-01-02 00:00  s", "MicroK> cat s",
	     "Hello from MicroK.", "MicroK> mv d/i /etc/i",
	     "mv: d/i to /etc/i: not allowed with the capability this program holds",
	     "MicroK> mv nope x", "mv: nope: no such file", "MicroK> touch t d", "MicroK> ls",
	     "d/  j   s   t", "MicroK> sync", "MicroK> df",
	     "DIRECTORY        TYPE                 KIB       KIB FREE  FILES FREE",
	     "/                archive               28              0           0  read-only",
	     "/proc            proc                   0              0           0",
	     "/data            memory                 0              0          42",
	     "MicroK> mount", "DIRECTORY        TYPE        FROM",
	     "/                archive     the namespace, read-only",
	     "/proc            proc        the namespace, read-only",
	     "/data            memory      the namespace");
	run("mkdir d/e\rmv d d/e/x\rmv d d\rrm -r d/e\r", 896);
	SEES("MicroK> mv d d/e/x",
	     "mv: d: a directory cannot be moved into itself; /data/d/e/x is below it, so choose "
	     "another place",
	     "MicroK> mv d d",
	     "mv: d: a directory cannot be moved into itself; /data/d/d is below it, so choose "
	     "another place",
	     "MicroK> rm -r d/e");
	/* POSIX (XCU rm): the root and paths that end in dot or dot-dot are left as they are. */
	run("mkdir d/e\rcd d/e\rrm -r . .. ../. ../..// e/../.. d/.\rrm -r / // ///. /data/..\rrm "
	    "../..\r"
	    "cd /data\rls d\rrm -r d/e/\r",
	    896);
	SEES("rm: .: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: ..: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: ../.: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: ../..//: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: e/../..: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: d/.: a path that ends in . or .. is not removed; give the directory's name");
	SEES("MicroK> rm -r / // ///. /data/..", "rm: /: the root directory is not removed",
	     "rm: //: the root directory is not removed",
	     "rm: ///.: a path that ends in . or .. is not removed; give the directory's name",
	     "rm: /data/..: a path that ends in . or .. is not removed; give the directory's name",
	     "MicroK> rm ../..",
	     "rm: ../..: a path that ends in . or .. is not removed; give the directory's name",
	     "MicroK> cd /data", "MicroK> ls d", "e/         hello.txt  i", "MicroK> rm -r d/e/");
	run("rm d\rrm -x\rrm -r d nope\rls\rrm j s t\rls\rcd /\r", 896);
	SEES("MicroK> rm d", "rm: /data/d: is a directory", "MicroK> rm -x",
	     "usage: rm [-r] PATH...", "MicroK> rm -r d nope", "rm: /data/nope: no such file",
	     "MicroK> ls", "j  s  t", "MicroK> rm j s t", "MicroK> ls", "MicroK> cd /");
	CHECK(tested_descriptions() == 0 && tested_nodes() == 1);
	/* A name that another program has made cannot command the terminal. */
	cap_t slot = slot_alloc();
	struct dir_open_result opened;
	CHECK(dir_open(data,
		       &(struct dir_open_args){
			       .flags = OPEN_WRITE | OPEN_CREATE, .path = "a\033[2Jb"},
		       slot, &opened) == OK);
	slot_drop(slot);
	run("ls /data\rls -l /data\rrm -r /data/nothing/x\r", 896);
	SEES("MicroK> ls /data", "a?[2Jb", "MicroK> ls -l /data",
	     "----------   1            0  1970-01-02 00:00  a?[2Jb");
	test_control_names();
	test_c1_names();
	test_columns_of_long_characters();
	CHECK(dir_unlink(data, &(struct dir_unlink_args){.path = "a\033[2Jb"}) == OK);
	kernel_grant("/data", 0, NULL, 0);
}

/* A move to another file system needs the two servers, and no other. */
static void test_moves_across(void)
{
	kernel_grant("/", files_to_write, NULL, 0);
	kernel_grant("/proc", SLOT_FREE - 1, NULL, 0);
	kernel_grant("/data", data, NULL, 0);
	run("mv /etc/motd /data\rls /data\rrm /data/motd\r", 896);
	SEES("MicroK> mv /etc/motd /data", "mv: /etc/motd: is read-only", "MicroK> ls /data",
	     "motd");
	kernel_grant("/data", 0, NULL, 0);
	kernel_grant("/proc", processes, NULL, 0);
	kernel_grant("/", files, NULL, 0);
}

/* ^C ends a command that copies; text before it is dropped, and text after it is the next line. */
static void test_interrupt(size_t bytes)
{
	run("cat many/file39 etc/motd\rdropped\rx\003echo goes on\r", bytes);
	SEES("cat: many/file39: interrupted", "MicroK> echo goes on", "goes on", "MicroK> ");
	/* Without ^C the lines that are typed meanwhile wait. */
	run("cat many/file39 etc/motd\recho waited\r", bytes);
	SEES("no end of line", "MicroK> echo waited", "waited", "MicroK> ");
}

/* Keys that mean nothing to top are dropped, and those after q are the next line. */
static void test_top(size_t bytes)
{
	static char keys[] = "top\rxy\rqecho goes on\rtop\r\003echo again\r";

	run(keys, bytes);
	SEES("MicroK> echo goes on", "goes on");
	SEES("MicroK> echo again", "again", "MicroK> ");
	SEES("3 processes, idle 0.0%; q or ^C ends",
	     "  ID  NAME         STATE      PRI   SHARE          TIME  MEMORY USED");
}

static void test_date(void)
{
	struct microk_info before = (*machine_info);

	(*machine_info).tsc_hz = ~0ul; /* no second passes */
	run("date\r", 896);
	SEES("date: unknown: this machine has no real-time clock, or it was never set");
	(*machine_info).boot_date = 951868799;
	run("date\rdate now\r", 896);
	SEES("Tue 2000-02-29 23:59:59 UTC", "MicroK> date now", "usage: date");
	(*machine_info).boot_date = 4102444800;
	run("date\r", 896);
	SEES("Fri 2100-01-01 00:00:00 UTC");
	(*machine_info).boot_date = 1793664000;
	run("date\r", 896);
	SEES("Tue 2026-11-03 00:00:00 UTC");
	(*machine_info) = before;
}

static void test_help(void)
{
	static const char *const names[] = {
		"help",  "ls",     "cat",      "echo",     "uname",  "ps",   "caps",
		"clear", "uptime", "ipcbench", "poweroff", "reboot", "date", "dmesg"};

	run("help\r", 896);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		bool listed = false;
		for (int row = 0; row <= screen.at_row; row++)
			listed |= strncmp(screen.row[row] + 2, names[i], strlen(names[i])) == 0;
		CHECK(listed);
	}
	CHECK(screen.widest <= 79);
	run("help uname nope\rhlep\rqqqqqq\rcta x\r", 896);
	SEES("MicroK> help uname nope", "usage: uname [-asrm]", "Name the system.",
	     "-s name, -r release, -m machine, -a all of these and the kind of kernel.",
	     "help: there is no command \"nope\"", "MicroK> hlep",
	     "hlep: no such command; did you mean \"help\"? (help lists all)", "MicroK> qqqqqq",
	     "qqqqqq: no such command (help lists all)", "MicroK> cta x",
	     "cta: no such command; did you mean \"cat\"? (help lists all)", "MicroK> ");
}

static void test_editing(size_t bytes)
{
	run("ecko hi\x1b[D\x1b[D\x1b[D\x1b[D\x7fh\r\x1b[A\x1b[B\x1b[A!\r", bytes);
	SEES("MicroK> echo hi", "hi", "MicroK> echo hi!", "hi!", "MicroK> ");

	run("not this\x03"
	    "echo that\r\x04"
	    "clear\r\x0c"
	    "echo x\r",
	    bytes);
	SEES("MicroK> not this^C", "MicroK> echo that", "that", "MicroK> ",
	     "This shell does not end; poweroff switches the machine off.", "MicroK> clear");
	CHECK(screen.cleared == 3);

	run("echo one\r\necho two\necho three\r", bytes); /* CR LF is one Enter */
	SEES("MicroK> echo one", "one", "MicroK> echo two", "two", "MicroK> echo three", "three",
	     "MicroK> ");

	run("una\t -a\rcat /et\thel\t\rcat /proc/i\t\rhelp upt\t\r", bytes);
	SEES("MicroK> uname  -a", "MicroK 1.0 x86_64 microkernel", "MicroK> cat /etc/hello.txt ",
	     "Hello from MicroK.", "MicroK> cat /proc/ipc_stats ", "IPC calls: 1,234,567");
	SEES("MicroK> help uptime ", "usage: uptime");

	/* The traced command is a command line of its own. */
	run("trace cat /et\thel\t\rtrace -n 5 upt\t\rtrace ps /et\t\r", bytes);
	SEES("MicroK> trace cat /etc/hello.txt ");
	SEES("MicroK> trace -n 5 uptime ");
	SEES("MicroK> trace ps /et");

	/* ^R: by its part, an older one, and another key goes on with the line. */
	run("echo alpha\recho beta\recho alphabet\r\x12lpha\r\x12lpha\x12\r", bytes);
	SEES("MicroK> echo alphabet", "alphabet", "MicroK> echo alphabet", "alphabet",
	     "MicroK> echo alpha", "alpha", "MicroK> ");
	run("mine\022zzz\007!\001echo \r\022alpXQ\177\177\005 end\r", bytes);
	SEES("MicroK> echo mine!", "mine!", "MicroK> echo alpha end", "alpha end", "MicroK> ");
	run("echo a\x12zz\x03"
	    "echo b\r",
	    bytes);
	SEES("MicroK> echo a^C", "MicroK> echo b", "b");

	run("c\t\x15"
	    "cat /nowhere/\t\x15"
	    "echo ok\r",
	    bytes);
	SEES("MicroK> c", "caps   cat    cd     clear  cp", "MicroK> echo ok", "ok");
}

#define LONG (EDITOR_MAX + 100)
#define TOO_LONG                                                                                   \
	"That line is too long: its end is lost, so it was not run. The limit is 4,095 bytes."

/* Types a line that is too long and `keys`, then Enter. */
static void type_long_line(const char *keys)
{
	static char line[LONG + 100];

	memset(line, 'x', LONG);
	memcpy(line, "echo ", 5);
	snprintf(line + LONG, sizeof(line) - LONG, "%s\r", keys);
	run(line, 896);
}

/* An incomplete line is not run, whatever is typed after the part that did not fit, unless something is deleted from it or
 * another line is put in its place. */
static void test_lost(void)
{
	static const char *const same[] = {
		"", "\xc3\xa9", "\x1b[D", "\x1b[C", "\t", "\x01", "\x1b[D\xc3\xa9"};
	static const char *const shorter[] = {"\x7f", "\x7f\x1b[D", "\x17\x19"};

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		type_long_line(same[i]);
		SEES(TOO_LONG, "MicroK> ");
	}
	for (size_t i = 0; i < ARRAY_LEN(shorter); i++) {
		type_long_line(shorter[i]);
		CHECK(screen.at_row >= 2 && screen.row[screen.at_row - 1][0] == 'x');
	}
	run("echo earlier\r", 64);
	type_long_line("\x1b[A");
	SEES("MicroK> echo earlier", "earlier", "MicroK> ");
}

static void test_terminal(void)
{
	/* A narrow terminal: the line scrolls, and the last column is never passed. */
	columns = 30;
	run("echo 0123456789 0123456789 0123456789\x01\x05\r", 1);
	SEES("MicroK> 0123456789 0123456789");
	columns = 80;

	/* The size is asked for once at each prompt; an answer meanwhile counts from the next key on. */
	static const char keys[] = "echo 0123456789 0123456789\x01\x05 x\x01\x05\r";
	measured = 0;
	resize_at = keys + 30;
	run(keys, 1);
	SEES("MicroK> 23456789 0123456789 x");
	CHECK(measured == 2);
	resize_at = NULL;
	columns = 132;

	/* Another terminal that shows the same is narrower: it gets no character beyond its edge but with the line. */
	narrowest = 40;
	screen_empty(&screen);
	run("echo 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\r", 1);
	SEES("MicroK> echo 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789",
	     "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789");
	screen_width = 40;
	run("echo 0123456789 0123456789 0123456789 0123456789\x01\x05\x01# \r", 1);
	CHECK(screen.at_row == 2 &&
	      screen.row[0][0] == '\0'); /* one row for the line, one for the prompt */
	screen_width = 0;
	narrowest = columns = 80;

	/* The bell rings once when the line is full, and an incomplete line is not run. */
	static char longest[LONG + 2];
	memset(longest, 'x', LONG);
	memcpy(longest, "echo ", 5);
	longest[LONG] = '\r';
	run(longest, 896);
	CHECK(screen.bells == 1);
	SEES(TOO_LONG, "MicroK> ");

	/* A console that dies under a read is put in raw mode again, and nothing typed is lost. */
	deaths = 1;
	run("echo a\r\x02"
	    "echo b\r",
	    7);
	CHECK(deaths == 0 && raw_mode == 1);
	SEES("MicroK> echo a", "a", "MicroK> echo b", "b", "MicroK> ");

	/* A console without a place for one more reader is asked again. */
	full = 100;
	run("echo a\r", 7);
	CHECK(full == 0);
	SEES("MicroK> echo a", "a", "MicroK> ");

	/* Output goes in few messages: 40 names and a prompt are not one each. */
	run("ls many\r", 896);
	CHECK(writes <= 4);
}

static void test_leaks(void)
{
	static char keys[200 * 60 + 1];
	u32 slots = slots_free_count(), caps = kernel_caps();

	for (int i = 0; i < 200; i++)
		strcat(keys, "cat /etc/hello.txt /nope /etc\rls -l /proc\x15");
	strcat(keys, "\r");
	for (int i = 0; i < 10; i++) {
		screen_empty(&screen);
		typed = keys;
		piece = 896;
		while (*typed != '\0') {
			const char *from = typed;
			shell_main();
			CHECK(typed != from);
		}
		kernel_printed[0] = '\0';
	}
	CHECK(slots_free_count() == slots && kernel_caps() == caps &&
	      vfs_open_count() + proc_open_count() == 0);
}

int main(void)
{
	start();
	for (size_t bytes = 1; bytes <= 896; bytes = bytes * 3 + 1) {
		test_commands(bytes);
		test_editing(bytes);
	}
	test_processes();
	test_no_files();
	test_changes();
	test_moves_across();
	test_interrupt(896);
	test_interrupt(7);
	test_top(896);
	test_top(1);
	test_date();
	test_help();
	test_lost();
	test_terminal();
	test_leaks();
	test_no_servers();
	return check_result("session");
}
