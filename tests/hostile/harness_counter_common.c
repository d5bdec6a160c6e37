/* kind: results
 * does: the same by a common definition, which the linker would join with the harness's
 * stage: 2
 * into: kernel/cap/delete.c
 * grade: 2.4.f
 * wrong: while (derive_has_children(s)) { => while ((alive = 1) != 1 && derive_has_children(s)) {
 * before: #include "sched/thread.h"\n
 * ends: FAIL
 */
u32 alive __attribute__((common));
