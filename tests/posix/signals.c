/* Signals from other processes: handlers, masks, waits that end, alarms, faults that are caught, alternate stacks. The
 * program is also its own child, which sends the signals. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "expect.h"

#define SELF "/boot/bin/signals"

extern char **environ;

static volatile int caught, last, sender, code;

static void handler(int signal)
{
	caught++;
	last = signal;
}

static void info_handler(int signal, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	caught++;
	last = signal;
	sender = info->si_pid;
	code = info->si_code;
	if (!u->uc_mcontext.gregs[REG_RIP] && !info->si_pid)
		last = -1;
}

static void act(int signal, void (*with)(int), int flags)
{
	struct sigaction action = {.sa_handler = with, .sa_flags = flags};

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
	caught = last = 0;
}

static pid_t spawn(const char *a, const char *b, const char *c)
{
	const char *words[] = {"signals", a, b, c, NULL};
	int child = 0;

	return posix_spawn(&child, SELF, NULL, NULL, (char *const *)words, environ) ? -1 : child;
}

static int status_of(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			return -1;
	return status;
}

/* ---- The children ---- */

/* Sends its parent a signal as often as it is asked to, after a moment each time. */
static int child_sends(int signal, int times)
{
	for (int i = 0; i < times; i++) {
		usleep(20000);
		if (kill(getppid(), signal))
			return 1;
	}
	usleep(200000); /* its end comes after what its last signal does */
	return 0;
}

static int child_stack(void)
{
	volatile char room[1024];

	room[0] = 1;
	return child_stack() + room[0];
}

static int child_catches(void)
{
	sigset_t set, before;

	act(SIGTERM, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	kill(getppid(), SIGUSR1); /* it is ready */
	sigsuspend(&before);
	return last == SIGTERM ? 44 : 1;
}

static int run_child(int count, char **words)
{
	if (!strcmp(words[1], "send"))
		return child_sends(atoi(words[2]), count > 3 ? atoi(words[3]) : 1);
	if (!strcmp(words[1], "pause"))
		return pause();
	if (!strcmp(words[1], "catch"))
		return child_catches();
	if (!strcmp(words[1], "overflow"))
		return child_stack();
	if (!strcmp(words[1], "abort"))
		abort();
	return 99;
}

/* ---- In the program ---- */

static double series(int from, int to)
{
	double sum = 0;

	for (int i = from; i < to; i++)
		sum += 1.0 / i;
	return sum;
}

/* Signals at any instruction of a computation, with the FPU, leave it as it is. */
static void anywhere(void)
{
	act(SIGUSR1, handler, 0);
	double wanted = series(1, 20000);
	pid_t child = spawn("send", "10", "40");
	int wrong = 0;

	while (caught < 40) {
		wrong += series(1, 20000) != wanted;
		if (waitpid(child, NULL, WNOHANG) == child && caught < 40)
			break;
	}
	EXPECT(caught >= 1 && caught <= 40 && last == SIGUSR1 && wrong == 0);
	waitpid(child, NULL, 0);
}

static void informed(void)
{
	struct sigaction action = {.sa_sigaction = info_handler, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR2, &action, NULL);
	caught = 0;
	pid_t child = spawn("send", "12", "1");
	while (!caught)
		;
	EXPECT(last == SIGUSR2 && sender == child && code == SI_USER);
	EXPECT(status_of(child) == 0);
	EXPECT(raise(SIGUSR2) == 0 && caught == 2 && sender == getpid());
}

/* ---- Waits ---- */

static void waits(void)
{
	struct timespec left = {0, 0}, long_time = {1000, 0};
	int status;

	act(SIGUSR1, handler, SA_RESTART);
	pid_t child = spawn("send", "10", "1");
	EXPECT(nanosleep(&long_time, &left) == -1 && errno == EINTR && caught == 1 &&
	       left.tv_sec > 0 && left.tv_sec < 1000);
	EXPECT(status_of(child) == 0);
	child = spawn("send", "10", "3"); /* wait goes on after each */
	EXPECT(waitpid(child, &status, 0) == child && status == 0 && caught == 4);
	act(SIGUSR1, handler, 0);
	child = spawn("send", "10", "1");
	EXPECT(waitpid(child, &status, 0) == -1 && errno == EINTR && caught == 1);
	EXPECT(status_of(child) == 0);
	child = spawn("send", "10", "1");
	EXPECT(pause() == -1 && errno == EINTR && caught == 2);
	EXPECT(status_of(child) == 0);
}

static void masks(void)
{
	sigset_t set, before, pending;
	struct timespec moment = {0, 2000000};
	siginfo_t info;

	act(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	pid_t child = spawn("send", "10", "1");
	EXPECT(status_of(child) == 0 && caught == 0);
	EXPECT(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1));
	EXPECT(sigsuspend(&before) == -1 && errno == EINTR && caught == 1);
	EXPECT(sigprocmask(SIG_BLOCK, NULL, &pending) == 0 && sigismember(&pending, SIGUSR1));
	child = spawn("send", "10", "1");
	EXPECT(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_pid == child && caught == 1);
	EXPECT(status_of(child) == 0);
	EXPECT(sigtimedwait(&set, NULL, &moment) == -1 && errno == EAGAIN);
	EXPECT(raise(SIGUSR1) == 0 && caught == 1 && sigtimedwait(&set, NULL, &moment) == SIGUSR1);
	child = spawn("send", "10", "1");
	EXPECT(status_of(child) == 0 && caught == 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
	EXPECT(caught == 2);
}

static volatile int depth, deepest;

static void nested(int signal)
{
	depth++;
	deepest = depth > deepest ? depth : deepest;
	if (++caught < 3)
		raise(signal);
	depth--;
}

static void flags(void)
{
	act(SIGUSR1, nested, 0);
	deepest = 0;
	EXPECT(raise(SIGUSR1) == 0 && caught == 3 && deepest == 1);
	act(SIGUSR1, nested, SA_NODEFER);
	deepest = 0;
	EXPECT(raise(SIGUSR1) == 0 && caught == 3 && deepest == 3);
	act(SIGCHLD, handler, SA_RESETHAND);
	EXPECT(raise(SIGCHLD) == 0 && raise(SIGCHLD) == 0 && caught == 1);
	struct sigaction now;
	EXPECT(sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
	FAILS(sigaction(SIGKILL, &now, NULL), EINVAL);
	FAILS(kill(getpid(), 65), EINVAL);
}

/* ---- Alarms ---- */

static void alarms(void)
{
	struct itimerval often = {{0, 5000}, {0, 5000}}, none = {{0, 0}, {0, 0}}, before;

	act(SIGALRM, handler, 0);
	EXPECT(setitimer(ITIMER_REAL, &often, NULL) == 0);
	while (caught < 5)
		pause();
	EXPECT(last == SIGALRM && getitimer(ITIMER_REAL, &before) == 0 &&
	       before.it_interval.tv_usec == 5000 && before.it_value.tv_usec <= 5000);
	EXPECT(setitimer(ITIMER_REAL, &none, &before) == 0 && before.it_interval.tv_usec == 5000);
	EXPECT(alarm(100) == 0 && alarm(0) >= 99);
	caught = 0;
	usleep(20000);
	EXPECT(caught == 0);
}

/* ---- Faults ---- */

static sigjmp_buf back;
static void *volatile fault_at;
static int on_which;
static char other_stack[16384];

static void on_fault(int signal, siginfo_t *info, void *context)
{
	char here;

	(void)context;
	caught++;
	last = signal;
	fault_at = info->si_addr;
	on_which = &here >= other_stack && &here < other_stack + sizeof(other_stack);
	siglongjmp(back, 1);
}

static volatile int zero;

static void faults(void)
{
	stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)}, old;
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	caught = 0;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	for (int i = 1; i <= 3; i++) {
		if (!sigsetjmp(back, 1))
			*(volatile char *)0x7654321 = 1;
		EXPECT(caught == i && last == SIGSEGV && fault_at == (void *)0x7654321 &&
		       !on_which);
	}
	if (!sigsetjmp(back, 1))
		zero = 100 / zero;
	EXPECT(caught == 4 && last == SIGFPE);
	EXPECT(sigaltstack(&stack, &old) == 0 && old.ss_flags == SS_DISABLE);
	action.sa_flags |= SA_ONSTACK;
	sigaction(SIGSEGV, &action, NULL);
	if (!sigsetjmp(back, 1))
		child_stack();
	EXPECT(caught == 5 && on_which);
	signal(SIGSEGV, SIG_DFL);
	EXPECT(sigaltstack(NULL, &old) == 0 && old.ss_flags == 0 && old.ss_sp == other_stack);
}

/* ---- Defaults ---- */

static void defaults(void)
{
	pid_t child = spawn("pause", NULL, NULL);

	usleep(5000);
	EXPECT(kill(child, SIGCHLD) == 0 && kill(child, SIGURG) == 0);
	EXPECT(waitpid(child, NULL, WNOHANG) == 0);
	EXPECT(kill(child, SIGUSR1) == 0 && status_of(child) == SIGUSR1);
	EXPECT(status_of(spawn("abort", NULL, NULL)) == SIGABRT);
	EXPECT(status_of(spawn("overflow", NULL, NULL)) == SIGSEGV);
	act(SIGUSR1, handler, 0);
	child = spawn("catch", NULL, NULL);
	while (!caught)
		usleep(1000);
	EXPECT(kill(child, SIGTERM) == 0 && status_of(child) == 44 << 8);
}

int main(int count, char **words)
{
	if (count > 1)
		return run_child(count, words);
	anywhere();
	informed();
	waits();
	masks();
	flags();
	alarms();
	faults();
	defaults();
	return expect_end();
}
