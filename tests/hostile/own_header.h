/* kind: rules
 * does: a header of the grader's interface, with every status a success
 * as: kernel/include/microk/error.h
 * grade: 1.4.a
 * ends: PASS
 * notes: kernel/include/microk/error.h: changed, laid over
 */
#error of the learner
