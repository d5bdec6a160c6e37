/* The table of kernel tests. */
#pragma once

#define KERNEL_TESTS(X)     \
	X(null_call)        \
	X(call_reply)       \
	X(call_apart)       \
	X(long_message)     \
	X(send_receive)     \
	X(nonblocking)      \
	X(protocol_rights)  \
	X(transfer)         \
	X(transfer_refused) \
	X(closed)           \
	X(deferred_reply)   \
	X(peer_death)       \
	X(cancel)           \
	X(fail_endpoint)    \
	X(notification)     \
	X(bound_notification) \
	X(fault_message) \
	X(retype_refused) \
	X(retype_places) \
	X(large_frame_is_aligned) \
	X(memory_is_zeroed) \
	X(exhaustion_and_reuse) \
	X(untyped_deleted_first) \
	X(device_untyped) \
	X(slot_arguments) \
	X(rights_shrink) \
	X(badges) \
	X(deep_tree) \
	X(wide_tree) \
	X(bushy_tree) \
	X(cnode_in_itself) \
	X(cnode_dies_with_its_slots) \
	X(own_cspace_goes) \
	X(thread_deletes_itself) \
	X(thread_arguments) \
	X(thread_info) \
	X(suspend_resume) \
	X(suspend_cancels) \
	X(time_slices) \
	X(priorities) \
	X(thread_pointer) \
	X(buffer_goes) \
	X(map_arguments) \
	X(table_arguments) \
	X(mapping_rights) \
	X(unmapping_is_seen_at_once) \
	X(memory_reused_is_not_seen) \
	X(run_across_tables) \
	X(large_frame) \
	X(table_taken_out) \
	X(space_goes_first) \
	X(running_space_goes) \
	X(ports) \
	X(irq_arguments) \
	X(irq_input_has_one_line) \
	X(irq_is_delivered) \
	X(irq_binding_has_one_owner) \
	X(fault_causes) \
	X(flags_do_no_harm) \
	X(fault_is_mended) \
	X(fault_unheard) \
	X(cspace_needs_write) \
	X(replaced_root_ends) \
	X(abandoned_server_owes_nothing) \
	X(faults_do_not_fill_the_log) \
	X(closed_is_not_forged) \
	X(single_step_into_a_call) \
	X(memory_is_cached)

#define X(name) void test_##name(void);
KERNEL_TESTS(X)
#undef X
