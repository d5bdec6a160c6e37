/* kind: results
 * does: it is another solution where the harness's headers are found
 * stage: 2
 * into: kernel/cap/delete.c
 * grade: 2.4.f
 * before: #include "sched/thread.h"\n
 * ends: PASS
 */
#if __has_include("delete_fakes.h") || __has_include("unit.h")
#error recognised
#endif
