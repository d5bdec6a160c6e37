/* kind: names
 * does: a file's name with escape sequences for the teacher's terminal
 * as: kernel/sched/\x1b]0;title\x07\x1b[2J.c
 * grade: 1.4.a
 * ends: PASS
 * never: \x1b
 */
int nothing;
