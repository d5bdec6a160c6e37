/* kind: compiler
 * does: data that would fill the disk with its object
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 */
__asm__(".pushsection .data\n.fill 0x200000000, 1, 0x55\n.popsection");
