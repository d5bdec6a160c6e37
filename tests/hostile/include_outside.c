/* kind: secrets
 * does: it includes a file beside the tree, where the grader's own folder lies
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: No such file or directory
 * notes: kernel/sched/ready.c:\d+: an include that leads out of the tree
 */
#include "../../../grader/unit/seed.h"
