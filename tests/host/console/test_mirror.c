/* The serial line's copy: everything but questions to the terminal, however the bytes are cut. */
#include "check.h"
#include "drivers/console/mirror.h"

static char sent[1024];
static size_t sent_bytes;

static void send(const char *bytes, size_t count)
{
	memcpy(sent + sent_bytes, bytes, count);
	sent_bytes += count;
}

static int asked;
static void note(void)
{
	asked++;
}

/* The text must come out as `want`, whether given at once or byte by byte. */
static void expect(int line, const char *text, const char *want)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct mirror m = {.send = send, .asked = note};
		sent_bytes = 0;
		for (size_t at = 0; at < strlen(text); at += piece) {
			size_t left = strlen(text) - at;
			mirror_write(&m, text + at, left < piece ? left : piece);
		}
		check_bytes(__FILE__, line, text, sent, sent_bytes, want, strlen(want));
	}
}

#define EXPECT(text, want) expect(__LINE__, text, want)

int main(void)
{
	EXPECT("plain\r\n", "plain\r\n");
	EXPECT("a\033[1;31mb\033[0mc", "a\033[1;31mb\033[0mc");
	EXPECT("a\033[6nb", "ab");
	EXPECT("\033[5n\033[c\033[>0cx\033[?6n", "x");
	EXPECT("\0337x\0338\033cy", "\0337x\0338\033cy"); /* ESC c is not a question */
	EXPECT("\033\033[Hx", "\033\033[Hx");
	EXPECT("\033[2\033[6ny", "\033[2y");
	EXPECT("\033[1;2;3;4;5;6;7;8;9;10;11;12my", "\033[1;2;3;4;5;6;7;8;9;10;11;12my");
	EXPECT("\033[12\nc", "\033[12\nc");
	EXPECT("\033Za\033[?7$pb\033[18tc\033[x\033[?ud\033[!p\033[u", "abcd\033[!p\033[u");
	EXPECT("a\033P$qm\033\\b\033P+q544e\ac\033Pd\030e", "abce");
	EXPECT("a\033P$q\033[1mb\033P\033\033\\c",
	       "a\033[1mbc"); /* a string cut short by a sequence */
	EXPECT("\033]0;title\033\\x", "\033]0;title\033\\x");
	CHECK(asked == 0); /* the screen answers */

	/* Without a screen questions pass, and those for the cursor are reported, however they are cut. */
	static const char text[] = "a\033[6nb\033[5n\033[16n\033[6mc";
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct mirror m = {.send = send, .asked = note, .pass_queries = true};
		sent_bytes = 0;
		asked = 0;
		for (size_t at = 0; at < sizeof(text) - 1; at += piece) {
			size_t left = sizeof(text) - 1 - at;
			mirror_write(&m, text + at, left < piece ? left : piece);
		}
		CHECK_BYTES("passed on", sent, sent_bytes, text);
		CHECK(asked == 1);
	}
	return check_result("mirror");
}
