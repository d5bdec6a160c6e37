/* The pure parts of the command line: the last word, paths, completion, spelling, columns, capability
 * trees. */
#include "tests/host/check.h"
#include "user/shell/captable.h"
#include "user/shell/columns.h"
#include "user/shell/complete.h"
#include "user/shell/nearest.h"
#include "user/shell/path.h"
#include "user/shell/process.h"
#include "user/shell/sort.h"
#include <stdlib.h>

/* The longest lines, of the characters that matter: nothing is written out of bounds. */
static void test_last_word_fuzz(unsigned long seed)
{
	static const char letters[] = "a b'\"\\#|$(<\t";
	unsigned long state = seed;

	for (int round = 0; round < 50000; round++) {
		char line[EDITOR_MAX + 1], word[EDITOR_MAX + 1], quote;
		size_t command, length = random_next(&state) % (EDITOR_MAX + 1);
		for (size_t i = 0; i < length; i++)
			line[i] = letters[random_next(&state) % (sizeof(letters) - 1)];
		line[length] = '\0';
		CHECK(last_word(line, random_next(&state) % (length + 1), word, &quote, &command) <=
		      length);
	}
}

static void test_paths(void)
{
	static const struct {
		const char *cwd, *path, *absolute;
	} paths[] = {
		{"/", "etc", "/etc"},
		{"/etc", "hello.txt", "/etc/hello.txt"},
		{"/etc", "/proc", "/proc"},
		{"/etc", "..", "/"},
		{"/etc", "../..", "/"},
		{"/a/b", "../c/./d//e", "/a/c/d/e"},
		{"/a/b", ".", "/a/b"},
		{"/a", "b/", "/a/b/"},
		{"/", "/", "/"},
		{"/", "//", "/"},
		{"/a", "", "/a"},
		{"/a", "/x/../..", "/"},
		{"/a", "...", "/a/..."},
	};
	char to[FILE_PATH_MAX + 1], longest[FILE_PATH_MAX + 3];

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		CHECK(path_absolute(paths[i].cwd, paths[i].path, to));
		if (strcmp(to, paths[i].absolute) != 0) {
			printf("%s in %s: %s\n", paths[i].path, paths[i].cwd, to);
			check_failures++;
		}
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[FILE_PATH_MAX] = '\0';
	CHECK(path_absolute("/", longest, to) && strlen(to) == FILE_PATH_MAX);
	longest[FILE_PATH_MAX] = 'x';
	longest[FILE_PATH_MAX + 1] = '\0';
	CHECK(!path_absolute("/", longest, to));
	longest[FILE_PATH_MAX] = '/';
	CHECK(path_absolute("/", longest, to)); /* the slash does not fit, the name does */
}

static void test_completion(void)
{
	static const struct {
		const char *names; /* "a b/ c": a slash marks a directory */
		const char *line, *after;
		bool inserted;
	} cases[] = {
		{"hello.txt", "cat he", "cat hello.txt ", true},
		{"etc/", "cat e", "cat etc/", true},
		{"motd motif", "cat m", "cat mot", true},
		{"motd motif", "cat mot", "cat mot", false},
		{"motd", "cat motd", "cat motd ", true},
		{"other", "cat he", "cat he", false},
		{"two_words", "cat 'two", "cat 'two_words' ", true},
		{"q'q", "cat q", "cat q\\'q ", true},
		{"a$b*", "cat a", "cat a\\$b\\* ", true},
		{"a$b*", "cat \"a", "cat \"a\\$b*\" ", true},
		{"a|b", "cat \"a", "cat \"a|b\" ", true},
		{"a\"b", "cat \"a", "cat \"a\\\"b\" ", true},
		{"b\xc3\xa4 b\xc3\xb6", "cat ", "cat b", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct editor e;
		static struct choices c;
		char names[64], word[EDITOR_MAX + 1], quote;
		size_t command;
		c.count = 0;
		editor_set(&e, cases[i].line);
		last_word(e.text, e.cursor, word, &quote, &command);
		strcpy(names, cases[i].names);
		for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
			size_t length = strlen(name);
			bool directory = name[length - 1] == '/';
			if (directory)
				name[length - 1] = '\0';
			choices_add(&c, word, name, directory);
		}
		bool inserted = c.count > 0 && choices_insert(&c, &e, strlen(word), quote);
		if (inserted != cases[i].inserted || strcmp(e.text, cases[i].after) != 0) {
			printf("completion %zu: \"%s\"\n", i, e.text);
			check_failures++;
		}
	}
	static const struct {
		const char *line, *word;
		size_t start, command;
		char quote;
	} last[] = {
		{"cat a\\ b", "a b", 4, 0, 0},     {"cat 'a b", "a b", 4, 0, '\''},
		{"cat ab", "ab", 4, 0, 0},         {"cat ", "", 4, 0, 0},
		{"ls | ca", "ca", 5, 4, 0},        {"a && cat x;b c", "c", 13, 11, 0},
		{"echo $(ca", "ca", 7, 7, 0},      {"cat <e", "e", 5, 0, 0},
		{"echo 'a | b' c", "c", 13, 0, 0}, {"echo \"$x\\$", "$x$", 5, 0, '"'},
	};
	for (size_t i = 0; i < ARRAY_LEN(last); i++) {
		char word[EDITOR_MAX + 1], quote;
		size_t command;
		size_t start =
			last_word(last[i].line, strlen(last[i].line), word, &quote, &command);
		if (start != last[i].start || command != last[i].command ||
		    quote != last[i].quote || strcmp(word, last[i].word) != 0) {
			printf("last word %zu: %zu <%s> %zu\n", i, start, word, command);
			check_failures++;
		}
	}
}

static void test_spelling(void)
{
	CHECK(word_distance("cat", "cat") == 0);
	CHECK(word_distance("", "cat") == 3 && word_distance("cat", "") == 3);
	CHECK(word_distance("cta", "cat") == 1);
	CHECK(word_distance("unmae", "uname") == 1);
	CHECK(word_distance("hepl", "help") == 1);
	CHECK(word_distance("ca", "abc") == 3);
	CHECK(word_distance("kitten", "sitting") == 3);
	char longest[NEAREST_MAX + 2];
	memset(longest, 'x', sizeof(longest));
	longest[NEAREST_MAX + 1] = '\0';
	CHECK(word_distance(longest, "x") == NEAREST_MAX &&
	      word_distance("x", longest) == NEAREST_MAX);
	CHECK(word_distance(longest + 1, longest + 1) == 0);
}

static void test_columns(void)
{
	struct layout l = columns_layout(10, 8, 79);

	CHECK(l.columns == 8 && l.rows == 2 && l.width == 10);
	l = columns_layout(3, 200, 79);
	CHECK(l.rows == 3);
	l = columns_layout(0, 0, 79);
	CHECK(l.rows == 0);
	for (u32 count = 1; count < 60; count++)
		for (u32 longest = 1; longest < 40; longest++) {
			l = columns_layout(count, longest, 79);
			u32 used = (count + l.rows - 1) / l.rows;
			CHECK(used * l.width <= 79 + 2 && l.rows * used >= count);
		}
}

static void test_process_lines(void)
{
	struct process p = {0};
	static const char *const status[] = {
		"Name: vfs",
		"Id: 3",
		"State: receiving",
		"Priority: 30",
		"Time: 25 ms",
		"Calls: 1234",
		"Memory: 512 KiB",
		"Used: 100 KiB",
		"",
		"nonsense",
		":",
		"Calls",
		"Used: ",
		"Name:"};

	for (size_t i = 0; i < 12; i++)
		process_line(&p, status[i]);
	CHECK(strcmp(p.name, "vfs") == 0 && strcmp(p.state, "receiving") == 0 && p.priority == 30);
	CHECK(p.milliseconds == 25 && p.calls == 1234 && p.memory_kib == 512 && p.used_kib == 100);
	for (size_t i = 12; i < ARRAY_LEN(status); i++)
		process_line(&p, status[i]);
	CHECK(p.used_kib == 0 && p.name[0] == '\0');
	process_line(&p, "Name: a name much longer than there is room for in the structure");
	CHECK(strlen(p.name) == sizeof(p.name) - 1);
}

/* The tree as text: "1(2(3)4)5". */
static void tree_text(const struct cap_row *rows, u32 at, char *to)
{
	for (; at != 0; at = rows[at - 1].link.next_sibling) {
		sprintf(to + strlen(to), "%u", rows[at - 1].slot);
		if (rows[at - 1].link.first_child != 0) {
			strcat(to, "(");
			tree_text(rows, rows[at - 1].link.first_child, to);
			strcat(to, ")");
		}
		strcat(to, rows[at - 1].link.next_sibling ? " " : "");
	}
}

static void test_captable(void)
{
	static const char *const table[] = {
		"slot type         rights                   badge     object       self     parent "
		"    size  name",
		"   4 Untyped      -w--:--------                0       1003        104          1 "
		"     128  memory",
		"   9 Endpoint     rw--:0------7              3ab       1003        109        104 "
		"       0  -",
		"  64 Endpoint     rw--:0------7                3       1003        164        109 "
		"       0  -",
		"  65 Frame        r---:--------                0       1004        165        104 "
		"       8  -",
		"  66 Reply        -w--:--------                0       1005        166        999 "
		"       0  a name",
		"",
		"(the rest is left out: too long)",
		"  67 Reply",
		"  68 Reply        -w--:-------- zz 1 1 1 1 1",
	};
	struct cap_row rows[16];
	u32 count = 0;
	char text[100] = "";

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		count += captable_row(table[i], &rows[count]);
	CHECK(count == 5);
	CHECK(rows[1].slot == 9 && rows[1].badge == 0x3ab && strcmp(rows[1].type, "Endpoint") == 0);
	CHECK(strcmp(rows[1].rights, "rw--:0------7") == 0 && strcmp(rows[0].name, "memory") == 0);
	CHECK(strcmp(rows[0].size, "128") == 0 && strcmp(rows[0].object, "1003") == 0);
	tree_text(rows, captable_link(rows, count), text);
	CHECK(strcmp(text, "4(9(64) 65) 66") == 0);

	/* A cycle, which no kernel makes, is cut rather than followed. */
	struct cap_row cycle[3] = {
		{.slot = 1, .link.self = 1, .link.parent = 3},
		{.slot = 2, .link.self = 2, .link.parent = 1},
		{.slot = 3, .link.self = 3, .link.parent = 2}};
	text[0] = '\0';
	tree_text(cycle, captable_link(cycle, 3), text);
	CHECK(strcmp(text, "3") != 0 && strlen(text) == 7);
	struct cap_row itself = {.slot = 7, .link.self = 7, .link.parent = 7};
	CHECK(captable_link(&itself, 1) == 1 && itself.link.up == 0);
	CHECK(captable_link(&itself, 0) == 0);
}

static bool before(void *context, size_t i, size_t j)
{
	const int *a = context;

	return a[i] < a[j];
}

static void swap(void *context, size_t i, size_t j)
{
	int *a = context, t = a[i];

	a[i] = a[j];
	a[j] = t;
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void test_sort(unsigned long seed)
{
	unsigned long state = seed;

	for (size_t count = 0; count < 200; count++) {
		int a[200], b[200];
		for (size_t i = 0; i < count; i++)
			a[i] = b[i] = (int)(random_next(&state) % 100);
		sort(a, count, before, swap);
		qsort(b, count, sizeof(int), by_value);
		CHECK(memcmp(a, b, count * sizeof(int)) == 0);
	}
}

int main(int count, char **words)
{
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;

	test_last_word_fuzz(seed);
	test_paths();
	test_completion();
	test_spelling();
	test_columns();
	test_process_lines();
	test_captable();
	test_sort(seed);
	return check_result("words");
}
