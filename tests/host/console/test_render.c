/* The renderer: drawing only what changed must look like drawing everything. With an
 * argument, writes a sample screen there as a PPM picture, for people to look at. */
#include "check.h"
#include "drivers/console/palette.h"
#include "drivers/console/emulate.h"
#include "drivers/console/render.h"
#include "surface.h"
#include <stdlib.h>

static struct terminal t;
static struct cell cells[2 * GRID_MAX_COLUMNS * GRID_MAX_ROWS];
static struct render r, whole;

static u32 pixel(const struct surface *s, u32 x, u32 y)
{
	return ((u32 *)((u8 *)s->pixels + (u64)y * s->pitch))[x];
}

static void write_ppm(const struct surface *s, const char *path)
{
	FILE *f = fopen(path, "wb");
	if (!f) {
		perror(path);
		exit(1);
	}
	fprintf(f, "P6\n%u %u\n255\n", s->width, s->height);
	for (u32 y = 0; y < s->height; y++)
		for (u32 x = 0; x < s->width; x++)
			for (int shift = 16; shift >= 0; shift -= 8)
				fputc((int)(pixel(s, x, y) >> shift & 255), f);
	fclose(f);
}

static void type(const char *text)
{
	terminal_write(&t, NULL, text, strlen(text));
}

static void show_sample(const char *path)
{
	struct surface s = surface_new(1024, 768, 4096);
	char line[256];

	CHECK(render_init(&r, &s));
	terminal_init(&t, cells, r.columns, r.rows);
	type("Booting MicroK OS v1.0...\r\n[ipc] ready\r\n[cap] root CSpace initialized\r\n"
	     "\033[32m[ok]\033[m vfs\r\n\033[32m[ok]\033[m console\r\n"
	     "MicroK> uname -a\r\nMicroK 1.0 x86_64 microkernel\r\n\r\n");
	type("The quick brown fox jumps over the lazy dog. 0O 1lI| \"'` {}[]() <>~^ @#$%&*\r\n"
	     "\033[1mThe quick brown fox jumps over the lazy dog. 0O 1lI| (bold)\033[m\r\n"
	     "\033[2mdim\033[m \033[4munderline\033[m \033[7minverse\033[m \033[1;7mbold "
	     "inverse\033[m "
	     "äöüß αβγ € 😀\r\n\r\n");
	for (int row = 0; row < 2; row++) {
		for (int i = 0; i < 8; i++) {
			snprintf(line, sizeof(line), "\033[%dm colour %2d \033[m",
				 (row ? 90 : 30) + i, row * 8 + i);
			type(line);
		}
		type("\r\n");
	}
	for (int row = 0; row < 2; row++) {
		for (int i = 0; i < 8; i++) {
			snprintf(line, sizeof(line), "\033[30;%dm colour %2d \033[m",
				 (row ? 100 : 40) + i, row * 8 + i);
			type(line);
		}
		type("\r\n");
	}
	for (int i = 16; i < 256; i++) {
		snprintf(line, sizeof(line), "%s\033[48;5;%dm  \033[m", (i - 16) % 36 ? "" : "\r\n",
			 i);
		type(line);
	}
	type("\r\n\r\n┌──┬──┐\r\n│ab│cd│  ╔═╗\r\n└──┴──┘  ╚═╝ ░▒▓█\r\nMicroK> cat /etc/he");
	render_update(&r, &t, NULL);
	write_ppm(&s, path);
	free(s.pixels);
}

static void test_refused(void)
{
	struct surface good = surface_new(64, 32, 256), s = good;

	CHECK(render_init(&r, &s) && r.columns == 8 && r.rows == 2);
	s.bytes--;
	CHECK(!render_init(&r, &s)); /* one byte less than the last row needs */
	s = good, s.width = 65;
	CHECK(!render_init(&r, &s)); /* wider than its pitch */
	s = good, s.pitch = 0;
	CHECK(!render_init(&r, &s));
	s = good, s.pitch = 252;
	CHECK(!render_init(&r, &s)); /* not a multiple of 8 */
	s = good, s.height = 15;
	CHECK(!render_init(&r, &s));
	s = good, s.width = 7;
	CHECK(!render_init(&r, &s));
	s = good, s.pixels = NULL;
	CHECK(!render_init(&r, &s));
	s = good, s.red = 32;
	CHECK(!render_init(&r, &s));
	s = good, s.pitch = 0xfffffff8, s.height = 0xffffffff;
	CHECK(!render_init(&r, &s)); /* a product that would not fit 32 bits */
	free(good.pixels);
}

static void test_pixels(void)
{
	struct surface s = surface_new(17 * 8 + 3, 50, 17 * 8 * 4 + 16);

	CHECK(render_init(&r, &s) && r.columns == 17 && r.rows == 3);
	terminal_init(&t, cells, r.columns, r.rows);
	type("\033[31m█\033[m \033[7m \033[m\033[1;1H\033[?25l"); /* a full block, an inverse blank */
	render_update(&r, &t, NULL);
	CHECK(pixel(&s, r.left, r.top) == palette_rgb(1));
	CHECK(pixel(&s, r.left + 7, r.top + 15) == palette_rgb(1));
	CHECK(pixel(&s, r.left + 8, r.top) == PALETTE_BACKGROUND);
	CHECK(pixel(&s, r.left + 16, r.top) == PALETTE_TEXT);
	CHECK(pixel(&s, s.width - 1, s.height - 1) == PALETTE_BACKGROUND);
	CHECK(((u32 *)s.pixels)[s.width] == 0xa5a5a5a5); /* after the row: not ours */
	type("\033[?25h\033[2;2H");
	render_update(&r, &t, NULL);
	CHECK(pixel(&s, r.left + 8, r.top + 16) == PALETTE_TEXT); /* the cursor */
	type("\033[2;3H");
	render_update(&r, &t, NULL);
	CHECK(pixel(&s, r.left + 8, r.top + 16) == PALETTE_BACKGROUND);
	free(s.pixels);
}

/* After any output, the screen drawn step by step equals one drawn anew. */
static void test_incremental(void)
{
	static const char *const pieces[] = {
		"\n",          "\r",        "word ",     "\033[H",    "\033[5;5H",  "\033[2J",
		"\033[K",      "\033[L",    "\033[M",    "\033[3P",   "\033[3@",    "\033[S",
		"\033[T",      "\033M",     "\033[2;6r", "\033[r",    "\033[7m",    "\033[m",
		"\033[34;45m", "\033[1;4m", "\033[?25l", "\033[?25h", "0123456789", "\033c"};
	unsigned long state = 0x5eed;
	struct surface steps = surface_new(200, 130, 800), anew = surface_new(200, 130, 800);

	CHECK(render_init(&r, &steps));
	terminal_init(&t, cells, r.columns, r.rows);
	for (u32 round = 0; round < 2000; round++) {
		for (u32 i = random_next(&state) % 8; i > 0; i--)
			type(pieces[random_next(&state) % (sizeof(pieces) / sizeof(*pieces))]);
		render_update(&r, &t, NULL);
		if (round % 10)
			continue;
		CHECK(render_init(&whole, &anew));
		for (u32 row = 0; row < terminal_grid(&t)->rows; row++)
			terminal_grid(&t)->dirty[row] = true;
		render_update(&whole, &t, NULL);
		if (memcmp(steps.pixels, anew.pixels, steps.bytes) != 0) {
			printf("round %u: the screen is not what the terminal holds\n", round);
			check_failures++;
			break;
		}
	}
	free(steps.pixels);
	free(anew.pixels);
}

/* The pixels of every format show the same as those of 32 bits do. */
static void test_formats(void)
{
	static const struct {
		u8 kind, bits, red, red_size, green, green_size, blue, blue_size;
		u32 text, ground; /* PALETTE_TEXT and PALETTE_BACKGROUND */
	} formats[] = {
		{SCREEN_RGB, 15, 10, 5, 5, 5, 0, 5, 25 << 10 | 25 << 5 | 26, 2 << 10 | 2 << 5 | 3},
		{SCREEN_RGB, 16, 11, 5, 5, 6, 0, 5, 25 << 11 | 51 << 5 | 26, 2 << 11 | 4 << 5 | 3},
		{SCREEN_RGB, 24, 16, 8, 8, 8, 0, 8, PALETTE_TEXT, PALETTE_BACKGROUND},
		{SCREEN_RGB, 24, 0, 8, 8, 8, 16, 8, 0xd4ccc8, 0x181310},
		{SCREEN_RGB, 32, 20, 10, 10, 10, 0, 10, 0xc8u << 22 | 0xccu << 12 | 0xd4u << 2,
		 0x10u << 22 | 0x13u << 12 | 0x18u << 2},
		{SCREEN_INDEXED, 8, 0, 0, 0, 0, 0, 0, 7, 0},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		u32 bytes = (formats[i].bits + 7u) / 8;
		struct surface s = surface_new(83, 50, 83 * bytes + 1);
		u8 *at;
		u32 text = 0, ground = 0;

		s.kind = formats[i].kind, s.bits = formats[i].bits;
		s.red = formats[i].red, s.red_size = formats[i].red_size;
		s.green = formats[i].green, s.green_size = formats[i].green_size;
		s.blue = formats[i].blue, s.blue_size = formats[i].blue_size;
		CHECK(render_init(&r, &s) && r.columns == 10 && r.rows == 3);
		terminal_init(&t, cells, r.columns, r.rows);
		type("\033[?25l█ ");
		render_update(&r, &t, NULL);
		at = (u8 *)s.pixels + (u64)r.top * s.pitch + (u64)r.left * bytes;
		memcpy(&text, at, bytes);
		memcpy(&ground, at + 8ul * bytes, bytes);
		CHECK(text == formats[i].text && ground == formats[i].ground);
		memcpy(&ground, (u8 *)s.pixels + 82ul * bytes, bytes); /* the last of the row */
		CHECK(ground == formats[i].ground);
		CHECK(((u8 *)s.pixels)[83 * bytes] == 0xa5); /* after it: not ours */
		free(s.pixels);
	}
}

static u32 text_cell(const struct surface *s, u32 row, u32 column)
{
	return ((u16 *)s->pixels)[row * s->pitch / 2 + column];
}

static void test_text(void)
{
	struct surface s = surface_new(10, 3, 22);

	s.kind = SCREEN_TEXT;
	CHECK(render_init(&r, &s) && r.columns == 10 && r.rows == 3);
	terminal_init(&t, cells, r.columns, r.rows);
	type("\033[?25lA\033[1mB\033[m\033[34mC\033[m\033[7mD\033[m├─ä😀");
	render_update(&r, &t, NULL);
	CHECK(text_cell(&s, 0, 0) == (0x0700 | 'A'));
	CHECK(text_cell(&s, 0, 1) == (0x0f00 | 'B'));
	CHECK(text_cell(&s, 0, 2) == (0x0900 | 'C')); /* a light blue here, as on pixels */
	CHECK(text_cell(&s, 0, 3) == (0x7000 | 'D'));
	CHECK(text_cell(&s, 0, 4) == 0x07c3 && text_cell(&s, 0, 5) == 0x07c4);
	CHECK(text_cell(&s, 0, 6) == 0x0784 && text_cell(&s, 0, 7) == (0x0700 | '?'));
	CHECK(text_cell(&s, 0, 10) == 0xa5a5); /* after the row: not ours */
	type("\033[?25h\033[2;2H");
	render_update(&r, &t, NULL);
	CHECK(text_cell(&s, 1, 1) == (0x7000 | ' ')); /* the cursor */
	free(s.pixels);
	s.bytes--;
	CHECK(!render_init(&r, &s));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		show_sample(argv[1]);
	test_refused();
	test_pixels();
	test_incremental();
	test_formats();
	test_text();
	return check_result("render");
}
