/* kind: results
 * does: a function whose address is chosen by code that runs before the program does
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: is weak, so that it could stand in for another
 * notes: code that runs before or after the test
 */
static int right(void)
{
	return 1;
}
static int (*choose(void))(void)
{
	return right;
}
int chosen(void) __attribute__((ifunc("choose")));
