/* Registers across a system call (1.1), access to pages (1.2), and address spaces (1.3). */
#include "labs/1-ipc/checks/guest/roles.h"

u64 registers_probe(u64 tag, u64 out[4], const u64 in[3]);

void role_registers(void)
{
	for (u64 i = 0; i < 4; i++) {
		u64 in[3] = {derive(3 * i), derive(3 * i + 1), derive(3 * i + 2)}, out[4] = {0};
		/* A number that no system call has, and a yield, in turn. */
		u64 status = registers_probe(i & 1 ? SYS_YIELD : 200, out, in);

		report("call %lu: %s r14 %lx r15 %lx rbp %lx rsp moved %lu", i,
		       status_name((enum microk_status)(status & 255)), out[0], out[1], out[2],
		       out[3]);
	}
	end_machine();
}

/* The direction and carry flags belong to the user, and survive. */
void role_flags(void)
{
	u64 flags;

	__asm__ volatile(
		"stc\n\tstd\n\tmov %1, %%eax\n\tsyscall\n\tpushfq\n\tpop %0\n\tcld"
		: "=r"(flags)
		: "i"(SYS_YIELD)
		: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "rbx", "r12", "r13",
		  "memory", "cc");
	report("carry %lu direction %lu interrupts %lu", flags & 1, flags >> 10 & 1,
	       flags >> 9 & 1);
	end_machine();
}

void role_write_text(void)
{
	*(volatile u8 *)(u64)&role_write_text = 0xc3;
}

void role_run_data(void)
{
	static volatile u8 code[16] = {0xc3};

	((void (*)(void))(u64)code)();
}

void role_read_null(void)
{
	(void)*(volatile u64 *)8;
}
void role_read_kernel(void)
{
	(void)*(volatile u64 *)0xffffffff80200000ul;
}

/* Each task has this variable at the same address, with its own value in it. */
static volatile u64 mine[8];

void role_own(void)
{
	u64 wrong = 0;

	for (u64 i = 0; i < 8; i++)
		mine[i] = derive(role_number * 8 + i);
	for (u64 round = 0; round < 50; round++) {
		ipc(SYS_YIELD, 0, &(struct message){0});
		for (u64 i = 0; i < 8; i++)
			wrong += mine[i] != derive(role_number * 8 + i);
	}
	u64 h = 0;
	for (u64 i = 0; i < 8; i++)
		h = fold(h, mine[i]);
	tell(role_number, 2, (u64[]){h, wrong});
	wait_for_ever();
}

/* Never yields the processor. (Long stretches without a jump are what QEMU runs fastest.) */
void role_spin(void)
{
	for (;;)
		__asm__ volatile(".rept 500\n\tnop\n\t.endr");
}
