/* kind: results
 * does: it calls the harness's own part that records a call, and not the kernel's function
 * into: kernel/entry/syscall.S
 * grade: 1.1.a
 * wrong: call syscall_handle => movq %rsp, %rdi; movq %rbp, %rsi; call unit_handled
 * ends: BUILD ERROR
 * prints: unit_handled is used, which is the harness's own
 */
