/* kind: secrets
 * does: it includes the teacher's private checks
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * private: yes
 * ends: BUILD ERROR
 * prints: No such file or directory
 * never: PRIVATE-CHECK
 */
#include "../../labs/private/checks.py"
