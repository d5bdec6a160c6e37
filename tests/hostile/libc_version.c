/* kind: results
 * does: a file around the exercise's calls the host's library by a name with a version
 * into: kernel/sched/queue.c
 * grade: 1.5.a
 * ends: BUILD ERROR
 * prints: getenv is used, which is the host's
 */
__asm__(".symver versioned, getenv@GLIBC_2.2.5");
char *versioned(const char *name);
char *secret_of_all(void);
char *secret_of_all(void)
{
	return versioned("SECRET");
}
