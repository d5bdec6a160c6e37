/* kind: results
 * does: it sets the harness's variables by the address at which they lie in a build of its author's
 * stage: 2
 * into: kernel/cap/delete.c
 * grade: 2.4.f
 * wrong: while (derive_has_children(s)) { => while (forged && derive_has_children(s)) {
 * before: status_t revoke_invoke(struct slot *s)\n{
 * ends: CRASH|FAIL
 */
bool forged = false;
for (u32 *p = (u32 *)0x20000000; p < (u32 *)0x20000100; p++)
	if (*p == 200000)
		*p = 1;
