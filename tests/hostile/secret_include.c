/* kind: secrets
 * does: it includes a file of the host's by its absolute path, so that the compiler's message quotes it
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: No such file or directory
 * never: SECRET-OF-THE-HOST
 * notes: a header by an absolute path
 */
#include "@SECRET@"
