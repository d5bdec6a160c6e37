#include "servers/proc/jobs.h"

const struct job *job_of(const struct process *p)
{
	return &world->jobs[p->job];
}

static void enter(const struct process *p, const struct job *j)
{
	WORLD_PUT(p->job, (u32)(j - world->jobs));
	WORLD_PUT(j->processes, j->processes + 1);
}

enum microk_status job_begin(const struct process *p, u64 limit)
{
	for (const struct job *j = world->jobs; j < world->jobs + PROCESSES; j++) {
		if (j->processes)
			continue;
		world_write(j, &(struct job){.limit = limit}, sizeof(*j));
		enter(p, j);
		return OK;
	}
	return ERR_LIMIT; /* there are as many jobs as processes: never */
}

enum microk_status job_join(const struct process *p, const struct process *of, bool replaces)
{
	const struct job *j = job_of(of);

	if (j->processes >= JOB_PROCESSES && !replaces)
		return ERR_LIMIT;
	enter(p, j);
	return OK;
}

void job_leave(const struct process *p)
{
	WORLD_PUT(job_of(p)->processes, job_of(p)->processes - 1);
}

bool job_has_room(const struct process *p, u64 bytes)
{
	const struct job *j = job_of(p);
	u64 taken = j->taken;

	if (p->replaces)
		taken -= world->processes[p->replaces - 1].taken;
	return bytes <= j->limit && taken <= j->limit - bytes;
}

void job_charge(const struct process *p, u64 bytes)
{
	WORLD_PUT(job_of(p)->taken, job_of(p)->taken + bytes);
}

void job_credit(const struct process *p, u64 bytes)
{
	WORLD_PUT(job_of(p)->taken, job_of(p)->taken - bytes);
}
