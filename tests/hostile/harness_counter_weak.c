/* kind: results
 * does: the same by a weak name, which the kernel's own link leaves at 0
 * stage: 2
 * into: kernel/cap/delete.c
 * grade: 2.4.f
 * wrong: while (derive_has_children(s)) { => while (&alive == NULL && derive_has_children(s)) {
 * before: status_t revoke_invoke(struct slot *s)\n{
 * ends: BUILD ERROR
 * prints: alive is weak
 */
extern u32 alive __attribute__((weak));
if (&alive)
	alive = 1;
