/* Stand-ins for the processor, and the root task. */
#include "machine.h"
#include "ipc/log_report.h"
#include "mm/tlb.h"
#include "sched/slow.h"
#include "cap/thread_slots.h"
#include "sched/preempt.h"
#include <stdarg.h>
#include "lib/microk/method.h"
#include "cap/marks.h"
#include "cap/reap.h"
#include "entry/abort.h"
#include "entry/syscall.h"
#include "entry/trap.h"
#include "gen/kernel/methods.h"
#include "ipc/fault.h"
#include "lib/print.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "object/identity.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "pc/ioapic.h"
#include "pc/machine_check.h"
#include "pc/paging.h"
#include "sched/fpu.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define IP (MACHINE_AGAIN + 2) /* after the `syscall` */
#define ROOT_SPACE 0x31000     /* after its table */

u8 *host_memory;
u64 kernel_pml4[512];
u64 tsc_hz = 1000000000;
struct cnode *machine_root;
struct thread *machine_a, *machine_b, *machine_caller;
status_t (*machine_method)(u64 cap, u64 tag, const u64 *words, u32 count);
void (*machine_tlb)(u64 root_phys, u64 address);
bool (*machine_interrupt)(void);
u32 machine_log_bytes;
static u64 dice_state, tsc;
static u64 maps[2][8192]; /* the boot code's allocations for the kernel's maps of memory */

/* ---- the hardware, as the kernel needs it ---- */
u64 rdtsc(void)
{
	return tsc += 100;
}
struct acpi_facts acpi_facts; /* every line has an input */

bool preempt_pending(void)
{
	if (machine_interrupt)
		return machine_interrupt();
	dice_state = dice_state * 6364136223846793005 + 1442695040888963407;
	return (dice_state >> 33) % 3 == 0;
}
void thread_switch(struct thread *t)
{
	cpu0.current = t;
}
void thread_charge(struct thread *t)
{
	(void)t;
}
static void tlb(u64 root_phys, u64 address)
{
	if (machine_tlb)
		machine_tlb(root_phys, address);
}
void tlb_leave(u64 root_phys)
{
	tlb(root_phys, MACHINE_TLB_ALL);
}
void thread_tls_changed(struct thread *t)
{
	(void)t;
}
void tlb_forget_all(u64 root_phys)
{
	tlb(root_phys, MACHINE_TLB_ALL);
}
void tlb_forget(u64 root_phys, u64 address)
{
	tlb(root_phys, address);
}
void fpu_declare(struct thread *t, bool uses)
{
	t->extras = uses ? t->extras | EXTRA_FPU : t->extras & ~EXTRA_FPU;
}
bool fpu_can_load(const struct fpu_registers *image)
{
	return !(image->mxcsr & ~MACHINE_MXCSR);
}
void fpu_clear(struct thread *t)
{
	(void)t;
}
void fpu_switch(struct thread *t)
{
	(void)t;
}
void fpu_forget(struct thread *t)
{
	(void)t;
}
void timer_arm(u64 at)
{
	(void)at;
}
void timer_disarm(void) {}
void apic_eoi(void) {}
bool apic_in_service(u32 vector)
{
	(void)vector;
	return false;
}
void abort_report(void) {}
void machine_check_poll(void) {}
void entry_choose(void) {}
u32 apic_id(void)
{
	return 0;
}
u32 machine_masked = ~0u;
u32 ioapic_flags(u32 line, u32 flags)
{
	return (void)line, flags & 3;
}
void ioapic_route(u32 line, u32 flags, bool is_remapped)
{
	(void)flags, (void)is_remapped;
	machine_masked |= 1u << line;
}
void ioapic_mask(u32 line)
{
	machine_masked |= 1u << line;
}
void ioapic_unmask(u32 line)
{
	machine_masked &= ~(1u << line);
}
status_t ioport_decode(struct invocation *inv)
{
	return (void)inv, ERR_METHOD;
}
bool screen_put(char c)
{
	return (void)c, true;
}
void screen_give(void) {}
bool screen_return(void)
{
	return true;
}
void debugcon_put(char c)
{
	(void)c;
}
_Noreturn void restart_machine(const char *who)
{
	(void)who;
	abort();
}
bool log_show_one(void)
{
	machine_log_bytes -= machine_log_bytes != 0;
	return machine_log_bytes == 0;
}
void log_at_most(u8 urgency)
{
	(void)urgency;
}
u32 machine_printed, machine_circles;
struct report *report_begin(const struct thread *t, u32 spared)
{
	machine_printed += spared == REPORT_SPARES_NONE;
	machine_circles += spared == REPORT_SPARES_FAULTS;
	return (void)t, NULL;
}
void report_name(struct report *r, u32 item, const struct thread *t)
{
	(void)r, (void)item, (void)t;
}
void report_end(struct report *r, const struct report_part *parts)
{
	(void)r, (void)parts;
}
void kprintf(const char *format, ...)
{
	(void)format;
}
_Noreturn void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "KERNEL PANIC: ");
	vfprintf(stderr, format, args);
	abort();
}

/* ---- the root task ---- */
static void put(u32 index, struct slot s)
{
	s.rights = RIGHT_ALL_KERNEL;
	s.prot = 0xff;
	slot_seal(&s);
	machine_root->slots[index] = s;
	if (slot_has_object(&s)) {
		identity_give(s.object);
		s.object->type = s.type;
		object_hold(s.object);
	}
}

static void embed(struct thread *t, enum thread_slot which, u32 from)
{
	slot_derive(&t->slots[which], &machine_root->slots[from], RIGHT_ALL);
	thread_slot_changed(t, which);
}

static struct thread *make_thread(u32 index, u64 phys, u64 buffer_phys)
{
	struct thread *t = phys_to_virt(phys);

	thread_init(t);
	put(index, (struct slot){.type = CAP_THREAD, .object = &t->header});
	embed(t, T_CSPACE, M_CNODE);
	embed(t, T_SPACE, M_SPACE);
	t->slots[T_BUFFER] = (struct slot){
		.type = CAP_FRAME,
		.flags = SLOT_THREAD,
		.rights = 3,
		.size = 1,
		.base = buffer_phys};
	thread_slot_changed(t, T_BUFFER);
	t->state = THREAD_READY;
	return t;
}

void machine_begin(u64 seed)
{
	if (!host_memory)
		host_memory = aligned_alloc(2ul << 20, HOST_MEMORY_BYTES);
	memset(host_memory, 0, UNTYPED_PHYS);
	memset(host_memory + UNTYPED_PHYS, 0xdd, HOST_MEMORY_BYTES - UNTYPED_PHYS);
	static struct wx_record records[HOST_MEMORY_BYTES / PAGE_SIZE];
	memset(records, 0, sizeof(records));
	wx_init(records, ARRAY_LEN(records));
	dice_state = seed;
	memset(&cpu0, 0, sizeof(cpu0));
	memset(maps, 0, sizeof(maps));
	MUST(marks_bytes(HOST_MEMORY_BYTES) <= sizeof(maps[0]) &&
	     spaces_bytes(HOST_MEMORY_BYTES) <= sizeof(maps[1]));
	reap_init(maps[0], HOST_MEMORY_BYTES);
	spaces_init(maps[1], HOST_MEMORY_BYTES);
	schedule_init();
	machine_root = phys_to_virt(0x10000);
	machine_root->count = ROOT_SLOTS;
	put(M_CNODE, (struct slot){.type = CAP_CNODE, .object = &machine_root->header});
	put(M_UNTYPED,
	    (struct slot){.type = CAP_UNTYPED, .size = UNTYPED_PAGES, .base = UNTYPED_PHYS});
	struct space *space = phys_to_virt(ROOT_SPACE);
	space_init(space, phys_to_virt(0x30000));
	put(M_SPACE, (struct slot){.type = CAP_ADDRESS_SPACE, .object = &space->header});
	struct endpoint *pipe = phys_to_virt(0x40000);
	put(M_PIPE, (struct slot){.type = CAP_ENDPOINT, .object = &pipe->header});
	machine_a = make_thread(M_THREAD_A, 0x20000, 0x50000);
	machine_b = make_thread(M_THREAD_B, 0x22000, 0x51000);
	machine_a->priority = machine_a->own_priority = machine_a->priority_limit = 10;
	machine_b->priority = machine_b->own_priority = machine_b->priority_limit = 10;
	machine_caller = cpu0.current = machine_a;
	ready_add(machine_b);
}

void machine_load(struct thread *t, u64 op, u64 cap, u64 tag, const u64 *words, u32 count)
{
	struct regs *r = &t->regs;
	u64 *at[MSG_REGS] = {&r->rsi, &r->rdx, &r->r8, &r->r9, &r->r10, &r->rbx, &r->r12, &r->r13};

	r->rax = (tag & ~0xfful) | op;
	r->rdi = cap;
	for (u32 i = 0; i < MSG_REGS; i++)
		*at[i] = i < count ? words[i] : 0;
}

void machine_switch(struct thread *t)
{
	struct thread *current = cpu0.current;

	MUST(t->state == THREAD_READY);
	if (current && current != t && current->state == THREAD_READY && !current->queued)
		ready_add(current);
	if (t->queued)
		ready_remove(t);
	cpu0.current = t;
}

bool machine_enter(void)
{
	struct thread *t = cpu0.current;

	if (!t->dying) {
		t->regs.rip = IP;
		syscall_handle();
		MUST(!cpu0.current || !cpu0.current->queued);
	}
	/* The way out of the kernel: objects that ended are taken apart. A thread that ended itself does not run again, so
	 * all of its work is done at once. */
	while (t->dying && !reap_finish())
		if (!t->ends_itself)
			return false;
	return t->regs.rip == IP;
}

bool machine_work(void)
{
	struct thread *w = cpu0.worker, *current = cpu0.current;

	if (!w->dying)
		return false;
	if (current && current->state == THREAD_READY && !current->queued)
		ready_add(current);
	ready_remove(w);
	cpu0.current = w;
	reap_finish();
	cpu0.current = NULL;
	if (w->dying)
		ready_add(w);
	return true;
}

bool machine_call(struct thread *t, u64 op, u64 cap, u64 tag, const u64 *words, u32 count)
{
	machine_load(t, op, cap, tag, words, count);
	machine_switch(t);
	while (!machine_enter())
		;
	return t->state == THREAD_READY;
}

/* Every typed call ends here. The results are in the thread's registers, too; a call that a test makes in another way has
 * them nowhere else. */
enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	const struct regs *r = &machine_caller->regs;

	if (machine_method)
		return machine_method(cap, TAG(label, count), words, (u32)count);
	MUST(machine_call(machine_caller, SYS_CALL, cap, TAG(label, count), words, (u32)count));
	if (result)
		*result = (struct message){
			.word = {r->rsi, r->rdx, r->r8, r->r9, r->r10, r->rbx, r->r12, r->r13}};
	return TAG_STATUS(machine_caller->regs.rax);
}

void machine_fault(struct thread *t)
{
	machine_switch(t);
	t->fault_vector = MACHINE_FAULT;
	fault_raise(t);
}
