/* case: 10
 * does: macros that expand to more than the compiler can hold
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 */
#define A(x) x x x x x x x x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(x)))
int bomb[] = {C(1, )};
