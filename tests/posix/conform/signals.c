/* Signals. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conform.h"

static volatile sig_atomic_t count, last, depth, deepest, on_other;
static siginfo_t info;
static char other[16384];

static void handler(int signal)
{
	count++;
	last = signal;
}

static void informed(int signal, siginfo_t *i, void *context)
{
	(void)context;
	handler(signal);
	info = *i;
}

static void nested(int signal)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (++count == 1)
		raise(signal);
	depth--;
}

static void where(int signal)
{
	char here;

	(void)signal;
	on_other = &here > other && &here < other + sizeof(other);
}

static void actions(void)
{
	struct sigaction act = {.sa_handler = handler}, before;

	HOLDS("sigaction", R, "0", sigaction(SIGUSR1, &act, &before) == 0);
	HOLDS("sigaction", D, "the action before", before.sa_handler == SIG_DFL);
	HOLDS("raise", D, "returns after the handler",
	      raise(SIGUSR1) == 0 && count == 1 && last == SIGUSR1);
	FAILS("sigaction", EINVAL, "SIGKILL", sigaction(SIGKILL, &act, NULL));
	FAILS("sigaction", EINVAL, "no such signal", sigaction(99, &act, NULL));
	act.sa_flags = SA_RESETHAND;
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &before);
	HOLDS("sigaction", D, "SA_RESETHAND: the default action afterwards",
	      before.sa_handler == SIG_DFL);
	count = deepest = 0;
	act = (struct sigaction){.sa_handler = nested};
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	HOLDS("sigaction", D, "the signal is blocked while its handler runs",
	      count == 2 && deepest == 1);
	count = deepest = 0;
	act.sa_flags = SA_NODEFER;
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	HOLDS("sigaction", D, "SA_NODEFER: it is not", count == 2 && deepest == 2);
	act = (struct sigaction){.sa_sigaction = informed, .sa_flags = SA_SIGINFO};
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	HOLDS("sigaction", D, "SA_SIGINFO: the signal and its sender",
	      info.si_signo == SIGUSR1 && info.si_pid == getpid() && info.si_code == SI_USER);
	union sigval value = {.sival_int = 7};
	HOLDS("sigqueue", D, "the handler gets the value",
	      sigqueue(getpid(), SIGUSR1, value) == 0 && info.si_code == SI_QUEUE &&
		      info.si_value.sival_int == 7);
	FAILS("sigqueue", EINVAL, "no such signal", sigqueue(getpid(), 99, value));
	stack_t s = {.ss_sp = other, .ss_size = sizeof(other)};
	HOLDS("sigaltstack", R, "0", sigaltstack(&s, NULL) == 0);
	act = (struct sigaction){.sa_handler = where, .sa_flags = SA_ONSTACK};
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	HOLDS("sigaltstack", D, "the handler runs there", on_other);
	s.ss_size = 10;
	FAILS("sigaltstack", ENOMEM, "too small", sigaltstack(&s, NULL));
	s = (stack_t){.ss_flags = SS_DISABLE};
	sigaltstack(&s, NULL);
	signal(SIGUSR1, SIG_IGN);
	HOLDS("signal", D, "SIG_IGN: nothing happens", raise(SIGUSR1) == 0);
	HOLDS("signal", R, "the action before", signal(SIGUSR1, SIG_DFL) == SIG_IGN);
}

static void masks(void)
{
	sigset_t set, before, now;
	int signal_number;

	count = 0;
	signal(SIGUSR1, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	HOLDS("sigismember", R, "1 or 0",
	      sigismember(&set, SIGUSR1) == 1 && sigismember(&set, SIGUSR2) == 0);
	FAILS("sigaddset", EINVAL, "no such signal", sigaddset(&set, 99));
	HOLDS("sigprocmask", R, "0", sigprocmask(SIG_BLOCK, &set, &before) == 0);
	raise(SIGUSR1);
	HOLDS("sigprocmask", D, "a blocked signal stays pending",
	      count == 0 && sigpending(&now) == 0 && sigismember(&now, SIGUSR1));
	HOLDS("sigprocmask", D, "it comes before the call that unblocks it returns",
	      sigprocmask(SIG_SETMASK, &before, NULL) == 0 && count == 1);
	FAILS("sigprocmask", EINVAL, "no such way", sigprocmask(77, &set, NULL));
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	FAILS("sigsuspend", EINTR, "after a handler has run", sigsuspend(&before));
	HOLDS("sigsuspend", D, "the mask is as before",
	      count == 2 && sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGUSR1));
	raise(SIGUSR1);
	HOLDS("sigwait", D, "takes a pending signal, and its handler does not run",
	      sigwait(&set, &signal_number) == 0 && signal_number == SIGUSR1 && count == 2);
	struct timespec little = {0, 2000000};
	FAILS("sigtimedwait", EAGAIN, "none came in time", sigtimedwait(&set, NULL, &little));
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigprocmask(SIG_SETMASK, NULL, &now);
	HOLDS("sigprocmask", D, "SIGKILL and SIGSTOP cannot be blocked",
	      !sigismember(&now, SIGKILL) && !sigismember(&now, SIGSTOP));
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void queues(void)
{
	sigset_t set;
	siginfo_t got;
	union sigval value;
	int values = 0;
	struct timespec none = {0, 0};

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	value.sival_int = 9;
	sigqueue(getpid(), SIGRTMIN + 1, value);
	for (value.sival_int = 1; value.sival_int <= 3; value.sival_int++)
		sigqueue(getpid(), SIGRTMIN, value);
	HOLDS("sigwaitinfo", D, "the lowest of several real-time signals comes first",
	      sigtimedwait(&set, &got, &none) == SIGRTMIN);
	values = got.si_value.sival_int;
	while (sigtimedwait(&set, &got, &none) == SIGRTMIN)
		values = values * 10 + got.si_value.sival_int;
	EXCEPTION("sigqueue", D,
		  "a real-time signal that is pending several times is queued, with its values",
		  values == 123);
	while (sigtimedwait(&set, NULL, &none) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void sending(void)
{
	int status;

	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	HOLDS("kill", D, "signal 0 looks for the process", kill(child, 0) == 0);
	HOLDS("kill", R, "0", kill(child, SIGTERM) == 0);
	HOLDS("kill", D, "the default action ends the process",
	      waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
		      WTERMSIG(status) == SIGTERM);
	FAILS("kill", ESRCH, "no such process", kill(child, 0));
	FAILS("kill", EINVAL, "no such signal", kill(getpid(), 99));
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		signal(SIGCONT, handler);
		raise(SIGSTOP);
		_exit(last == SIGCONT ? 3 : 4);
	}
	HOLDS("kill", D, "SIGSTOP stops it",
	      waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) &&
		      WSTOPSIG(status) == SIGSTOP);
	HOLDS("killpg", D, "to a group", killpg(child, SIGCONT) == 0);
	HOLDS("kill", D, "SIGCONT lets it go on, and runs its handler",
	      waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
	FAILS("killpg", ESRCH, "no such group", killpg(child, 0));
	signal(SIGALRM, handler);
	struct itimerval soon = {.it_value = {0, 3000}};
	setitimer(ITIMER_REAL, &soon, NULL);
	FAILS("pause", EINTR, "after a handler has run", pause());
	HOLDS("setitimer", D, "SIGALRM after the time", last == SIGALRM);
	HOLDS("alarm", R, "the seconds that are left of the one before",
	      alarm(100) == 0 && alarm(0) == 100);
	signal(SIGALRM, SIG_DFL);
	HOLDS("strsignal", R, "a text", strsignal(SIGINT));
}

void conform_signals(void)
{
	actions();
	masks();
	queues();
	sending();
}
