/* Gives both tasks their capabilities, in the root task. */
static void set_up(struct task *victim, struct task *thief)
{
	(void)victim, (void)thief;
	tell("[lab] exercise 2.8 is missing: an attack of your own; "
	     "read labs/2-caps/handout.md#28-an-attack-of-your-own\n");
}

/* The victim has a secret, and does not give it away. */
static void keep(void)
{
	for (;;)
		thread_suspend(SLOT_THREAD);
}

static void steal(void)
{
	got_nothing();
}

const struct play play_own = {"own", set_up, keep, steal, NULL};
