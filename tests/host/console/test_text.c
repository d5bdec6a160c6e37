/* lib/text. Without arguments: the decoder against a slow one. "table": every character's width and every composition, for the
 * test that compares them with another table. */
#include "check.h"
#include "lib/text/compose.h"
#include "lib/text/utf8.h"
#include "lib/text/width.h"

static size_t decode(const u8 *bytes, size_t count, u32 *codes)
{
	struct utf8 d = {0};
	size_t used = 0;
	u32 code;

	for (size_t i = 0; i < count;) {
		enum utf8_result result = utf8_feed(&d, bytes[i], &code);
		i += result != UTF8_CUT;
		if (result != UTF8_MORE)
			codes[used++] = code;
	}
	return used;
}

static void test_round(void)
{
	for (u32 code = 0; code < 0x110000; code += code < 0x3000 ? 1 : 7) {
		char bytes[UTF8_BYTES_MAX];
		u32 codes[4] = {0};
		size_t count = utf8_put(code, bytes);
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		CHECK(decode((u8 *)bytes, count, codes) == 1);
		CHECK(codes[0] == (surrogate ? UTF8_REPLACEMENT : code));
	}
	char bytes[UTF8_BYTES_MAX];
	CHECK(utf8_put(0x110000, bytes) == 3);
}

/* The Unicode Standard, table 3-8 and its neighbours: one U+FFFD for each maximal part. */
static void test_malformed(void)
{
	static const struct {
		const char *bytes;
		u32 want[8];
	} cases[] = {
		{"\x61\xf1\x80\x80\xe1\x80\xc2\x62", {0x61, 0xfffd, 0xfffd, 0xfffd, 0x62}},
		{"\xc0\xaf\xe0\x80\xbf", {0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd}},
		{"\xed\xa0\x80\x41", {0xfffd, 0xfffd, 0xfffd, 0x41}},
		{"\xf4\x91\x92\x93\xff\x41", {0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x41}},
		{"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", {0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x41}},
	};

	for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
		u32 codes[16] = {0}, wanted = 0;
		while (wanted < 8 && cases[i].want[wanted])
			wanted++;
		CHECK(decode((const u8 *)cases[i].bytes, strlen(cases[i].bytes), codes) == wanted);
		CHECK(memcmp(codes, cases[i].want, wanted * sizeof(u32)) == 0);
	}
}

static void print_tables(void)
{
	for (u32 code = 0x20; code < 0x110000; code++)
		printf("%u", text_width(code));
	printf("\n");
	for (u32 mark = 0x300; mark < 0x370; mark++)
		for (u32 letter = 'A'; letter <= 'z'; letter++)
			if (text_compose(letter, mark))
				printf("%x %x %x\n", letter, mark, text_compose(letter, mark));
}

int main(int count, char **words)
{
	(void)words;
	if (count > 1) {
		print_tables();
		return 0;
	}
	test_round();
	test_malformed();
	return check_result("text");
}
