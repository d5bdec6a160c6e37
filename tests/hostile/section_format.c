/* kind: results
 * does: sections whose names read as the line of objdump's list that names an object, and one that the kernel's code does not have
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * wrong: filled ? 63 => filled ? 62
 * ends: BUILD ERROR
 * prints: none that the kernel's code has
 */
__asm__(".section \".data:     file format x\",\"aw\"\n\t.quad 0\n\t.section own,\"aw\"\n\t.quad "
	"0\n\t.text");
