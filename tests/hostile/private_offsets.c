/* kind: secrets
 * does: the file that assembly takes its numbers from includes the teacher's private checks
 * into: kernel/entry/offsets.c
 * grade: 1.1.a
 * private: yes
 * ends: BUILD ERROR
 * prints: No such file or directory
 * never: PRIVATE-CHECK
 */
#include "../../labs/private/checks.py"
