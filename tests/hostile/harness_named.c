/* kind: results
 * does: a file of its own asks where the harness's variables lie; its name holds a bracket, which ends a name in the tools' lists
 * stage: 2
 * as: kernel/cap/more[1].c
 * grade: 2.4.f
 * ends: BUILD ERROR
 * prints: __start_unit_shared is used, which is the harness's own
 */
/* EXERCISE 2.4 iterative-revoke: begin */
extern char __start_unit_shared[];
char *begin_of_all(void);
char *begin_of_all(void)
{
	return __start_unit_shared;
}
/* EXERCISE 2.4 iterative-revoke: end */
