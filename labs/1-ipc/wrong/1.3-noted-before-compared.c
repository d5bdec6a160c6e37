/* Notes the new cr3 before comparing, so it never differs. Symptom: as if cr3 were never written:
 * each task faults at its very first instruction. */
void thread_switch(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	cpu->current = t;
	if (!t)
		return;
	cpu->cr3 = t->cr3;
	if (cpu->cr3 != t->cr3)
		write_cr3(t->cr3);
	/* User code can clear its own base by loading fs, so only 0 after 0 is sure to be in place. */
	if (cpu->fs_base | t->fs_base) {
		cpu->fs_base = t->fs_base;
		wrmsr(MSR_FS_BASE, t->fs_base);
	}
	entry_stack_set(t);
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
