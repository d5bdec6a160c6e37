/* kind: results
 * does: a constructor runs before the harness and prints the results of all checks
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: would run before or after the checks
 * notes: ready.c:\d+: code that runs before or after the test
 */
int printf(const char *, ...);
__attribute__((constructor)) static void first(void)
{
	printf("1.4.a\tPASS\t\t\t\n");
}
