/* kind: secrets
 * does: it takes what the build made of the private checks
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: file not found|No such file|can't open
 */
__asm__(".pushsection .rodata\nstolen: .incbin \"build/stage-1/tests.cpio\"\n.popsection");
