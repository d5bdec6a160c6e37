/* Threads, mutexes, conditions, barriers, semaphores, cancellation. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "conform.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static pthread_key_t key;
static int turns, ready, freed, cleaned;

static struct timespec later(long milliseconds)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += milliseconds * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *same(void *value)
{
	return value;
}

static void *leaves(void *value)
{
	pthread_setspecific(key, value);
	pthread_exit(value);
}

static void free_it(void *value)
{
	freed = *(int *)value;
}

static void count(void)
{
	turns++;
}

static void threads(void)
{
	pthread_t t;
	pthread_attr_t attributes;
	void *result;
	int value = 6, kind;
	size_t size;

	HOLDS("pthread_create", R, "0", pthread_create(&t, NULL, same, &value) == 0);
	HOLDS("pthread_join", D, "the value that the thread returned",
	      pthread_join(t, &result) == 0 && result == &value);
	HOLDS("pthread_key_create", R, "0", pthread_key_create(&key, free_it) == 0);
	pthread_create(&t, NULL, leaves, &value);
	HOLDS("pthread_exit", D, "the value for pthread_join",
	      pthread_join(t, &result) == 0 && result == &value);
	HOLDS("pthread_key_create", D, "the destructor gets the thread's value", freed == 6);
	HOLDS("pthread_getspecific", R, "NULL in a thread that has set none",
	      !pthread_getspecific(key));
	pthread_key_delete(key);
	HOLDS("pthread_self", D, "equal to itself", pthread_equal(pthread_self(), pthread_self()));
	pthread_once(&once, count);
	HOLDS("pthread_once", D, "the function runs once",
	      pthread_once(&once, count) == 0 && turns == 1);
	pthread_attr_init(&attributes);
	HOLDS("pthread_attr_setdetachstate", D, "it is kept",
	      pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
		      pthread_attr_getdetachstate(&attributes, &kind) == 0 &&
		      kind == PTHREAD_CREATE_DETACHED);
	HOLDS("pthread_attr_setstacksize", D, "it is kept",
	      pthread_attr_setstacksize(&attributes, 65536) == 0 &&
		      pthread_attr_getstacksize(&attributes, &size) == 0 && size == 65536);
	RETURNS("pthread_attr_setstacksize", EINVAL, "too small",
		pthread_attr_setstacksize(&attributes, 1));
	HOLDS("pthread_create", D, "with attributes",
	      pthread_create(&t, &attributes, same, NULL) == 0);
	pthread_attr_destroy(&attributes);
}

static void *wait_ready(void *unused)
{
	pthread_mutex_lock(&mutex);
	while (!ready)
		pthread_cond_wait(&cond, &mutex);
	ready++;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *try_lock(void *m)
{
	int result = pthread_mutex_trylock(m);

	if (result == 0)
		pthread_mutex_unlock(m);
	return (void *)(long)result;
}

static void locks(void)
{
	pthread_mutexattr_t kind;
	pthread_mutex_t checked, again;
	pthread_t t;
	void *result;
	struct timespec soon;

	HOLDS("pthread_mutex_lock", R, "0", pthread_mutex_lock(&mutex) == 0);
	pthread_create(&t, NULL, try_lock, &mutex);
	pthread_join(t, &result);
	HOLDS("pthread_mutex_trylock", E, "EBUSY: another thread has it", (long)result == EBUSY);
	soon = later(5);
	RETURNS("pthread_mutex_timedlock", ETIMEDOUT, "the time has passed",
		pthread_mutex_timedlock(&mutex, &soon));
	HOLDS("pthread_mutex_unlock", R, "0", pthread_mutex_unlock(&mutex) == 0);
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&checked, &kind);
	RETURNS("pthread_mutex_unlock", EPERM, "it is not the caller's",
		pthread_mutex_unlock(&checked));
	pthread_mutex_lock(&checked);
	RETURNS("pthread_mutex_lock", EDEADLK, "the caller has it", pthread_mutex_lock(&checked));
	pthread_mutex_unlock(&checked);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&again, &kind);
	HOLDS("pthread_mutex_lock", D, "PTHREAD_MUTEX_RECURSIVE: again and again",
	      !pthread_mutex_lock(&again) && !pthread_mutex_lock(&again) &&
		      !pthread_mutex_unlock(&again));
	pthread_create(&t, NULL, try_lock, &again);
	pthread_join(t, &result);
	HOLDS("pthread_mutex_unlock", D, "it stays locked until as many unlocks",
	      (long)result == EBUSY && !pthread_mutex_unlock(&again));
	pthread_create(&t, NULL, wait_ready, NULL);
	usleep(2000);
	pthread_mutex_lock(&mutex);
	ready = 1;
	HOLDS("pthread_cond_signal", R, "0", pthread_cond_signal(&cond) == 0);
	pthread_mutex_unlock(&mutex);
	pthread_join(t, NULL);
	HOLDS("pthread_cond_wait", D, "returns with the mutex", ready == 2);
	pthread_mutex_lock(&mutex);
	soon = later(5);
	RETURNS("pthread_cond_timedwait", ETIMEDOUT, "the time has passed",
		pthread_cond_timedwait(&cond, &mutex, &soon));
	pthread_mutex_unlock(&mutex);
}

static void *meet(void *unused)
{
	(void)unused;
	return (void *)(long)pthread_barrier_wait(&barrier);
}

static void *post(void *s)
{
	usleep(3000);
	sem_post(s);
	return NULL;
}

static void others(void)
{
	pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
	pthread_spinlock_t spin;
	pthread_t t;
	void *result;
	sem_t sem;
	int value;
	struct timespec soon;

	HOLDS("pthread_rwlock_rdlock", D, "several may read",
	      !pthread_rwlock_rdlock(&rw) && !pthread_rwlock_rdlock(&rw));
	RETURNS("pthread_rwlock_trywrlock", EBUSY, "it is read", pthread_rwlock_trywrlock(&rw));
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_unlock(&rw);
	HOLDS("pthread_rwlock_wrlock", R, "0", pthread_rwlock_wrlock(&rw) == 0);
	RETURNS("pthread_rwlock_tryrdlock", EBUSY, "it is written", pthread_rwlock_tryrdlock(&rw));
	pthread_rwlock_unlock(&rw);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&t, NULL, meet, NULL);
	int mine = pthread_barrier_wait(&barrier);
	pthread_join(t, &result);
	HOLDS("pthread_barrier_wait", R, "one of the threads gets PTHREAD_BARRIER_SERIAL_THREAD",
	      mine + (int)(long)result == PTHREAD_BARRIER_SERIAL_THREAD);
	RETURNS("pthread_barrier_init", EINVAL, "a count of 0",
		pthread_barrier_init(&barrier, NULL, 0));
	pthread_spin_init(&spin, 0);
	pthread_spin_lock(&spin);
	RETURNS("pthread_spin_trylock", EBUSY, "it is locked", pthread_spin_trylock(&spin));
	HOLDS("sem_init", R, "0", sem_init(&sem, 0, 1) == 0);
	HOLDS("sem_wait", D, "takes one",
	      sem_wait(&sem) == 0 && sem_getvalue(&sem, &value) == 0 && value == 0);
	FAILS("sem_trywait", EAGAIN, "there is none", sem_trywait(&sem));
	soon = later(5);
	FAILS("sem_timedwait", ETIMEDOUT, "the time has passed", sem_timedwait(&sem, &soon));
	pthread_create(&t, NULL, post, &sem);
	HOLDS("sem_post", D, "wakes a thread that waits", sem_wait(&sem) == 0);
	pthread_join(t, NULL);
}

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

static void *sleeps(void *unused)
{
	(void)unused;
	pthread_cleanup_push(clean, NULL);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void *stubborn(void *unused)
{
	(void)unused;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	usleep(5000);
	return &cleaned;
}

static volatile pthread_t handled_by;

static void handler(int signal)
{
	(void)signal;
	handled_by = pthread_self();
}

static void *until_handled(void *unused)
{
	while (!handled_by)
		usleep(1000);
	return unused;
}

static void ends(void)
{
	pthread_t t;
	void *result;

	pthread_create(&t, NULL, sleeps, NULL);
	usleep(2000);
	HOLDS("pthread_cancel", R, "0", pthread_cancel(t) == 0);
	HOLDS("pthread_cancel", D, "the thread ends at a point of cancellation",
	      pthread_join(t, &result) == 0 && result == PTHREAD_CANCELED);
	HOLDS("pthread_cleanup_push", D, "its handlers run", cleaned == 1);
	pthread_create(&t, NULL, stubborn, NULL);
	usleep(1000);
	pthread_cancel(t);
	HOLDS("pthread_setcancelstate", D, "PTHREAD_CANCEL_DISABLE: it goes on",
	      pthread_join(t, &result) == 0 && result == &cleaned);
	signal(SIGUSR1, handler);
	pthread_create(&t, NULL, until_handled, NULL);
	HOLDS("pthread_kill", R, "0", pthread_kill(t, SIGUSR1) == 0);
	pthread_join(t, NULL);
	HOLDS("pthread_kill", D, "that thread runs the handler", pthread_equal(handled_by, t));
	RETURNS("pthread_kill", EINVAL, "no such signal", pthread_kill(pthread_self(), 99));
	signal(SIGUSR1, SIG_DFL);
	HOLDS("pthread_atfork", R, "0", pthread_atfork(NULL, NULL, NULL) == 0);
}

void conform_threads(void)
{
	threads();
	locks();
	others();
	ends();
}
