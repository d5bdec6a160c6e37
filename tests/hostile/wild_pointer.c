/* kind: results
 * does: a result is a pointer into the judge's own program
 * into: kernel/sched/ready.c
 * solution: kernel/sched/ready.c
 * wrong: lists[ready_priority()].first : NULL => (struct thread *)0x400000 : NULL
 * grade: 1.4.c
 * ends: CRASH|FAIL
 */
