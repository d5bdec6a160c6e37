/* Threads and their synchronisation, by POSIX's functions: prints each expectation that does not hold, and their number. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

#define MANY 12 /* threads at a time: with the first, fewer than docs/processes.md allows */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long counter;
static __thread long own = 7;

static void *increment(void *times)
{
	for (long i = 0; i < (long)times; i++) {
		pthread_mutex_lock(&mutex);
		long seen = counter;
		if (i % 64 == 0)
			sched_yield();
		counter = seen + 1;
		pthread_mutex_unlock(&mutex);
	}
	own += (long)times;
	return (void *)own;
}

static void in_turn(void)
{
	pthread_t t;
	void *result;

	for (long i = 0; i < 1000; i++) {
		if (pthread_create(&t, NULL, increment, (void *)1) || pthread_join(t, &result) ||
		    result != (void *)8) {
			EXPECT(!"a thread begins and is joined");
			return;
		}
	}
	EXPECT(counter == 1000 && own == 7);
}

static void many(void)
{
	pthread_t t[MANY];
	void *result;

	counter = 0;
	for (int i = 0; i < MANY; i++)
		EXPECT(pthread_create(&t[i], NULL, increment, (void *)500) == 0);
	for (int i = 0; i < MANY; i++)
		EXPECT(pthread_join(t[i], &result) == 0 && result == (void *)507);
	EXPECT(counter == MANY * 500);
}

/* As many as there can be: an error, and then all go on. */
static void *wait_on(void *semaphore)
{
	while (sem_wait(semaphore))
		;
	return NULL;
}

static void too_many(void)
{
	static pthread_t t[200];
	sem_t gate;
	int made = 0, failed = 0;

	sem_init(&gate, 0, 0);
	while (made < 200 && !(failed = pthread_create(&t[made], NULL, wait_on, &gate)))
		made++;
	EXPECT(failed == EAGAIN && made >= MANY);
	for (int i = 0; i < made; i++)
		sem_post(&gate);
	for (int i = 0; i < made; i++)
		EXPECT(pthread_join(t[i], NULL) == 0);
	sem_destroy(&gate);
}

static void *detached(void *semaphore)
{
	sem_post(semaphore);
	return NULL;
}

static void detach(void)
{
	pthread_attr_t attributes;
	sem_t done;
	pthread_t t;

	sem_init(&done, 0, 0);
	pthread_attr_init(&attributes);
	EXPECT(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
	for (int i = 0; i < 200; i++) {
		while (pthread_create(&t, &attributes, detached, &done) == EAGAIN)
			usleep(100); /* the one before has not left yet */
		sem_wait(&done);
	}
	EXPECT(sem_trywait(&done) == -1 && errno == EAGAIN);
	sem_destroy(&done);
}

/* ---- Conditions ---- */

static int turn;

static void *take_turns(void *first)
{
	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != (int)(long)first)
			pthread_cond_wait(&condition, &mutex);
		turn = !turn;
		counter++;
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static struct timespec after(clockid_t clock, long milliseconds)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += milliseconds * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void conditions(void)
{
	pthread_t t;
	struct timespec until = after(CLOCK_REALTIME, 30), now;

	counter = 0;
	EXPECT(pthread_create(&t, NULL, take_turns, (void *)1) == 0);
	take_turns((void *)0);
	EXPECT(pthread_join(t, NULL) == 0 && counter == 400);
	pthread_mutex_lock(&mutex);
	EXPECT(pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	clock_gettime(CLOCK_REALTIME, &now);
	EXPECT(now.tv_sec > until.tv_sec ||
	       (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
}

/* ---- Mutexes of all kinds ---- */

static pthread_mutex_t robust;

static void *die_with(void *word)
{
	pthread_mutex_lock(&robust);
	if (word)
		syscall(SYS_exit, 0); /* not pthread_exit, which releases it itself */
	return NULL;
}

static void *try(void *m)
{
	return (void *)(long)pthread_mutex_trylock(m);
}

static void mutexes(void)
{
	pthread_mutexattr_t kind;
	pthread_mutex_t m;
	pthread_t t;
	void *result;
	struct timespec until = after(CLOCK_REALTIME, 20);

	pthread_mutexattr_init(&kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &kind);
	EXPECT(pthread_mutex_lock(&m) == 0 && pthread_mutex_lock(&m) == 0);
	EXPECT(pthread_create(&t, NULL, try, &m) == 0 && pthread_join(t, &result) == 0 &&
	       (long)result == EBUSY);
	EXPECT(pthread_mutex_unlock(&m) == 0 && pthread_mutex_unlock(&m) == 0);
	EXPECT(pthread_create(&t, NULL, try, &m) == 0 && pthread_join(t, &result) == 0 && !result);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &kind);
	EXPECT(pthread_mutex_lock(&m) == 0 && pthread_mutex_lock(&m) == EDEADLK);
	EXPECT(pthread_mutex_unlock(&m) == 0 && pthread_mutex_unlock(&m) == EPERM);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_NORMAL);
	pthread_mutex_init(&m, &kind);
	EXPECT(pthread_mutex_lock(&m) == 0 && pthread_mutex_timedlock(&m, &until) == ETIMEDOUT);
	EXPECT(pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST) == 0);
	for (long i = 0; i < 2; i++) {
		/* Of a private one musl alone takes care, when a thread ends by pthread_exit. */
		pthread_mutexattr_setpshared(
			&kind, i ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
		pthread_mutex_init(&robust, &kind);
		EXPECT(pthread_create(&t, NULL, die_with, (void *)i) == 0);
		int got;
		while ((got = pthread_mutex_trylock(&robust)) == 0)
			pthread_mutex_unlock(&robust), usleep(1000);
		if (got == EBUSY)
			got = pthread_mutex_lock(&robust);
		EXPECT(got == EOWNERDEAD && pthread_mutex_consistent(&robust) == 0 &&
		       pthread_mutex_unlock(&robust) == 0);
		if (i == 0)
			EXPECT(pthread_join(t, NULL) == 0);
	}
}

/* ---- Read-write locks, barriers, semaphores, once ---- */

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static int readers, most_readers, writers;

static void *read_or_write(void *writes)
{
	for (int i = 0; i < 50; i++) {
		if (writes) {
			pthread_rwlock_wrlock(&rw);
			EXPECT(++writers == 1 && readers == 0);
			sched_yield();
			writers--;
		} else {
			pthread_rwlock_rdlock(&rw);
			int now = __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
			if (now > most_readers)
				most_readers = now;
			sched_yield();
			EXPECT(writers == 0);
			__atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
		}
		pthread_rwlock_unlock(&rw);
	}
	return NULL;
}

static pthread_barrier_t barrier;
static int arrived[50];

static void *meet(void *unused)
{
	long serial = 0;

	(void)unused;
	for (int i = 0; i < 50; i++) {
		__atomic_add_fetch(&arrived[i], 1, __ATOMIC_SEQ_CST);
		serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
		EXPECT(arrived[i] == 4);
	}
	return (void *)serial;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int initialised;

static void initialise(void)
{
	usleep(2000);
	initialised++;
}

static void *call_once(void *unused)
{
	(void)unused;
	pthread_once(&once, initialise);
	return (void *)(long)initialised;
}

static void together(void *(*run)(void *), long odd, long *sum)
{
	pthread_t t[4];
	void *result;

	for (long i = 0; i < 4; i++)
		EXPECT(pthread_create(&t[i], NULL, run, (void *)(i & odd)) == 0);
	*sum = 0;
	for (int i = 0; i < 4; i++) {
		EXPECT(pthread_join(t[i], &result) == 0);
		*sum += (long)result;
	}
}

static void others(void)
{
	long sum;

	sem_t s;
	struct timespec until = after(CLOCK_REALTIME, 20);

	together(read_or_write, 1, &sum);
	EXPECT(most_readers == 2);
	pthread_barrier_init(&barrier, NULL, 4);
	together(meet, 0, &sum);
	EXPECT(sum == 50);
	together(call_once, 0, &sum);
	EXPECT(sum == 4 && initialised == 1);
	sem_init(&s, 0, 1);
	EXPECT(sem_wait(&s) == 0 && sem_timedwait(&s, &until) == -1 && errno == ETIMEDOUT);
}

/* ---- Keys, cancellation ---- */

static pthread_key_t key;
static int destroyed, cleaned;

static void destroy(void *value)
{
	destroyed += (int)(long)value;
}

static void clean(void *value)
{
	cleaned += (int)(long)value;
}

static void unlock(void *m)
{
	pthread_mutex_unlock(m);
}

static void *cancelled(void *how)
{
	int ignored;

	sem_t never;
	char byte;

	sem_init(&never, 0, 0);
	pthread_setspecific(key, (void *)1);
	pthread_cleanup_push(clean, (void *)1);
	switch ((long)how) {
	case 0:
		for (;;)
			sem_wait(&never);
	case 1:
		for (;;)
			sleep(100);
	case 2:
		for (;;)
			pthread_testcancel();
	case 3:
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
		usleep(20000);
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &ignored);
		pthread_testcancel();
		break;
	case 4:
		for (;;)
			read(0, &byte, 1); /* of the terminal: in a server */
	case 5:
		pthread_mutex_lock(&mutex);
		pthread_cleanup_push(unlock, &mutex);
		for (;;)
			pthread_cond_wait(&condition, &mutex);
		pthread_cleanup_pop(1);
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancellation(void)
{
	pthread_t t;
	void *result;

	EXPECT(pthread_key_create(&key, destroy) == 0);
	for (long how = 0; how < 6; how++) {
		for (int wait = 0; wait < 2; wait++) {
			EXPECT(pthread_create(&t, NULL, cancelled, (void *)how) == 0);
			if (wait)
				usleep(5000);
			EXPECT(pthread_cancel(t) == 0);
			EXPECT(pthread_join(t, &result) == 0 && result == PTHREAD_CANCELED);
		}
	}
	EXPECT(cleaned == 12 && destroyed == 12);
	EXPECT(pthread_mutex_trylock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
}

/* ---- Calls by several threads ---- */

static void *use_files(void *number)
{
	char name[32], line[32], got[32];
	struct stat s;

	snprintf(name, sizeof(name), "tmp/thread%ld", (long)number);
	for (int i = 0; i < 30; i++) {
		snprintf(line, sizeof(line), "%ld.%d", (long)number, i);
		int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
		memset(got, 0, sizeof(got));
		EXPECT(fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) &&
		       pread(fd, got, sizeof(got), 0) == (ssize_t)strlen(line) &&
		       !strcmp(got, line));
		EXPECT(fstat(fd, &s) == 0 && s.st_size == (off_t)strlen(line));
		EXPECT(close(fd) == 0);
	}
	EXPECT(unlink(name) == 0);
	return NULL;
}

static void *allocate(void *unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++) {
		char *p = malloc(100 + i * 37);

		memset(p, i, 100);
		EXPECT(p && p[99] == (char)i);
		free(p);
	}
	return NULL;
}

static int event;

static void *add_events(void *unused)
{
	(void)unused;
	unsigned long one = 1;

	for (int i = 0; i < 100; i++)
		EXPECT(write(event, &one, 8) == 8);
	return NULL;
}

static void calls(void)
{
	pthread_t t[4];
	long sum;
	unsigned long value, total = 0;

	mkdir("tmp", 0755);
	for (long i = 0; i < 4; i++)
		EXPECT(pthread_create(&t[i], NULL, use_files, (void *)i) == 0);
	for (int i = 0; i < 4; i++)
		EXPECT(pthread_join(t[i], NULL) == 0);
	rmdir("tmp");
	together(allocate, 0, &sum);
	event = eventfd(0, 0);
	EXPECT(event >= 3);
	for (long i = 0; i < 4; i++)
		EXPECT(pthread_create(&t[i], NULL, add_events, NULL) == 0);
	while (total < 400 && read(event, &value, 8) == 8)
		total += value;
	EXPECT(total == 400);
	for (int i = 0; i < 4; i++)
		EXPECT(pthread_join(t[i], NULL) == 0);
	EXPECT(close(event) == 0);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec every = {{0, 2000000}, {0, 1000000}};
	EXPECT(read(timer, &value, 8) == -1 && errno == EAGAIN);
	EXPECT(timerfd_settime(timer, 0, &every, NULL) == 0 && usleep(10000) == 0);
	EXPECT(read(timer, &value, 8) == 8 && value >= 4);
	EXPECT(timerfd_gettime(timer, &every) == 0 && every.it_interval.tv_nsec / 1000 == 2000 &&
	       close(timer) == 0);
}

static void *exit_last(void *first)
{
	pthread_join(*(pthread_t *)first, NULL);
	expect_end();
	return NULL;
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"in_turn", in_turn},
	{"many", many},
	{"too_many", too_many},
	{"detach", detach},
	{"conditions", conditions},
	{"mutexes", mutexes},
	{"others", others},
	{"cancellation", cancellation},
	{"calls", calls}};

/* All parts, or those that are named. */
int main(int count, char **words)
{
	static pthread_t first;
	pthread_t t;

	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		bool named = count < 2;

		for (int w = 1; w < count; w++)
			named |= !strcmp(words[w], parts[i].name);
		if (named)
			parts[i].run();
	}
	/* The first thread ends; the process goes on, and ends with its last. */
	first = pthread_self();
	if (pthread_create(&t, NULL, exit_last, &first))
		return 1;
	pthread_detach(t);
	pthread_exit(NULL);
}
