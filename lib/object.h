// SPDX-License-Identifier: Apache-2.0
// One function per operation on kernel objects (abi/object.h says what each does, needs and answers). Operations marked
// [steps] there are repeated here until they are finished, so AGAIN never comes back. Slots are of the caller's own
// table; results come last.
#pragma once
#include "abi/object.h"
#include "lib/syscall.h"
#include <stddef.h>
#include <stdint.h>

// Untyped memory. size: pages of each frame or untyped, slots of each cnode, 0 for the others.
MUST_CHECK enum nj_status untyped_retype(uint32_t untyped, enum nj_kind kind, uint32_t count, uint64_t size,
                                         uint32_t cnode, uint32_t first_index);
MUST_CHECK enum nj_status untyped_info(uint32_t untyped, uint64_t *bytes, uint64_t *bytes_left);

// Capability tables; `cnode` is the destination.
MUST_CHECK enum nj_status cnode_copy(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index,
                                     uint32_t rights);
MUST_CHECK enum nj_status cnode_mint(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index,
                                     uint32_t rights, uint64_t badge);
MUST_CHECK enum nj_status cnode_move(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index);
MUST_CHECK enum nj_status cnode_delete(uint32_t cnode, uint32_t index);
MUST_CHECK enum nj_status cnode_revoke(uint32_t cnode, uint32_t index);

struct cnode_slot {
    enum nj_kind kind;
    uint32_t rights;
    uint64_t value; // badge, or size in bytes
};
MUST_CHECK enum nj_status cnode_inspect(uint32_t cnode, uint32_t index, struct cnode_slot *slot);
MUST_CHECK enum nj_status cnode_info(uint32_t cnode, uint32_t *slots, uint32_t *used);

// Threads.
MUST_CHECK enum nj_status thread_configure(uint32_t thread, uint32_t space, uint32_t priority,
                                           uint32_t priority_maximum, uint32_t fault_endpoint, uint64_t message_page);
MUST_CHECK enum nj_status thread_set_priority(uint32_t thread, uint32_t priority, uint32_t maximum, uint32_t authority);
MUST_CHECK enum nj_status thread_bind_sched(uint32_t thread, uint32_t sched);
MUST_CHECK enum nj_status thread_unbind_sched(uint32_t thread);
MUST_CHECK enum nj_status thread_start(uint32_t thread, uint64_t pc, uint64_t sp, uint64_t argument);
MUST_CHECK enum nj_status thread_resume(uint32_t thread);
MUST_CHECK enum nj_status thread_suspend(uint32_t thread);
MUST_CHECK enum nj_status thread_read_registers(uint32_t thread, uint32_t first, uint64_t registers[8]);
MUST_CHECK enum nj_status thread_write_registers(uint32_t thread, uint32_t first, uint32_t count,
                                                 const uint64_t *registers);
MUST_CHECK enum nj_status thread_bind_notification(uint32_t thread, uint32_t notification);
MUST_CHECK enum nj_status thread_unbind_notification(uint32_t thread);

struct thread_info {
    enum nj_thread_state state;
    uint32_t priority;
    uint64_t cpu_ns;
    enum nj_space_type space_type;
    uint32_t faults;
};
MUST_CHECK enum nj_status thread_info(uint32_t thread, struct thread_info *info);

// Scheduling contexts.
MUST_CHECK enum nj_status sched_configure(uint32_t sched_control, uint32_t sched, uint64_t budget_ns,
                                          uint64_t period_ns);
MUST_CHECK enum nj_status sched_info(uint32_t sched, uint64_t *budget_ns, uint64_t *period_ns, uint64_t *used_ns);

// Spaces.
MUST_CHECK enum nj_status space_configure(uint32_t space, enum nj_space_type type, uint32_t cnode);
MUST_CHECK enum nj_status space_supply(uint32_t space, uint32_t untyped);
MUST_CHECK enum nj_status space_memory(uint32_t space, uint64_t start, uint64_t bytes);
MUST_CHECK enum nj_status space_attach(uint32_t space, uint32_t code, uint64_t stack_bytes, uint64_t state_bytes,
                                       uint64_t *code_base, uint64_t *data_base, uint64_t *stack_top);
// Copies all `bytes`, page by page. On an error *copied says how many were copied before it.
MUST_CHECK enum nj_status space_copy(uint32_t space, uint64_t address, uint32_t source_space, uint64_t source_address,
                                     uint64_t bytes, uint64_t *copied);

struct space_info {
    enum nj_space_type type;
    uint32_t threads;
    uint64_t pages_supplied;
    uint64_t pages_used;
    uint64_t memory_bytes; // first-touch bytes allowed
};
MUST_CHECK enum nj_status space_info(uint32_t space, struct space_info *info);

// Gates into a capsule, and what became of those who entered.
MUST_CHECK enum nj_status space_gate(uint32_t space, uint64_t offset, uint32_t badge, uint32_t cnode, uint32_t index);
struct gate_state {
    enum nj_gate_state state;
    enum nj_status status; // with which the last caller was cut off
    uint64_t fault, pc, detail;
};
MUST_CHECK enum nj_status space_gate_state(uint32_t space, struct gate_state *state);
MUST_CHECK enum nj_status space_gate_reset(uint32_t space);

// Code objects.
MUST_CHECK enum nj_status code_supply(uint32_t code, uint32_t untyped);
// Copies all `bytes` of code, page by page.
MUST_CHECK enum nj_status code_fill(uint32_t code, uint64_t offset, uint32_t source_space, uint64_t source_address,
                                    uint64_t bytes);
// REFUSED: *offset and *rule (enum nj_check_rule) say where and why.
MUST_CHECK enum nj_status code_check(uint32_t code, uint64_t bytes, uint64_t *offset, uint64_t *rule);
MUST_CHECK enum nj_status code_info(uint32_t code, enum nj_code_state *state, uint64_t *bytes);

// Frames.
MUST_CHECK enum nj_status frame_map(uint32_t frame, uint32_t space, uint64_t address, uint32_t rights);
MUST_CHECK enum nj_status frame_unmap(uint32_t frame);
MUST_CHECK enum nj_status frame_slice(uint32_t frame, uint64_t first_page, uint64_t pages, uint32_t cnode,
                                      uint32_t index);
MUST_CHECK enum nj_status frame_info(uint32_t frame, uint64_t *bytes, uint64_t *address);

// Interrupts.
MUST_CHECK enum nj_status interrupt_get(uint32_t interrupt_control, uint32_t source, uint32_t cnode, uint32_t index);
MUST_CHECK enum nj_status interrupt_bind(uint32_t interrupt, uint32_t notification);
MUST_CHECK enum nj_status interrupt_ack(uint32_t interrupt);
MUST_CHECK enum nj_status interrupt_arm(uint32_t interrupt, uint64_t deadline_ns);

// Harts. A job ends by any ecall; how it did is in hart_info().
MUST_CHECK enum nj_status hart_bind(uint32_t hart, uint32_t space, uint32_t notification);
MUST_CHECK enum nj_status hart_unbind(uint32_t hart);
MUST_CHECK enum nj_status hart_start(uint32_t hart, uint64_t pc, uint64_t sp, uint64_t argument);
MUST_CHECK enum nj_status hart_abort(uint32_t hart);
struct hart_info {
    enum nj_hart_state state;
    uint32_t number;
    uint64_t result; // or enum nj_fault
    uint64_t pc, detail;
    uint32_t features;     // enum nj_hart_feature
    uint32_t vector_bytes; // of a register
};
MUST_CHECK enum nj_status hart_info(uint32_t hart, struct hart_info *info);

// The machine.
MUST_CHECK enum nj_status system_poweroff(uint32_t system, uint32_t code);
MUST_CHECK enum nj_status system_reboot(uint32_t system);
MUST_CHECK enum nj_status system_device_frame(uint32_t system, uint64_t physical, uint64_t pages, uint32_t cnode,
                                              uint32_t index);
struct system_info {
    uint64_t ram_bytes;
    uint64_t kernel_bytes; // RAM that user space can never get
    uint64_t kernel_text_bytes;
    uint64_t boot_text_bytes;
    uint64_t boot_ns; // from kernel entry to the first user instruction
    uint64_t firmware_bytes;
};
MUST_CHECK enum nj_status system_info(uint32_t system, struct system_info *info);
// To the firmware's console, in pieces of 56 bytes: for trouble before and below the log service.
MUST_CHECK enum nj_status system_write(uint32_t system, const char *text, size_t bytes);
