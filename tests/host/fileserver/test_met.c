/* Capabilities that are kept at names of FIFOs, by a server that ends after any store. */
#include "tested.h"

static void fetch_is(cap_t file, bool there)
{
	cap_t slot = take_slot();

	CHECK(file_fetch(file, slot) == (there ? OK : ERR_NOT_FOUND));
	CHECK(kernel_has(slot) == there);
	drop(slot);
}

void test_met(void)
{
	cap_t met = kernel_mint(server, RIGHT_WRITE | RIGHT_GRANT, 77);
	u64 before = everything();
	struct dir_make_args args = {.kind = KIND_PIPE, .mode = 0600, .path = "p"};

	CHECK(dir_make(root, &args) == OK && dir_make(root, &args) == ERR_EXISTS);
	args.kind = KIND_DIRECTORY;
	CHECK(dir_make(root, &args) == ERR_ARG);
	for (u64 after = 0; after < 20; after++) {
		cap_t a = must_open(root, "p", OPEN_WRITE), b = must_open(root, "p", 0);

		fetch_is(b, false);
		CHECK(file_keep(b, met) == ERR_RIGHTS);
		tested_die_after = tested_limits.ends ? after : 0;
		enum microk_status kept = file_keep(a, met);
		tested_die_after = 0;
		CHECK(kept == OK || kept == ERR_EXISTS); /* the repeated request finds its own */
		CHECK(file_keep(a, met) == ERR_EXISTS);
		fetch_is(b, true);
		drop(a), drop(b);
		/* It stays without a holder of the name, and goes with the name. */
		b = must_open(root, "p", 0);
		fetch_is(b, true);
		tested_die_after = tested_limits.ends && after ? after : 0;
		CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "p"}) == OK);
		tested_die_after = 0;
		fetch_is(b, false);
		drop(b);
		args.kind = KIND_PIPE;
		CHECK(dir_make(root, &args) == OK);
	}
	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE);
	CHECK(file_keep(f, met) == ERR_TYPE);
	drop(f);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "p"}) == OK);
	CHECK(everything() == before);
}
