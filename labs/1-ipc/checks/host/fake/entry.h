/* Around the system-call entry when it runs in a host process: privileged instructions are counted or left out. An entry
 * must have swapgs, and may have the others. */
#ifdef __ASSEMBLER__
#define swapgs incq unit_swapgs_count(%rip)
#define cli nop
#define sti nop
#define clac nop
#define stac nop
#endif
