/* Priorities: proc gives all processes the same one, so these calls have no effect on what runs. */
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"
#include "user/libc/time.h"

#define NICE_MOST 19
static i64 nice_value; /* as the process has set it */

/* PRIO_PROCESS, PRIO_PGRP, PRIO_USER: of the process itself. */
static long find(const long a[6])
{
	if (a[0] < 0 || a[0] > 2)
		return -EINVAL;
	return a[1] && a[1] != (long)process_page->process ? -ESRCH : 0;
}

/* Linux's call returns 20 less the value, which is never negative. */
long call_getpriority(const long a[6])
{
	long failed = find(a);

	return failed ? failed : 20 - nice_value;
}

long call_setpriority(const long a[6])
{
	long failed = find(a), next = MIN(a[2], (long)NICE_MOST);

	if (!failed && next < nice_value)
		failed = -EACCES;
	if (!failed)
		nice_value = next;
	return failed;
}

enum { POLICY_OTHER, POLICY_FIFO, POLICY_RR, POLICY_BATCH, POLICY_IDLE = 5 };

static bool is_policy(long policy)
{
	return (policy >= POLICY_OTHER && policy <= POLICY_BATCH) || policy == POLICY_IDLE;
}

static bool has_priorities(long policy)
{
	return policy == POLICY_FIFO || policy == POLICY_RR;
}

long call_sched_get_priority_max(const long a[6])
{
	return !is_policy(a[0]) ? -EINVAL : has_priorities(a[0]) ? 99 : 0;
}

long call_sched_get_priority_min(const long a[6])
{
	return !is_policy(a[0]) ? -EINVAL : has_priorities(a[0]);
}

/* Of the process, or of one of its threads: they are scheduled alike. */
static long is_self(long number)
{
	return number < 0 ? -EINVAL : 0;
}

long call_sched_getscheduler(const long a[6])
{
	return is_self(a[0]) ? -EINVAL : POLICY_OTHER;
}

long call_sched_getparam(const long a[6])
{
	if (is_self(a[0]) || !a[1])
		return -EINVAL;
	*(int *)a[1] = 0;
	return 0;
}

long call_sched_setscheduler(const long a[6])
{
	if (is_self(a[0]) || !is_policy(a[1]) || !a[2])
		return -EINVAL;
	return a[1] != POLICY_OTHER ? -EPERM : *(const int *)a[2] ? -EINVAL : 0;
}

long call_sched_setparam(const long a[6])
{
	return call_sched_setscheduler((const long[6]){a[0], POLICY_OTHER, a[1]});
}

/* The kernel's time slice (docs/kernel-abi.md). */
long call_sched_rr_get_interval(const long a[6])
{
	if (is_self(a[0]))
		return -EINVAL;
	*(struct timespec *)a[1] = (struct timespec){0, (i64)BILLION / 100};
	return 0;
}

/* There is one processor, and a switch of threads is a barrier. */
long call_membarrier(const long a[6])
{
	return a[1] ? -EINVAL : a[0] == 0 ? 0x7f : a[0] & ~0x7fL ? -EINVAL : 0;
}

#define NAME_SET 15 /* of prctl */
#define NAME_GET 16
static char name[16]; /* of the process, as it has set it: ps shows the program's */

long call_prctl(const long a[6])
{
	char *to = a[0] == NAME_SET ? name : (char *)a[1];
	const char *from = a[0] == NAME_SET ? (const char *)a[1] : name;

	if (a[0] != NAME_SET && a[0] != NAME_GET)
		return -EINVAL;
	for (u32 i = 0; i + 1 < sizeof(name) && (to[i] = from[i]); i++)
		to[i + 1] = '\0';
	return 0;
}

/* The machine's name and its clock are the machine's: no program has a right to them. */
long call_sethostname(const long a[6])
{
	(void)a;
	return -EPERM;
}

long call_setdomainname(const long a[6])
{
	(void)a;
	return -EPERM;
}

long call_clock_settime(const long a[6])
{
	return a[0] == 0 ? -EPERM : -EINVAL;
}

long call_settimeofday(const long a[6])
{
	(void)a;
	return -EPERM;
}
