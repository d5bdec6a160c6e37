/* kind: results
 * does: a section whose name breaks the lines of objdump's list
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * ends: BUILD ERROR
 * prints: none that the kernel's code has
 */
__asm__(".section \".data zz\",\"aw\"\n\t.quad 0\n\t.text");
