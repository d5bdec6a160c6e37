/* The pure parts of the shell's language: tokens and trees, variables, patterns, numbers. */
#include "tests/host/check.h"
#include "user/shell/lang/arithmetic.h"
#include "user/shell/lang/match.h"
#include "user/shell/lang/params.h"
#include "user/shell/lang/parser.h"
#include "user/shell/lang/variables.h"

static u8 memory[1 << 20] __attribute__((aligned(16)));

/* ---- trees, as text: (kind children) ---- */

static void show_word(const struct word *w, char *to)
{
	sprintf(to + strlen(to), " %.*s", (int)w->length, w->text);
}

static void show_words(const struct word *w, char *to)
{
	for (; w; w = w->next)
		show_word(w, to);
}

static void show(const struct node *n, char *to)
{
	static const char *const kinds[] = {"cmd", "list",  "andor", "pipe", "group", "sub",
					    "if",  "while", "until", "for",  "case"};
	static const char *const joins[] = {"", "&&", "||"};
	static const char *const redirects[] = {"<", ">", ">>", ">&"};

	sprintf(to + strlen(to), "%s(%s%s", joins[n->join], n->negated ? "!" : "", kinds[n->kind]);
	if (n->kind == NODE_FOR || n->kind == NODE_CASE)
		show_word(&n->name, to);
	strcat(to, n->all_params ? " @" : "");
	show_words(n->words, to);
	for (const struct clause *c = n->clauses; c; c = c->next) {
		strcat(to, " [");
		show_words(c->patterns, to);
		strcat(to, ": ");
		show(c->body, to);
		strcat(to, "]");
	}
	for (const struct node *child = n->first; child; child = child->next) {
		strcat(to, " ");
		show(child, to);
		if (n->kind != NODE_LIST && n->kind != NODE_AND_OR && n->kind != NODE_PIPELINE)
			break;
	}
	if (n->body && n->kind != NODE_CASE) {
		strcat(to, " do ");
		show(n->body, to);
	}
	if (n->otherwise) {
		strcat(to, " else ");
		show(n->otherwise, to);
	}
	for (const struct redirect *r = n->redirects; r; r = r->next) {
		sprintf(to + strlen(to), " %u%s", r->number, redirects[r->kind]);
		show_word(&r->target, to);
	}
	strcat(to, ")");
	if (n->background)
		strcat(to, "&");
}

static enum parse_result parse(const char *text, size_t length, size_t room, char *shown,
			       struct parser *p)
{
	struct arena arena = {.base = memory, .bytes = room};
	enum parse_result result;
	struct node *n;

	parser_begin(p, text, length, &arena);
	shown[0] = '\0';
	while ((result = parser_next(p, &n)) == PARSE_OK)
		show(n, shown);
	return result;
}

static const struct {
	const char *text;
	enum parse_result result;
	const char *shown; /* the trees, or the error */
} programs[] = {
	{"", PARSE_END, ""},
	{"  \t\n\n # all\n", PARSE_END, ""},
	{"ls", PARSE_END, "(list (cmd ls))"},
	{"  ls   -l\t/etc # x", PARSE_END, "(list (cmd ls -l /etc))"},
	{"a#b \\#c '#d'", PARSE_END, "(list (cmd a#b \\#c '#d'))"},
	{"a; b &\nc;", PARSE_END, "(list (cmd a) (cmd b)&)(list (cmd c))"},
	{"a && b || c; d", PARSE_END, "(list (andor (cmd a) &&(cmd b) ||(cmd c)) (cmd d))"},
	{"a &&\n\n b", PARSE_END, "(list (andor (cmd a) &&(cmd b)))"},
	{"! a | b", PARSE_END, "(list (!pipe (cmd a) (cmd b)))"},
	{"! ! a", PARSE_END, "(list (cmd a))"},
	{"a | b |\nc && d", PARSE_END, "(list (andor (pipe (cmd a) (cmd b) (cmd c)) &&(cmd d)))"},
	{"a >x 2>>y <z 2>&1 b", PARSE_END, "(list (cmd a b 1> x 2>> y 0< z 2>& 1))"},
	{"a>x", PARSE_END, "(list (cmd a 1> x))"},
	{"a >| x", PARSE_END, "(list (cmd a 1> x))"},
	{">x", PARSE_END, "(list (cmd 1> x))"},
	{"a2>x", PARSE_END, "(list (cmd a2 1> x))"},
	{"a 2 >x", PARSE_END, "(list (cmd a 2 1> x))"},
	{"> 1 > 2", PARSE_END, "(list (cmd 1> 1 1> 2))"},
	{"if a; then b; fi", PARSE_END, "(list (if (list (cmd a)) do (list (cmd b))))"},
	{"if a\nthen\nb\nelif c; then d; else e; fi >x", PARSE_END,
	 "(list (if (list (cmd a)) do (list (cmd b)) else (if (list (cmd c)) do (list (cmd d)) "
	 "else "
	 "(list (cmd e))) 1> x))"},
	{"while a; do b; done; c", PARSE_END,
	 "(list (while (list (cmd a)) do (list (cmd b))) (cmd c))"},
	{"until a\ndo b\ndone", PARSE_END, "(list (until (list (cmd a)) do (list (cmd b))))"},
	{"for x in 1 2; do a; done", PARSE_END, "(list (for x 1 2 do (list (cmd a))))"},
	{"for x\ndo a; done", PARSE_END, "(list (for x @ do (list (cmd a))))"},
	{"for x in; do a; done", PARSE_END, "(list (for x do (list (cmd a))))"},
	{"case $x in a|b) c;; (*) d; e\nesac", PARSE_END,
	 "(list (case $x [ a b: (list (cmd c))] [ *: (list (cmd d) (cmd e))]))"},
	{"case x in\na)\n;;\nesac", PARSE_END, "(list (case x [ a: (list)]))"},
	{"case x in esac", PARSE_END, "(list (case x))"},
	{"{ a; b; } | (c; d)", PARSE_END,
	 "(list (pipe (group (list (cmd a) (cmd b))) (sub (list (cmd c) (cmd d)))))"},
	{"echo if fi { }", PARSE_END, "(list (cmd echo if fi { }))"},
	{"'if' x", PARSE_END, "(list (cmd 'if' x))"},
	{"a \"b $(c \"d e\" ')') f\" g", PARSE_END, "(list (cmd a \"b $(c \"d e\" ')') f\" g))"},
	{"a $(b; (c)) ${x:-'}'} $((1 + (2)))", PARSE_END,
	 "(list (cmd a $(b; (c)) ${x:-'}'} $((1 + (2)))))"},
	{"a \"it's\" '\"'", PARSE_END, "(list (cmd a \"it's\" '\"'))"},
	{"a \\\nb", PARSE_END, "(list (cmd a b))"},
	{"a 'x\ny'\nb", PARSE_END, "(list (cmd a 'x\ny'))(list (cmd b))"},
	{"a\r\nb\r\n", PARSE_END, "(list (cmd a))(list (cmd b))"},
	{"if a; then b", PARSE_MORE, NULL},
	{"if a", PARSE_MORE, NULL},
	{"a |", PARSE_MORE, NULL},
	{"a && ", PARSE_MORE, NULL},
	{"{ a", PARSE_MORE, NULL},
	{"(a", PARSE_MORE, NULL},
	{"for", PARSE_MORE, NULL},
	{"for x in a b", PARSE_MORE, NULL},
	{"case a in b) c", PARSE_MORE, NULL},
	{"while", PARSE_MORE, NULL},
	{"echo 'a", PARSE_WRONG, "a quote is opened and not closed"},
	{"echo \"a", PARSE_WRONG, "a quote is opened and not closed"},
	{"echo a\\", PARSE_WRONG, "nothing follows the backslash at the end"},
	{"echo $(a", PARSE_WRONG, "$( or ${ is opened and not closed"},
	{"echo ${a", PARSE_WRONG, "$( or ${ is opened and not closed"},
	{"echo `a`", PARSE_WRONG, "` is not supported; write $(...), or '`' for the character"},
	{"a << b", PARSE_WRONG, "<< and <> are not supported; read from a file by <"},
	{"| a", PARSE_WRONG, "\"|\" is not expected here"},
	{"a | | b", PARSE_WRONG, "\"|\" is not expected here"},
	{"a ;; b", PARSE_WRONG, "\";;\" is not expected here"},
	{"; a", PARSE_WRONG, "\";\" is not expected here"},
	{"a && ;", PARSE_WRONG, "\";\" is not expected here"},
	{"fi", PARSE_WRONG, "\"fi\" is not expected here"},
	{"a; done", PARSE_WRONG, "\"done\" is not expected here"},
	{"a )", PARSE_WRONG, "\")\" is not expected here"},
	{"f() { a; }", PARSE_WRONG, "\"(\" is not expected here"},
	{"if a; b; fi", PARSE_WRONG, "\"then\" must stand before \"fi\""},
	{"if ; then b; fi", PARSE_WRONG, "\";\" is not expected here"},
	{"if a; then fi", PARSE_WRONG, "\"fi\" is not expected here"},
	{"for 1x in a; do b; done", PARSE_WRONG, "the name of a variable must stand after for"},
	{"a >\nb", PARSE_WRONG, "a file must stand after <, > and >>"},
	{"a 2>", PARSE_WRONG, "a file must stand after <, > and >>"},
	{"case\nx", PARSE_WRONG, "the line ends where a word must stand"},
	{"a > ;", PARSE_WRONG, "\";\" is not expected here"},
	{"a 3>x", PARSE_WRONG, "only 0, 1 and 2 can be redirected"},
	{"a 12>x", PARSE_WRONG, "only 0, 1 and 2 can be redirected"},
};

static void test_programs(void)
{
	static struct parser p;
	static char shown[4096];

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		size_t length = strlen(programs[i].text);
		char *text = (char *)copy_exact(programs[i].text, length);
		enum parse_result result = parse(text, length, sizeof(memory), shown, &p);
		const char *is = result == PARSE_WRONG ? p.error : shown;
		if (result != programs[i].result ||
		    (programs[i].shown && strcmp(is, programs[i].shown) != 0)) {
			printf("program <%s>: %d %s\n", programs[i].text, result, is);
			check_failures++;
		}
		/* With any less memory it fails, for this reason. */
		for (size_t room = 0; room < 2000; room += 48) {
			result = parse(text, length, room, shown, &p);
			CHECK(result == programs[i].result ||
			      (result == PARSE_WRONG &&
			       strcmp(p.error, "the command is too long for the shell's memory") ==
				       0));
		}
		free(text);
	}
}

/* Depth is bounded: a text of one million opening words fails as one of a hundred. */
static void test_depth(void)
{
	static const char *const openings[] = {"( ", "{ ", "if ", "while ", "$(", "\"$(", "${a:-"};
	static char text[100000], shown[4096];
	static struct parser p;

	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		size_t used = 0, length = strlen(openings[i]);
		while (used + length < sizeof(text)) {
			memcpy(text + used, openings[i], length);
			used += length;
		}
		CHECK(parse(text, used, sizeof(memory), shown, &p) == PARSE_WRONG);
		CHECK(strstr(p.error, "levels deep"));
	}
}

/* Any text parses or fails, within its bytes. */
static void test_fuzz(unsigned long seed)
{
	static const char *const pieces[] = {
		"a",   " ",   "\n",    ";",     "|",        "&",   "&&",    "||",     "(",
		")",   "<",   ">",     ">>",    "2>&1",     "'",   "\"",    "\\",     "$",
		"$(",  "${x", "}",     "$((",   "))",       "if ", "then ", "fi ",    "for ",
		"in ", "do ", "done ", "case ", "esac ",    ";;",  "x=",    "while ", "{ ",
		"} ",  "!",   "#",     "*",     "\xc3\xa4", "`",   "else ", "elif "};
	static struct parser p;
	static char shown[1 << 18];
	unsigned long state = seed;
	u32 results[4] = {0};

	for (int round = 0; round < 60000; round++) {
		char text[200] = "";
		size_t length = 0;
		u32 wanted = random_next(&state) % 30;
		for (u32 i = 0; i < wanted; i++) {
			const char *piece = pieces[random_next(&state) % ARRAY_LEN(pieces)];
			memcpy(text + length, piece, strlen(piece));
			length += strlen(piece);
		}
		char *copy = (char *)copy_exact(text, length);
		results[parse(copy, length, 4096, shown, &p)]++;
		free(copy);
	}
	CHECK(results[PARSE_END] > 1000 && results[PARSE_MORE] > 100 &&
	      results[PARSE_WRONG] > 1000);
}

/* ---- patterns ---- */

static const struct {
	const char *pattern, *text;
	bool active, fits;
} patterns[] = {
	{"", "", false, true},
	{"a", "a", false, true},
	{"a", "ab", false, false},
	{"ab", "a", false, false},
	{"*", "", true, true},
	{"*", "abc", true, true},
	{"a*c", "abbc", true, true},
	{"a*c", "abcb", true, false},
	{"*a*b*", "xxaxxbxx", true, true},
	{"*a*b*", "xxbxxaxx", true, false},
	{"**", "x", true, true},
	{"a?c", "abc", true, true},
	{"a?", "a", true, false},
	{"?", "\xc3\xa4", true, true},
	{"??", "\xc3\xa4", true, false},
	{"[abc]", "b", true, true},
	{"[!abc]", "b", true, false},
	{"[^abc]", "d", true, true},
	{"[a-c]x", "bx", true, true},
	{"[a-c]", "d", true, false},
	{"[]]", "]", true, true},
	{"[!]]", "a", true, true},
	{"[a-]", "-", true, true},
	{"[", "[", false, true},
	{"[a", "[a", false, true},
	{"a[", "a[", false, true},
	{"[\xc3\xa4-\xc3\xb6]", "\xc3\xa5", true, true},
	{"\\*", "*", false, true}, /* a backslash marks the next as quoted, here */
	{"\\*", "x", false, false},
	{"[\\]]", "]", true, true}, /* a quoted bracket does not close it */
	{"*.txt", "a.txt", true, true},
	{"*.txt", ".txt", true, true},
};

static void test_patterns(void)
{
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		char text[32];
		u8 quoted[32];
		struct pattern p = {.text = text, .quoted = quoted};
		for (const char *c = patterns[i].pattern; *c; c++) {
			quoted[p.length] = *c == '\\';
			c += *c == '\\';
			text[p.length++] = *c;
		}
		bool fits = pattern_matches(&p, patterns[i].text, strlen(patterns[i].text));
		if (fits != patterns[i].fits || pattern_is_active(&p) != patterns[i].active) {
			printf("pattern <%s> <%s>: %d\n", patterns[i].pattern, patterns[i].text,
			       fits);
			check_failures++;
		}
	}
	/* The worst case ends. */
	static char many[2000], text[2000];
	static u8 plain[2000];
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 2 ? '*' : 'a';
	many[sizeof(many) - 1] = 'b';
	CHECK(!pattern_matches(&(struct pattern){many, plain, sizeof(many)}, text, sizeof(text)));
}

/* ---- numbers ---- */

static const char *value_of(void *context, const char *name, size_t length)
{
	(void)context;
	return length == 1 && name[0] == 'n'   ? "41"
	       : length == 1 && name[0] == 'm' ? "-0x10"
	       : length == 3                   ? "text"
					       : NULL;
}

static const struct {
	const char *text;
	bool good;
	long result;
} numbers[] = {
	{"1", true, 1},
	{" 1 + 2 * 3 ", true, 7},
	{"(1 + 2) * 3", true, 9},
	{"10 - 2 - 3", true, 5},
	{"7 / 2 % 2", true, 1},
	{"-7 / 2", true, -3},
	{"- - 1", true, 1},
	{"!0 + !5", true, 1},
	{"~0", true, -1},
	{"0x1f + 010", true, 39},
	{"1 << 4 | 1", true, 17},
	{"6 & 3 ^ 1", true, 3},
	{"1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 4 || 1 != 1", true, 0},
	{"1 == 1", true, 1},
	{"n + 1", true, 42},
	{"m", true, -16},
	{"unknown + 1", true, 1},
	{"0 && 1 / 0", true, 0},
	{"1 || 1 / 0", true, 1},
	{"1 ? 2 : 1 / 0", true, 2},
	{"0 ? 1 / 0 : 3 ? 4 : 5", true, 4},
	{"9223372036854775807 + 1", true, -9223372036854775807l - 1},
	{"(-9223372036854775807 - 1) / -1", true, -9223372036854775807l - 1},
	{"(-9223372036854775807 - 1) % -1", true, 0},
	{"1 << 64", true, 1},
	{"1 / 0", false, 0},
	{"1 % 0", false, 0},
	{"", false, 0},
	{"1 +", false, 0},
	{"1 2", false, 0},
	{"(1", false, 0},
	{"1)", false, 0},
	{"1 ? 2", false, 0},
	{"08", false, 0},
	{"1x", false, 0},
	{"abc", false, 0},
	{"n = 1", false, 0},
};

static void test_numbers(void)
{
	struct arithmetic a = {.value = value_of};
	char deep[200];
	i64 n;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		size_t length = strlen(numbers[i].text);
		char *text = (char *)copy_exact(numbers[i].text, length);
		bool good = arithmetic_evaluate(&a, text, length, &n);
		if (good != numbers[i].good || (good && n != numbers[i].result) ||
		    good != !a.error) {
			printf("number <%s>: %d %ld %s\n", numbers[i].text, good, (long)n,
			       a.error ? a.error : "");
			check_failures++;
		}
		free(text);
	}
	memset(deep, '(', sizeof(deep));
	CHECK(!arithmetic_evaluate(&a, deep, sizeof(deep), &n));
	memset(deep, '-', sizeof(deep));
	CHECK(!arithmetic_evaluate(&a, deep, sizeof(deep), &n));
}

/* ---- variables and parameters ---- */

static bool is(const char *got, const char *want)
{
	return got && strcmp(got, want) == 0;
}

static void test_variables(void)
{
	static struct variables v;
	size_t at = 0;
	bool exported;

	CHECK(!variable_get(&v, "a", 1));
	CHECK(variable_set(&v, "a", 1, "one", 3) && variable_set(&v, "ab", 2, "two", 3));
	CHECK(is(variable_get(&v, "a", 1), "one") && is(variable_get(&v, "ab", 2), "two"));
	CHECK(variable_set(&v, "a", 1, variable_get(&v, "a", 1), 3)); /* onto itself */
	CHECK(is(variable_get(&v, "a", 1), "one"));
	CHECK(variable_export(&v, "a", 1) && variable_export(&v, "later", 5));
	CHECK(!variable_get(&v, "later", 5) && variable_set(&v, "later", 5, "x", 1));
	CHECK(variable_set(&v, "a", 1, "again", 5));
	variables_keep_exported(&v);
	CHECK(!variable_get(&v, "ab", 2) && is(variable_get(&v, "a", 1), "again"));
	CHECK(is(variables_next(&v, &at, &exported), "later=x") && exported);
	CHECK(is(variables_next(&v, &at, &exported), "a=again") && exported);
	CHECK(!variables_next(&v, &at, &exported));
	variable_unset(&v, "a", 1);
	variable_unset(&v, "nothing", 7);
	variable_unset(&v, "later", 5);
	CHECK(v.used == 0);
	/* Full: the old value stays. */
	static char large[VARIABLES_BYTES];
	memset(large, 'x', sizeof(large));
	CHECK(variable_set(&v, "b", 1, "small", 5));
	CHECK(!variable_set(&v, "b", 1, large, sizeof(large)));
	CHECK(!variable_set(&v, "b", 1, large, ~0ul));
	CHECK(is(variable_get(&v, "b", 1), "small"));
	CHECK(variable_name("a_1", 3) && !variable_name("1a", 2) && !variable_name("", 0) &&
	      !variable_name("a-b", 3));
}

static void test_params(void)
{
	static struct params p;
	static char large[PARAMS_BYTES + 1];
	char *words[] = {"one", "", "three"}, *too_large[] = {"x", large};

	CHECK(!params_get(&p, 1) && params_set(&p, 3, words));
	CHECK(is(params_get(&p, 1), "one") && is(params_get(&p, 2), "") &&
	      is(params_get(&p, 3), "three") && !params_get(&p, 4) && !params_get(&p, 0));
	CHECK(!params_shift(&p, 4) && params_shift(&p, 2) && is(params_get(&p, 1), "three"));
	memset(large, 'x', sizeof(large) - 1);
	CHECK(!params_set(&p, 2, too_large) && p.count == 1 && is(params_get(&p, 1), "three"));
	CHECK(params_shift(&p, 1) && p.count == 0 && p.used == 0);
}

int main(int count, char **words)
{
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;

	printf("seed %lu\n", seed);
	test_programs();
	test_depth();
	test_fuzz(seed);
	test_patterns();
	test_numbers();
	test_variables();
	test_params();
	return check_result("syntax");
}
