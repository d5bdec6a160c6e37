/* Ends with the status that its first argument names, after as many rounds of threads as its second: 200 if one was wrong. Its
 * first thread ends before the last. proc may die at any moment. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EACH 3

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t left;
static int sum, status;

static void *add(void *number)
{
	pthread_mutex_lock(&mutex);
	sum += (int)(long)number;
	pthread_mutex_unlock(&mutex);
	return number;
}

static void *add_alone(void *number)
{
	add(number);
	sem_post(&left);
	return NULL;
}

/* EAGAIN: one before has not left yet, or proc died more than once meanwhile. */
static int create(pthread_t *t, void *(*run)(void *), long number)
{
	int failed, tries = 0;

	while ((failed = pthread_create(t, NULL, run, (void *)number)) == EAGAIN && ++tries < 1000)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	return failed;
}

static int run_round(void)
{
	pthread_t t[EACH], alone;
	void *result;
	int wrong;

	sum = 0;
	wrong = create(&alone, add_alone, 100);
	if (!wrong)
		wrong += pthread_detach(alone);
	for (long i = 0; i < EACH; i++)
		wrong += create(&t[i], add, i + 1);
	for (long i = 0; i < EACH && !wrong; i++)
		wrong += pthread_join(t[i], &result) || result != (void *)(i + 1);
	while (!wrong && sem_wait(&left))
		;
	return wrong;
}

static void *end(void *first)
{
	_exit(pthread_join(*(pthread_t *)first, NULL) ? 200 : status);
}

int main(int count, char **words)
{
	static pthread_t first;
	pthread_t last;
	int rounds = count > 2 ? atoi(words[2]) : 1, total = 0;

	status = count > 1 ? atoi(words[1]) : 0;
	sem_init(&left, 0, 0);
	for (int i = 0; i < rounds; i++) {
		if (run_round())
			return 200;
		total += sum;
	}
	first = pthread_self();
	if (total != rounds * (100 + 6) || create(&last, end, (long)&first))
		return 200;
	pthread_exit(NULL);
}
