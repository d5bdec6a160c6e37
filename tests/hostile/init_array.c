/* kind: results
 * does: the same as a constructor, by its section's name
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: would run before or after the checks
 * notes: code that runs before or after the test
 */
static void first(void) {}
__attribute__((section(".init_array"), used)) static void (*start)(void) = first;
