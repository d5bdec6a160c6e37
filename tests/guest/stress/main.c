/* The kernel under load: random storms, and single cases that were errors in Hubris. */
#include "tests/guest/stress/stress.h"
#include "lib/microk/start.h"

/* 64 clients of one server: queues are long, most messages take the slow path. */
void test_many_clients(void)
{
	storm_run(&(struct storm){
		.spaces = 8, .servers = 1, .clients = 64, .rounds = 4000, .calm = 100000});
}

/* Each client has its own server, which waits for it: the fast path, interrupted anywhere. */
void test_pairs(void)
{
	storm_run(&(struct storm){
		.spaces = 4, .servers = 8, .clients = 8, .rounds = 6000, .calm = 50000});
}

KIT_MAIN(STRESS_TESTS)
