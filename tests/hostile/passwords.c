/* kind: secrets
 * does: it includes the list of the host's users
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: No such file or directory
 * never: root:x:
 */
#include "/etc/passwd"
