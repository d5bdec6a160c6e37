/* Around the system-call entry when it runs in a host process: privileged instructions are counted or left out. All but
 * swapgs are such as an entry may have, but need not. */
#ifdef __ASSEMBLER__
#define swapgs incq unit_swapgs_count(%rip)
#define cli nop
#define sti nop
#define clac nop
#define stac nop
#endif
