/* Clocks, sleeping, timers, dates. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "conform.h"

static volatile sig_atomic_t rang;
static volatile int called;

static void ring(int signal)
{
	(void)signal;
	rang++;
}

static void call(union sigval value)
{
	__atomic_store_n(&called, value.sival_int, __ATOMIC_SEQ_CST);
}

static long since(const struct timespec *before)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - before->tv_sec) * 1000000000 + now.tv_nsec - before->tv_nsec;
}

static void clocks(void)
{
	struct timespec t, u, pause = {0, 3000000};
	struct timeval v;
	struct tms use;

	HOLDS("clock_gettime", R, "0", clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	HOLDS("clock_gettime", D, "CLOCK_MONOTONIC never goes back", since(&t) >= 0);
	FAILS("clock_gettime", EINVAL, "no such clock", clock_gettime(77, &u));
	HOLDS("clock_getres", D, "a resolution",
	      clock_getres(CLOCK_REALTIME, &u) == 0 && (u.tv_sec || u.tv_nsec));
	HOLDS("clock_settime", E, "EPERM: without the right to it, or EINVAL: CLOCK_MONOTONIC",
	      clock_settime(CLOCK_MONOTONIC, &t) == -1 && (errno == EPERM || errno == EINVAL));
	HOLDS("nanosleep", D, "at least as long",
	      nanosleep(&pause, NULL) == 0 && since(&t) >= 3000000);
	pause.tv_nsec = 1000000000;
	FAILS("nanosleep", EINVAL, "nanoseconds out of range", nanosleep(&pause, NULL));
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 2000000;
	if (t.tv_nsec >= 1000000000)
		t.tv_sec++, t.tv_nsec -= 1000000000;
	HOLDS("clock_nanosleep", D, "TIMER_ABSTIME: until that time",
	      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0 && since(&t) >= 0);
	HOLDS("gettimeofday", D, "as CLOCK_REALTIME",
	      gettimeofday(&v, NULL) == 0 && clock_gettime(CLOCK_REALTIME, &t) == 0 &&
		      t.tv_sec - v.tv_sec <= 1);
	HOLDS("time", D, "its seconds", labs(time(NULL) - t.tv_sec) <= 1);
	HOLDS("times", R, "clock ticks that grow", times(&use) != (clock_t)-1);
	HOLDS("clock", R, "processor time of the process", clock() != (clock_t)-1);
	clockid_t clock;
	HOLDS("clock_getcpuclockid", D, "the clock of the process",
	      clock_getcpuclockid(0, &clock) == 0 && clock_gettime(clock, &t) == 0);
}

static void timers(void)
{
	timer_t timer;
	struct sigevent by_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct sigevent by_thread = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = call,
		.sigev_value = {.sival_int = 5}};
	struct itimerspec soon = {.it_value = {0, 2000000}, .it_interval = {0, 2000000}}, now,
			  none = {0};
	struct timespec pause = {0, 30000000};
	struct itimerval it;

	signal(SIGUSR1, ring);
	HOLDS("timer_create", R, "0", timer_create(CLOCK_MONOTONIC, &by_signal, &timer) == 0);
	HOLDS("timer_settime", R, "0", timer_settime(timer, 0, &soon, NULL) == 0);
	for (int i = 0; i < 1000 && rang < 3; i++)
		nanosleep(&pause, NULL);
	HOLDS("timer_settime", D, "the signal comes again and again", rang >= 3);
	HOLDS("timer_gettime", D, "the time that is left, and the interval",
	      timer_gettime(timer, &now) == 0 && now.it_interval.tv_nsec == 2000000 &&
		      now.it_value.tv_nsec <= 2000000);
	HOLDS("timer_settime", D, "0 stops it",
	      timer_settime(timer, 0, &none, &now) == 0 && timer_gettime(timer, &now) == 0 &&
		      !now.it_value.tv_nsec);
	HOLDS("timer_getoverrun", R, "a count", timer_getoverrun(timer) >= 0);
	HOLDS("timer_delete", R, "0", timer_delete(timer) == 0);
	HOLDS("timer_create", D, "SIGEV_THREAD: the function runs in a thread",
	      timer_create(CLOCK_REALTIME, &by_thread, &timer) == 0 &&
		      timer_settime(timer, 0, &soon, NULL) == 0);
	for (int i = 0; i < 300 && !__atomic_load_n(&called, __ATOMIC_SEQ_CST); i++)
		nanosleep(&pause, NULL);
	HOLDS("timer_create", D, "SIGEV_THREAD: with its value", called == 5);
	timer_delete(timer);
	FAILS("timer_create", EINVAL, "no such clock", timer_create(77, &by_signal, &timer));
	it = (struct itimerval){.it_value = {50, 0}};
	HOLDS("setitimer", R, "0", setitimer(ITIMER_REAL, &it, NULL) == 0);
	HOLDS("getitimer", D, "the time that is left",
	      getitimer(ITIMER_REAL, &it) == 0 && it.it_value.tv_sec >= 49);
	it = (struct itimerval){{0}, {0}};
	setitimer(ITIMER_REAL, &it, NULL);
	FAILS("getitimer", EINVAL, "no such timer", getitimer(77, &it));
	signal(SIGUSR1, SIG_DFL);
}

static void dates(void)
{
	time_t t = 951782400; /* 2000-02-29 */
	struct tm tm;
	char text[64];

	gmtime_r(&t, &tm);
	HOLDS("gmtime_r", D, "a date of a leap year",
	      tm.tm_year == 100 && tm.tm_mon == 1 && tm.tm_mday == 29 && tm.tm_wday == 2);
	HOLDS("timegm", R, "the same time", timegm(&tm) == t);
	HOLDS("strftime", D, "fields",
	      strftime(text, 64, "%Y-%m-%d %a", &tm) == 14 && !strcmp(text, "2000-02-29 Tue"));
	HOLDS("strptime", D, "the reverse",
	      strptime("1999-12-31", "%Y-%m-%d", &tm) && tm.tm_year == 99 && tm.tm_mon == 11);
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	t = 962409600; /* in July */
	localtime_r(&t, &tm);
	HOLDS("localtime_r", D, "TZ with a rule for summer", tm.tm_isdst == 1 && tm.tm_hour == 2);
	HOLDS("mktime", D, "the time of a local date", mktime(&tm) == t);
	unsetenv("TZ");
	tzset();
}

void conform_time(void)
{
	clocks();
	timers();
	dates();
}
