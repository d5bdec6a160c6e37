/* kind: compiler
 * does: macros that expand to more than the compiler can hold
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: the compiler was ended: it used more than
 */
#define A(...)                                                                                     \
	__VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__        \
		__VA_ARGS__
#define B(...) A(A(A(A(__VA_ARGS__))))
#define C(...) B(B(B(__VA_ARGS__)))
int bomb[] = {C(1, )};
