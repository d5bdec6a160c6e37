/* The far end of the serial line: questions, answers, and everything else that is received, however it is cut. */
#include "check.h"
#include "drivers/console/remote.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION "\0337\033[999;999H\033[6n\0338"
#define HZ 1000u

static u64 now;
static u32 asked;
static struct remote r;

static u64 clock_read(void)
{
	return now;
}

static void send(const char *bytes, size_t count)
{
	CHECK_BYTES("question", bytes, count, QUESTION);
	asked++;
}

static void start(void)
{
	r = (struct remote){.send = send, .clock = clock_read, .hz = HZ};
	remote_init(&r);
	asked = 0;
}

/* The input comes in pieces of `piece` bytes; `want` must come out as typed. */
static void receive(int line, const char *text, size_t piece, const char *want)
{
	char typed[4096], part[1024 + REMOTE_HELD_MAX];
	size_t used = 0;

	for (size_t at = 0; at < strlen(text); at += piece) {
		size_t left = strlen(text) - at;
		size_t count = remote_receive(&r, text + at, left < piece ? left : piece, part);
		memcpy(typed + used, part, count);
		used += count;
	}
	check_bytes(__FILE__, line, text, typed, used, want, strlen(want));
}

/* After a question, with the text cut in all ways. */
#define TYPED(text, want)                                                                          \
	for (size_t piece = 1; piece <= strlen(text); piece++) {                                   \
		start();                                                                           \
		remote_ask(&r);                                                                    \
		receive(__LINE__, text, piece, want);                                              \
	}

static void test_answers(void)
{
	TYPED("\033[43;132R", "");
	CHECK(r.columns == 132 && r.rows == 43 && r.answered && remote_deadline(&r) == 0);
	TYPED("ls\033[24;80R -l\r", "ls -l\r");
	CHECK(r.columns == 80 && r.rows == 24);
	/* Keys that begin like an answer, and input that looks like an answer and is not one. */
	TYPED("\033[A\033[1;5C\033OP\033b\033[3~x", "\033[A\033[1;5C\033OP\033b\033[3~x");
	TYPED("\033[R\033[5R\033[;5R\033[5;R\033[1;2;3R",
	      "\033[R\033[5R\033[;5R\033[5;R\033[1;2;3R");
	TYPED("\033\033[24;80Rx", "\033x");
	TYPED("\033[24;\033[24;80Rx", "\033[24;x");
	TYPED("\033[12345678901234567890", "\033[12345678901234567890");
	CHECK(r.held == 0);
	/* Sizes that no terminal has. */
	TYPED("\033[0;0R", "");
	CHECK(r.columns == 80 && r.rows == 24);
	TYPED("\033[99999;99999R", "");
	CHECK(r.columns == 9999 && r.rows == 9999);
}

/* Shift-F3 to Ctrl-Alt-Shift-Meta-F3 leave the size alone, with a question open and without one. */
static void test_a_key_is_no_answer(void)
{
	start();
	remote_ask(&r);
	receive(__LINE__, "\033[1;5R", 1, "\033[1;5R");
	receive(__LINE__, "\033[43;132R", 1, "");
	CHECK(r.columns == 132 && r.rows == 43);
	receive(__LINE__, "\033[1;2R\033[1;16R", 1, "\033[1;2R\033[1;16R");
	CHECK(r.columns == 132 && r.rows == 43);
	/* An answer that nothing awaits is taken out, but does not change the size. */
	receive(__LINE__, "\033[7;9R\033[1;17R", 1, "");
	CHECK(r.columns == 132 && r.rows == 43 && r.answered);
}

static void test_nothing_is_held_before_the_first_question(void)
{
	start();
	receive(__LINE__, "\033", 1, "\033");
	receive(__LINE__, "[24;80R", 1, "[24;80R");
	CHECK(r.columns == 80 && r.rows == 24 && !r.answered);
}

static void test_a_lone_escape(void)
{
	char typed[REMOTE_HELD_MAX];

	start();
	remote_ask(&r);
	receive(__LINE__, "x\033", 9, "x");
	CHECK(remote_deadline(&r) == now + HZ / 10);
	now += HZ / 10;
	CHECK(remote_release(&r, typed) == 1 && typed[0] == '\033');
	CHECK(remote_deadline(&r) == 0 && remote_release(&r, typed) == 0);
}

/* A line without a terminal at its end is asked three times, then at every eighth request; a terminal that is connected
 * later is noticed. */
static void test_nobody_there(void)
{
	u32 prompts = 0;

	start();
	for (; prompts < 3; prompts++, now += 2 * HZ)
		remote_ask(&r);
	CHECK(asked == 3);
	for (; prompts < 3 + 80; prompts++, now += 2 * HZ)
		remote_ask(&r);
	CHECK(asked == 3 + 10);
	receive(__LINE__, "\033[50;100R", 1, ""); /* a late answer counts */
	CHECK(r.columns == 100 && r.rows == 50);
	for (prompts = 0; prompts < 10; prompts++) {
		remote_ask(&r);
		receive(__LINE__, "\033[50;100R", 1, "");
	}
	CHECK(asked == 13 + 10);
	/* The terminal is disconnected again: the next terminal is of unknown size. */
	remote_ask(&r);
	now += 2 * HZ;
	CHECK(r.columns == 100);
	remote_ask(&r);
	CHECK(r.columns == 80 && r.rows == 24 && !r.answered);
}

static void test_one_question_at_a_time(void)
{
	start();
	for (int i = 0; i < 100; i++)
		remote_ask(&r);
	CHECK(asked == 1);
	receive(__LINE__, "\033[24;80R", 1, "");
	remote_ask(&r);
	CHECK(asked == 2);
}

/* Programs' questions: the terminal answers in the order it was asked. */
static void test_order(void)
{
	start();
	remote_passed(&r);
	remote_ask(&r);
	remote_passed(&r);
	receive(__LINE__, "\033[1;2R\033[30;90R\033[3;4R", 1, "\033[1;2R\033[3;4R");
	CHECK(r.columns == 90 && r.rows == 30);
	/* A question that is never answered is forgotten. */
	remote_passed(&r);
	now += 2 * HZ;
	remote_ask(&r);
	receive(__LINE__, "\033[31;91R", 1, "");
	CHECK(r.columns == 91 && r.rows == 31);
	/* More questions than are remembered. */
	for (int i = 0; i < 100; i++)
		remote_passed(&r);
	for (int i = 0; i < REMOTE_QUESTIONS; i++)
		receive(__LINE__, "\033[1;2R", 1, "\033[1;2R");
	CHECK(r.questions == 0 && r.columns == 91);
}

/* The length of the answer at the start of the text; 0 where none does. */
static size_t answer_length(const char *text, size_t count)
{
	size_t at = 2, digits[2] = {0, 0};

	if (count < 2 || text[0] != '\033' || text[1] != '[')
		return 0;
	for (int i = 0; i < 2; i++) {
		while (at < count && text[at] >= '0' && text[at] <= '9')
			at++, digits[i]++;
		if (digits[i] == 0 || at == count || text[at++] != (i == 0 ? ';' : 'R'))
			return 0;
	}
	/* ESC [ 1 ; 2 R to ESC [ 1 ; 16 R, with or without zeros before them, are keys. */
	unsigned row = 0, column = 0;
	char end = 0;
	char copy[64] = {0};
	memcpy(copy, text, at < sizeof(copy) ? at : sizeof(copy) - 1);
	if (sscanf(copy, "\033[%u;%u%c", &row, &column, &end) == 3 && row == 1 && column >= 2 &&
	    column <= 16)
		return 0;
	return at <= REMOTE_HELD_MAX ? at : 0;
}

/* Random input: the program gets the received bytes without the whole answers. */
static void test_fuzz(void)
{
	static const char *const pieces[] = {
		"\033", "[", ";", "R", "1", "24", "999999", "\033[24;80R", "\033[A", "x"};
	char in[64], whole[8192], got[8192 + REMOTE_HELD_MAX], want[8192];

	srand(7);
	for (int round = 0; round < 5000 && !check_failures; round++) {
		size_t received = 0, typed = 0, wanted = 0;
		start();
		remote_ask(&r);
		for (int i = 0; i < 40; i++) {
			in[0] = '\0';
			for (int j = rand() % 4; j > 0; j--)
				strcat(in, pieces[(size_t)rand() % ARRAY_LEN(pieces)]);
			memcpy(whole + received, in, strlen(in));
			received += strlen(in);
			typed += remote_receive(&r, in, strlen(in), got + typed);
		}
		typed += remote_release(&r, got + typed);
		for (size_t at = 0; at < received;) {
			size_t answer = answer_length(whole + at, received - at);
			if (answer == 0)
				want[wanted++] = whole[at++];
			at += answer;
		}
		check_bytes(__FILE__, __LINE__, "typed", got, typed, want, wanted);
	}
}

int main(void)
{
	test_answers();
	test_a_key_is_no_answer();
	test_nothing_is_held_before_the_first_question();
	test_a_lone_escape();
	test_nobody_there();
	test_one_question_at_a_time();
	test_order();
	test_fuzz();
	return check_result("remote");
}
