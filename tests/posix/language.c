/* Parts of C that a compiler and its runtime library must do together. Its output is the same with each compiler
 * (tests/test_tinycc.py). */
#include <alloca.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct large {
	double value;
	long words[5];
	char letter;
};
struct pair {
	float x, y;
};
struct bits {
	unsigned low : 3, middle : 13;
	signed high : 7;
};

static struct large by_value(struct large l, struct pair p)
{
	l.value *= p.x + p.y;
	l.words[4]++;
	return l;
}

/* An int, a double and a long double in turns. */
static long double sum(int count, ...)
{
	va_list list, again;
	long double total = 0;

	va_start(list, count);
	va_copy(again, list);
	for (int i = 0; i < count; i++)
		total += i % 3 == 0   ? va_arg(list, int)
			 : i % 3 == 1 ? va_arg(list, double)
				      : va_arg(list, long double);
	total += va_arg(again, int);
	va_end(again);
	va_end(list);
	return total;
}

static void numbers(void)
{
	volatile double large = 1e308, zero = 0;
	volatile float ten = 1e10f;
	volatile long wide = -7000000000000;
	struct bits b = {.low = 9 & 7, .middle = 8191, .high = -3};

	printf("%lld %llu %llx\n", (long long)(wide / 3), (unsigned long long)wide % 1000u,
	       (unsigned long long)wide >> 4);
	printf("%lu %lu %ld\n", (unsigned long)ten, (unsigned long)1e19, (long)-ten);
	printf("%.15Lf %.12f %a\n", sqrtl(2.0L), sin(1.0), 0.1);
	printf("%g %d %d\n", large * 10, isinf(large * 10), isnan(zero / zero));
	printf("%u %u %d %zu\n", b.low, b.middle, b.high, sizeof(b));
	printf("%.20Lg %Lg\n", 1.0L / 3, (long double)UINT64_MAX);
}

static pthread_key_t key;
static void *in_thread(void *argument)
{
	pthread_setspecific(key, argument);
	errno = 7;
	return (void *)((intptr_t)pthread_getspecific(key) + errno);
}

/* errno and a key's value are each thread's own. */
static void threads(void)
{
	pthread_t thread;
	void *result = NULL;

	errno = 1;
	pthread_key_create(&key, NULL);
	pthread_setspecific(key, &key);
	pthread_create(&thread, NULL, in_thread, (void *)5);
	pthread_join(thread, &result);
	printf("%ld %d %d\n", (long)(intptr_t)result, errno, pthread_getspecific(key) == &key);
}

static volatile sig_atomic_t caught;
static jmp_buf place;

static void catch_it(int signal)
{
	caught = signal;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void control(void)
{
	int list[] = {3, 1, 2}, length = 4;
	int variable[length];
	char *word = alloca(16);

	variable[length - 1] = 11;
	strcpy(word, "alloca");
	qsort(list, 3, sizeof(list[0]), compare);
	printf("%s %d %d %zu\n", word, variable[3], list[0] * 100 + list[1] * 10 + list[2],
	       sizeof(variable));
	int back = setjmp(place);
	if (!back)
		longjmp(place, 3);
	signal(SIGUSR1, catch_it);
	raise(SIGUSR1);
	printf("%d %d\n", back, caught == SIGUSR1);
}

static void at_end(void)
{
	puts("at the end");
}

int main(void)
{
	struct large l = by_value((struct large){1.5, {1, 2, 3, 4, 5}, 'c'}, (struct pair){1, 2});

	printf("%g %ld %c\n", l.value, l.words[4], l.letter);
	printf("%Lg\n", sum(6, 1, 2.5, 3.25L, 4, 5.5, 6.125L));
	numbers();
	threads();
	control();
	return atexit(at_end) ? 1 : 42;
}
