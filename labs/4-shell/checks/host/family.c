/* Exercise 4.3, exit, wait, orphans: a family of records. */
#include "family_fakes.h"
#include "lib/microk/server.h"
#include "unit.h"
#include <string.h>

#define EXITED PROCESS_WAIT_EXITED
#define ONCE                                                                                       \
	"a status is taken once: then the child has no parent (PROCESS_ORPHANAGE), and "           \
	"ends.reaped drops it"
#define ONE_TRANSACTION                                                                            \
	"the answer is kept, and the change is gone, in one transaction: a server that dies "      \
	"between two would report it twice, or never"
#define WHICH                                                                                      \
	"which: -1 any child, above 0 that one, 0 those of the parent's group, below -1 those of " \
	"that group (is_meant)"
#define OWN "only children of that parent count (is_child)"
#define NONE_LEFT                                                                                  \
	"*some is whether there is any child (is_child) that is meant (is_meant): with none, a "   \
	"wait would never end"
#define ORPHANS "a child of a process that ends has the parent PROCESS_ORPHANAGE"

/* Record i is process 100 + i, with thread i. */
static void begin(void)
{
	memset(&records, 0, sizeof(records));
	in_transaction = transactions = outside = reply_count = deferred = given_back = 0;
	kept_count = reaped_count = reaped_inside = noted_count = delivered_count = poked_count = 0;
	reaps_children = false;
	for (u32 i = 1; i < 10; i++) {
		records.processes[i] = (struct process){
			.use = PROCESS_RUNS,
			.number = 100 + i,
			.parent = 101,
			.group = 101,
			.session = 101};
		records.threads[i] = (struct thread){.used = THREAD_ACTIVE, .process = (u16)i};
	}
	records.processes[1].parent = 0;
	records.processes[6].parent = records.processes[7].parent = 103;
	records.processes[4].group = records.processes[5].group = 104;
	records.processes[8].use = PROCESS_NONE;
	records.processes[9].parent = 0;
}

static void ended(u32 i, u32 code)
{
	records.processes[i].use = PROCESS_ENDED;
	records.processes[i].how = PROCESS_EXITED;
	records.processes[i].code = code;
}

static void want_child(const char *what, i64 which, u32 flags, u32 number, const char *cause)
{
	WANT_STATUS(text("await of %s", what), OK, await(1, which, flags, 7), cause);
	WANT_U64(text("number of the child, await of %s", what), number, result.number, cause);
}

/* ---- the checks ---- */
static void one_that_ended(void)
{
	begin();
	ended(3, 42);
	want_child("any child, of which 103 has ended", -1, EXITED, 103, NULL);
	WANT_U64("how (1: it has exited)", PROCESS_EXITED, result.how, NULL);
	WANT_U64("its exit status", 42, result.code, NULL);
	WANT_U64("children that are dropped", 1, reaped_count, ONCE);
	WANT_U64("the one that is dropped", 3, reaped[0], ONCE);
	WANT_U64("parent of the record then (1: none any more)", PROCESS_ORPHANAGE,
		 records.processes[3].parent, ONCE);
	enum microk_status again = await(1, 103, EXITED, 8);
	WANT_STATUS("await of it again", ERR_NOT_FOUND, again,
		    again == STATUS_DEFERRED ? NONE_LEFT : ONCE);
}

static void none(void)
{
	begin();
	WANT_STATUS("await by a process without children", ERR_NOT_FOUND, await(2, -1, EXITED, 7),
		    NONE_LEFT);
	WANT_STATUS("await of 106, a grandchild that has not ended", ERR_NOT_FOUND,
		    await(1, 106, EXITED, 7), OWN);
	ended(6, 1);
	WANT_STATUS("await of 106, a grandchild that has ended", ERR_NOT_FOUND,
		    await(1, 106, EXITED, 7), OWN);
	records.processes[3].replaces = 1;
	WANT_STATUS("await of a record that another program is being loaded into", ERR_NOT_FOUND,
		    await(1, 103, EXITED, 7), OWN);
}

static void chosen(void)
{
	begin();
	for (u32 i = 2; i < 6; i++)
		ended(i, i);
	want_child("104", 104, EXITED | PROCESS_WAIT_KEEP, 104, WHICH);
	want_child("group 104", -104, EXITED | PROCESS_WAIT_KEEP, 104, WHICH);
	records.processes[2].use = PROCESS_RUNS;
	want_child("the own group", 0, EXITED | PROCESS_WAIT_KEEP, 103, WHICH);
	WANT_STATUS("await of 999, which does not exist", ERR_NOT_FOUND, await(1, 999, EXITED, 7),
		    WHICH);
	WANT_STATUS("await of group 999", ERR_NOT_FOUND, await(1, -999, EXITED, 7), WHICH);
}

static void nohang(void)
{
	begin();
	result.how = 99;
	WANT_STATUS("await with NOHANG, while no child has ended", OK,
		    await(1, -1, EXITED | PROCESS_WAIT_NOHANG, 7),
		    "there are children: *some is true");
	WANT_U64("how (0: none yet)", PROCESS_RUNNING, result.how, NULL);
	WANT_U64("answers that are kept", 0, kept_count, "nothing has changed");
}

static void kept_for_again(void)
{
	begin();
	ended(3, 42);
	want_child("any child, with KEEP", -1, EXITED | PROCESS_WAIT_KEEP, 103, NULL);
	WANT_U64("children dropped", 0, reaped_count, "PROCESS_WAIT_KEEP leaves it awaitable");
	want_child("any child again", -1, EXITED, 103, "PROCESS_WAIT_KEEP leaves it awaitable");
	WANT_U64("children dropped then", 1, reaped_count, ONCE);
}

static void stopped(void)
{
	begin();
	records.processes[3].stopped = 20;
	records.processes[3].change = PROCESS_STOPPED;
	WANT_STATUS("await of ends alone, while a child is stopped", OK,
		    await(1, -1, EXITED | PROCESS_WAIT_NOHANG, 7), NULL);
	WANT_U64("how (0: none yet)", PROCESS_RUNNING, result.how, "change_of looks at `flags`");
	want_child("stops too", -1, EXITED | PROCESS_WAIT_STOPPED, 103, NULL);
	WANT_U64("how (3: stopped)", PROCESS_STOPPED, result.how, NULL);
	WANT_U64("the signal", 20, result.code, NULL);
	WANT_U64("children dropped", 0, reaped_count, "a child that is stopped has not ended");
	WANT_U64("its parent then", 101, records.processes[3].parent,
		 "a child that is stopped has not ended");
	WANT_U64("its change then", 0, records.processes[3].change,
		 "a stop is reported once: `change` is 0 again");
}

static void in_one(void)
{
	begin();
	ended(3, 42);
	want_child("any child", -1, EXITED, 103, NULL);
	WANT_U64("writes outside of a transaction", 0, outside, ONE_TRANSACTION);
	WANT_U64("answers that are kept", 1, kept_count, ONE_TRANSACTION);
	WANT_U64("thread whose record keeps it", 1, kept_thread, NULL);
	WANT_U64("number of its request", 7, kept_number, NULL);
	WANT_U64("the child in the kept answer", 103, (u32)kept_result, "pack(child, how)");
	WANT_U64("transactions", 1, transactions, ONE_TRANSACTION);
	WANT_U64("children dropped within the transaction", 0, reaped_inside,
		 "ends.reaped is a transaction of its own");
}

static void woken(void)
{
	begin();
	WANT_STATUS(
		"await, while no child has ended", STATUS_DEFERRED, await(1, -1, EXITED, 7), NULL);
	WANT_U64("children that end and keep their status", true, ends_with(3, PROCESS_EXITED, 5),
		 "its parent runs");
	WANT_U64("answers to the parent that waits", 1, reply_count,
		 "wake_awaiters(parent), after the child has ended");
	WANT_STATUS("status of that answer", OK, replies[0].status, NULL);
	WANT_U64("number of the child", 103, replies[0].result.number, NULL);
	WANT_U64("its exit status", 5, replies[0].result.code, NULL);
	WANT_U64("children dropped", 1, reaped_count, ONCE);
}

static void signalled(void)
{
	begin();
	ends_with(3, PROCESS_EXITED, 5);
	WANT_U64("processes that have SIGCHLD pending", 1, noted_count,
		 "family_leave: signal_note(parent, …)");
	WANT_U64("the one that has", 101, noted[0], NULL);
	WANT_U64("signal", PROCESS_SIGCHLD, noted_last.signal, NULL);
	WANT_U64("its code: an exit", PROCESS_CLD_EXITED, (u64)noted_last.code, NULL);
	WANT_U64("its sender", 103, noted_last.sender, NULL);
	WANT_U64("its status", 5, noted_last.status, NULL);
	WANT_U64("signals delivered", 1, delivered_count, "family_ended: signal_deliver");
	ends_with(4, PROCESS_SIGNALLED, 9);
	WANT_U64("code of SIGCHLD by a child that a signal ended", PROCESS_CLD_KILLED,
		 (u64)noted_last.code, "p->how has it");
	ends_with(9, PROCESS_EXITED, 0);
	WANT_U64("processes with SIGCHLD, after one without a parent has ended", 2, noted_count,
		 NULL);
	WANT_U64("writes outside of a transaction", 0, outside, NULL);
}

static void orphans(void)
{
	begin();
	ends_with(3, PROCESS_EXITED, 0);
	for (u32 i = 6; i <= 7; i++)
		WANT_U64(text("parent of %u, whose parent 103 has ended", 100 + i),
			 PROCESS_ORPHANAGE, records.processes[i].parent, ORPHANS);
	WANT_U64("parent of 102, whose parent runs", 101, records.processes[2].parent,
		 "only the children of the one that ends");
	WANT_U64("orphans that find it in their page (getppid)", 2, poked_count,
		 "an orphan that runs: poke() of PROCESS_ORPHAN to struct process_page.parent");
	WANT_U64("place in the page", PROCESS_PAGE + offsetof(struct process_page, parent),
		 poked_at, NULL);
	WANT_U64("value", PROCESS_ORPHAN, poked_value, NULL);
	WANT_U64("children dropped (103's own status waits for 101)", 0, reaped_count, NULL);
}

static void zombie_orphans(void)
{
	begin();
	ended(6, 1);
	ends_with(3, PROCESS_EXITED, 0);
	WANT_U64("children dropped, when the parent of one that had ended ends", 1, reaped_count,
		 "no process will ever take the status of an orphan: ends.reaped");
	WANT_U64("the one that is dropped", 6, reaped[0], NULL);
	WANT_U64("orphans that find it in their page", 1, poked_count,
		 "one that has ended has no page any more");
}

static void a_replacing_orphan(void)
{
	begin();
	records.processes[8] = (struct process){
		.use = PROCESS_LOADING, .number = 106, .parent = 103, .replaces = 7};
	ends_with(3, PROCESS_EXITED, 0);
	WANT_U64("parent of the record that replaces an orphan's program", PROCESS_ORPHANAGE,
		 records.processes[8].parent,
		 "exec: is_child is false of the new record, but it becomes a child");
}

static void no_parent(void)
{
	begin();
	WANT_U64("the status of a process without a parent stays", false,
		 ends_with(9, PROCESS_EXITED, 0), "no process would take it");
	ended(1, 0);
	WANT_U64("the status of one whose parent has ended stays", false,
		 ends_with(2, PROCESS_EXITED, 0), "parent_of returns those that run");
}

static void ignored(void)
{
	begin();
	reaps_children = true;
	WANT_STATUS(
		"await, while no child has ended", STATUS_DEFERRED, await(1, 103, EXITED, 7), NULL);
	WANT_U64("the status of a child stays, whose parent ignores SIGCHLD", false,
		 ends_with(3, PROCESS_EXITED, 0), "signals_reap_children(parent)");
	WANT_U64("its parent", PROCESS_ORPHANAGE, records.processes[3].parent,
		 "it is not a child any more, in a transaction of its own");
	WANT_U64("answers to the parent that waits for it", 1, reply_count,
		 "the wait ends: there is no such child any more");
	WANT_STATUS("status of that answer", ERR_NOT_FOUND, replies[0].status, NULL);
	WANT_U64("writes outside of a transaction", 0, outside, NULL);
}

static void its_own_waits(void)
{
	begin();
	WANT_STATUS("await by 103, while no child has ended", STATUS_DEFERRED,
		    await(3, -1, EXITED, 7), NULL);
	ends_with(3, PROCESS_EXITED, 0);
	WANT_U64("Reply objects that are given back, of threads of a process that ends", 1,
		 given_back, "family_forget: its threads wait no more");
	WANT_U64("answers to them", 0, reply_count, "they are gone");
}

static void check_b(void)
{
	none();
	chosen();
}

static void check_c(void)
{
	nohang();
	kept_for_again();
}

static void check_h(void)
{
	orphans();
	zombie_orphans();
	a_replacing_orphan();
}

static void check_i(void)
{
	no_parent();
	ignored();
	its_own_waits();
}

static const struct unit_check checks[] = {
	{"4.3.a", one_that_ended}, {"4.3.b", check_b}, {"4.3.c", check_c},
	{"4.3.d", stopped},        {"4.3.e", in_one},  {"4.3.f", woken},
	{"4.3.g", signalled},      {"4.3.h", check_h}, {"4.3.i", check_i},
};
UNIT_MAIN(checks)
