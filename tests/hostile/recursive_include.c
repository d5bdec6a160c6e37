/* kind: compiler
 * does: a file that includes itself
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 */
#include "sched/ready.c"
#include "sched/ready.c"
