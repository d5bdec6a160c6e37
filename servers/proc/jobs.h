/*
 * Jobs: a process that a client has had made, and all its descendants. They share one limit of memory, and one of
 * processes, so a bomb ends in its own job. Weighed: POSIX's limits are of a process or of a user (setrlimit, RLIMIT_AS
 * and RLIMIT_NPROC), so a bomb of forks is bounded only together with all else that the user runs; Linux's control
 * groups are accounts as here.
 */
#pragma once
#include "microk/error.h"
#include "servers/proc/world.h"

#define JOB_PROCESSES 24u /* of one job */

const struct job *job_of(const struct process *p);

/* In a transaction: the process, whose record is fresh, begins a job of its own, or joins that of `of`. ERR_LIMIT: the
 * job has as many processes as it may. */
enum microk_status job_begin(const struct process *p, u64 limit);
/* `replaces`: only for as long as it is loaded. */
enum microk_status job_join(const struct process *p, const struct process *of, bool replaces);
/* In a transaction: the process's record is given up. */
void job_leave(const struct process *p);
/* Whether the process may take as many bytes more. A program that replaces another has that one's bytes, too. */
bool job_has_room(const struct process *p, u64 bytes);
/* In a transaction: as many bytes are taken by the job, or given back. */
void job_charge(const struct process *p, u64 bytes);
void job_credit(const struct process *p, u64 bytes);
