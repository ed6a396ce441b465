// SPDX-License-Identifier: Apache-2.0
// First bytes and first instructions of a native component. The linker script fills in the header's values.
    .section .component, "a"
    .globl component_header
component_header:               // struct nj_component
    .word   0x31434a4e          // NJ_COMPONENT_MAGIC
    .word   component_text_bytes
    .word   component_entry
    .word   component_data_address
    .word   component_data_bytes
    .word   component_bss_bytes
    .word   component_heap_bytes
    .word   component_stack_bytes

    // a0: start-up page (the root server: its message page); sp: set by the creator. gp is not used: the linker relaxes
    // nothing against it, because __global_pointer$ does not exist.
    .section .text.component_entry, "ax"
    .globl component_entry
component_entry:
    la      tp, component_tls   // one thread: its thread-local storage lies in data and bss
    li      ra, 0               // the end of every backtrace
    li      s0, 0
    j       component_start
