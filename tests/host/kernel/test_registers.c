/* THREAD_READ and THREAD_WRITE without a machine: the values that can be written; nothing else changes. */
#include "calls.h"
#include "microk/registers.h"
#include "tests/random.h"

#define CHOICE 0x250dd5ul
#define ALWAYS 0x202ul
#define IMAGES 10000

static struct general_registers *general;
static struct fpu_registers *fpu;

static u64 draw(void)
{
	static u64 state = 88172645463325252ul;

	return random_word(&state);
}

static void fill(void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8)
		*(u64 *)((u8 *)to + i) = draw();
}

/* Writes the set in the buffer, and fills the buffer with something else. */
static status_t write_set(u64 set)
{
	status_t status = call_thread_write(M_THREAD_B, set);

	fill(&machine_a->buffer->words[REGISTERS_AT], 512);
	return status;
}

/* The kernel's own of a thread, which no image reaches. */
static void check_kernels_own(const struct thread *t)
{
	MUST(t->regs.cs == SEL_UCODE && t->regs.ss == SEL_UDATA && t->regs.vector == 0);
	MUST((t->regs.rflags & ~CHOICE) == ALWAYS);
	MUST(t->regs.rip < USER_TOP && t->fs_base < USER_TOP && !(t->fpu.mxcsr & ~MACHINE_MXCSR));
	MUST((t->extras & EXTRA_TLS ? 1 : 0) == (t->fs_base ? 1 : 0));
}

static void try_general(void)
{
	struct general_registers wrote, before;

	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == OK);
	before = *general;
	fill(general, sizeof(*general));
	if (draw() % 4)
		general->ip %= USER_TOP;
	if (draw() % 4)
		general->fs_base %= draw() % 8 ? USER_TOP : 1;
	wrote = *general;
	bool good = wrote.ip < USER_TOP && wrote.fs_base < USER_TOP;
	MUST(write_set(REGISTERS_GENERAL) == (good ? OK : ERR_RANGE));
	wrote.flags = (wrote.flags & CHOICE) | ALWAYS;
	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == OK);
	MUST(memcmp(general, good ? &wrote : &before, sizeof(wrote)) == 0);
	check_kernels_own(machine_b);
}

static void try_fpu(void)
{
	struct fpu_registers wrote, before;

	MUST(call_thread_read(M_THREAD_B, REGISTERS_FPU) == OK);
	before = *fpu;
	fill(fpu, sizeof(*fpu));
	if (draw() % 2)
		fpu->mxcsr &= MACHINE_MXCSR;
	wrote = *fpu;
	bool good = !(wrote.mxcsr & ~MACHINE_MXCSR);
	MUST(write_set(REGISTERS_FPU) == (good ? OK : ERR_ARG));
	MUST(call_thread_read(M_THREAD_B, REGISTERS_FPU) == OK);
	MUST(memcmp(fpu, good ? &wrote : &before, sizeof(wrote)) == 0);
	check_kernels_own(machine_b);
}

/* Which states allow reading, and which writing. */
static void try_states(void)
{
	u64 word = 0;

	MUST(call_thread_read(M_THREAD_A, REGISTERS_GENERAL) == ERR_STATE); /* the caller itself */
	MUST(call_thread_write(M_THREAD_A, REGISTERS_GENERAL) == ERR_STATE);
	fill(general, sizeof(*general));
	general->ip = general->fs_base = 0;
	MUST(call_thread_resume(M_THREAD_B) == OK);
	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == ERR_STATE);
	MUST(call_thread_write(M_THREAD_B, REGISTERS_GENERAL) == ERR_STATE);
	MUST(!machine_call(machine_b, SYS_RECV, M_PIPE, 0, &word, 0));
	machine_switch(machine_a);
	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == OK);
	general->ip = general->fs_base = 0;
	MUST(call_thread_write(M_THREAD_B, REGISTERS_GENERAL) == ERR_STATE);
	MUST(call_thread_suspend(M_THREAD_B) == OK);
	MUST(call_thread_write(M_THREAD_B, REGISTERS_GENERAL) == OK);
}

/* An interrupted operation of the thread is not taken for one that its new registers ask for. */
static void try_unfinished(void)
{
	machine_b->unfinished = &machine_root->slots[M_PIPE];
	general->ip = general->fs_base = 0;
	MUST(call_thread_write(M_THREAD_B, REGISTERS_GENERAL) == OK);
	MUST(!machine_b->unfinished);
}

/* As `sysretq` will load them. */
static void try_in_call(void)
{
	machine_b->regs.vector = REGS_VECTOR_SYSCALL;
	machine_b->regs.rflags = ~0ul;
	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == OK);
	MUST(general->rcx == general->ip && general->r11 == (CHOICE | ALWAYS) &&
	     general->flags == general->r11);
}

int main(void)
{
	machine_begin(1);
	general = (struct general_registers *)&machine_a->buffer->words[REGISTERS_AT];
	fpu = (struct fpu_registers *)general;
	MUST(call_thread_suspend(M_THREAD_B) == OK);
	MUST(call_thread_read(M_THREAD_B, REGISTER_SETS) == ERR_ARG &&
	     call_thread_write(M_THREAD_B, ~0ul) == ERR_ARG);
	MUST(call_thread_read(M_THREAD_B, REGISTERS_FPU) == ERR_STATE &&
	     write_set(REGISTERS_FPU) == ERR_STATE);
	MUST(call_thread_fpu(M_THREAD_B, 1) == OK);
	for (u32 i = 0; i < IMAGES; i++) {
		try_general();
		try_fpu();
	}
	try_states();
	try_unfinished();
	try_in_call();
	struct ipcbuf *buffer = machine_a->buffer;
	machine_a->buffer = NULL;
	MUST(call_thread_read(M_THREAD_B, REGISTERS_GENERAL) == ERR_BUFFER);
	MUST(call_thread_write(M_THREAD_B, REGISTERS_GENERAL) == ERR_BUFFER);
	machine_a->buffer = buffer;
	puts("registers: 10,000 images of each set");
}
