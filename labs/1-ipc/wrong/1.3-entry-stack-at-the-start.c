/* Points the entry stack to the start of struct regs, but a stack grows down from its end.
 * Symptom: the registers are saved below the thread object; each return restores the ones it was
 * made with, so every task starts again from its beginning, for ever. */
void thread_switch(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	cpu->current = t;
	if (!t)
		return;
	if (cpu->cr3 != t->cr3) {
		cpu->cr3 = t->cr3;
		write_cr3(t->cr3);
	}
	/* User code can clear its own base by loading fs, so only 0 after 0 is sure to be in place. */
	if (cpu->fs_base | t->fs_base) {
		cpu->fs_base = t->fs_base;
		wrmsr(MSR_FS_BASE, t->fs_base);
	}
	cpu->tss.rsp[0] = (u64)&t->regs;
	cpu->charged_since = rdtsc();
	stats_switch();
}

void thread_charge(struct thread *t)
{
	struct cpu *cpu = this_cpu();
	u64 now = rdtsc();

	t->ticks += now - cpu->charged_since;
	cpu->charged_since = now;
}
