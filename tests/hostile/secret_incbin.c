/* kind: secrets
 * does: it takes a file of the host's into its own data
 * into: kernel/sched/ready.c
 * grade: 1.4.a
 * ends: BUILD ERROR
 * prints: file not found|No such file|can't open
 * never: SECRET-OF-THE-HOST
 * notes: another file's bytes
 */
__asm__(".pushsection .rodata\nstolen: .incbin \"@SECRET@\"\n.popsection");
