/* The parts of the log that are pure: the rings against a list of all lines, and the budget by its own clock. */
#include "tests/host/check.h"
#include "servers/log/budget.h"
#include "servers/log/lines.h"
#include <stdlib.h>

#define MANY 3000

static struct {
	u32 source;
	char text[LOG_TEXT_MAX];
	size_t bytes;
} all[MANY + 1]; /* by number */

/* How many lines of this source come after number n. */
static u32 later(u32 source, u64 n)
{
	u32 count = 0;

	for (u64 i = n + 1; i <= lines_count(); i++)
		count += all[i].source == source;
	return count;
}

/* Every line that is kept is as it was added; of each source these are the newest, and at least 32. */
static void check_kept(void)
{
	u64 from = 1, kept = 0;
	const struct line *l;

	for (; (l = lines_find(from)); from = l->number + 1) {
		for (u64 n = from; n < l->number; n++)
			CHECK(later(all[n].source, n) >= 32);
		CHECK(l->source == all[l->number].source && l->bytes == all[l->number].bytes);
		CHECK(memcmp(l->text, all[l->number].text, l->bytes) == 0);
		kept++;
	}
	CHECK(kept >= 32 && !lines_find(lines_count() + 1));
}

static void test_rings(unsigned long seed)
{
	for (u64 n = 1; n <= MANY; n++) {
		all[n].source =
			(u32)(random_next(&seed) % 3 == 0 ? random_next(&seed) % SOURCES : 7);
		all[n].bytes = random_next(&seed) % (LOG_TEXT_MAX + 1);
		for (size_t i = 0; i < all[n].bytes; i++)
			all[n].text[i] = (char)(' ' + random_next(&seed) % 95);
		lines_add(all[n].source, all[n].text, all[n].bytes, n % 2, n);
		CHECK(lines_count() == n);
		if (n % 100 == 0)
			check_kept();
	}
	for (u64 n = MANY - 20; n <= MANY; n++) {
		const struct line *l = lines_find(n);
		CHECK(l && l->number == n && l->on_serial == n % 2 && l->at == n);
		l = lines_find_before(all[n].source, n + 1);
		CHECK(l && l->number == n);
		l = lines_find_before(all[n].source, n);
		CHECK(!l || (l->number < n && later(all[n].source, l->number) > 0));
	}
}

static void test_text(void)
{
	u64 first = lines_count() + 1;
	char longer[2 * LOG_TEXT_MAX + 10];

	lines_add(1, "a\tb\x1b[2J\x80\n", 9, false, 0);
	CHECK(memcmp(lines_find(first)->text, "a b?[2J??", 9) == 0);
	lines_add(1, "", 0, false, 0);
	CHECK(lines_find(first + 1)->bytes == 0 && lines_count() == first + 1);
	memset(longer, 'x', sizeof(longer));
	lines_add(1, longer, sizeof(longer), false, 0);
	CHECK(lines_count() == first + 2 && lines_find(first + 2)->bytes == LOG_TEXT_MAX);
}

static void test_budget(void)
{
	struct budget b = {0};
	const u64 hz = 1000000;
	u64 now = 5 * hz, taken = 0;

	while (budget_take(&b, 84, now, hz)) /* with its cost a hundred bytes */
		taken++;
	CHECK(taken == BUDGET_BURST / 100 && b.dropped == 1);
	CHECK(!budget_take(&b, 84, now, hz) && b.dropped == 2);
	now += hz / 10; /* 51 bytes are earned: with the 96 that are left, enough for one */
	CHECK(budget_take(&b, 84, now, hz) && !budget_take(&b, 84, now, hz));
	taken = 0;
	for (u32 tenth = 0; tenth < 100; tenth++, now += hz / 10)
		while (budget_take(&b, 84, now, hz))
			taken++;
	CHECK(taken >= BUDGET_RATE / 100 * 9 && taken <= BUDGET_RATE / 100 * 11);
	CHECK(!budget_take(&b, BUDGET_BURST + 1, now + 1000 * hz, hz));
	/* Never more than the burst, however long it was quiet. */
	now += 2000 * hz;
	for (taken = 0; budget_take(&b, 84, now, hz);)
		taken++;
	CHECK(taken == BUDGET_BURST / 100);
	for (taken = 0, now += 100 * hz; budget_take(&b, 0, now, hz);)
		taken++;
	CHECK(taken <= BUDGET_BURST / 10); /* empty writes, too */
}

int main(int count, char **words)
{
	test_budget();
	test_rings(count > 1 ? strtoul(words[1], NULL, 0) | 1 : 1);
	test_text();
	return check_result("parts");
}
