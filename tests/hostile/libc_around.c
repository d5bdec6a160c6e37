/* kind: results
 * does: a file around the exercise's calls the host's library
 * into: kernel/sched/queue.c
 * grade: 1.5.a
 * ends: BUILD ERROR
 * prints: getenv is used, which is the host's
 */
char *getenv(const char *name);
char *secret_of_all(void);
char *secret_of_all(void)
{
	return getenv("SECRET");
}
