/* kind: results
 * does: a start by a section that the flags do not know by name: the linker's own alphabet of priorities
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: would run before or after the checks
 */
#define JOIN(a, b) a b
static void first(void) {}
__attribute__((section(JOIN(".init", "_array.00099")), used)) static void (*start)(void) = first;
