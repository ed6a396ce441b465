// SPDX-License-Identifier: Apache-2.0
#include "lib/object.h"
#include <string.h>

// An operation with up to six arguments, repeated until it is finished. Results come back in words[].
static enum nj_status invoke(uint32_t slot, uint64_t operation, const uint64_t arguments[6], uint64_t words[8])
{
    enum nj_status status;
    do {
        memcpy(words, arguments, 6 * sizeof(arguments[0]));
        words[6] = words[7] = 0;
        status = nj_invoke(slot, operation, words);
    } while (status == NJ_AGAIN);
    return status;
}

// The same when there is no result to read.
static enum nj_status invoke_only(uint32_t slot, uint64_t operation, const uint64_t arguments[6])
{
    uint64_t words[8];
    return invoke(slot, operation, arguments, words);
}

#define ARGUMENTS(...) ((const uint64_t[6]){__VA_ARGS__})

enum nj_status untyped_retype(uint32_t untyped, enum nj_kind kind, uint32_t count, uint64_t size, uint32_t cnode,
                              uint32_t first_index)
{
    return invoke_only(untyped, NJ_UNTYPED_RETYPE, ARGUMENTS(kind, count, size, cnode, first_index));
}

enum nj_status untyped_info(uint32_t untyped, uint64_t *bytes, uint64_t *bytes_left)
{
    uint64_t words[8];
    enum nj_status status = invoke(untyped, NJ_UNTYPED_INFO, ARGUMENTS(0), words);
    *bytes = words[0];
    *bytes_left = words[1];
    return status;
}

enum nj_status cnode_copy(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index, uint32_t rights)
{
    return invoke_only(cnode, NJ_CNODE_COPY, ARGUMENTS(index, source_cnode, source_index, rights));
}

enum nj_status cnode_mint(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index, uint32_t rights,
                          uint64_t badge)
{
    return invoke_only(cnode, NJ_CNODE_MINT, ARGUMENTS(index, source_cnode, source_index, rights, badge));
}

enum nj_status cnode_move(uint32_t cnode, uint32_t index, uint32_t source_cnode, uint32_t source_index)
{
    return invoke_only(cnode, NJ_CNODE_MOVE, ARGUMENTS(index, source_cnode, source_index));
}

enum nj_status cnode_delete(uint32_t cnode, uint32_t index)
{
    return invoke_only(cnode, NJ_CNODE_DELETE, ARGUMENTS(index));
}

enum nj_status cnode_revoke(uint32_t cnode, uint32_t index)
{
    return invoke_only(cnode, NJ_CNODE_REVOKE, ARGUMENTS(index));
}

enum nj_status cnode_inspect(uint32_t cnode, uint32_t index, struct cnode_slot *slot)
{
    uint64_t words[8];
    enum nj_status status = invoke(cnode, NJ_CNODE_INSPECT, ARGUMENTS(index), words);
    *slot = (struct cnode_slot){(enum nj_kind)words[0], (uint32_t)words[1], words[2]};
    return status;
}

// The kernel counts a bounded number of slots from an index on, and says where it stopped.
enum nj_status cnode_info(uint32_t cnode, uint32_t *slots, uint32_t *used)
{
    uint64_t words[8];
    uint64_t next = 0;
    *used = 0;
    do {
        enum nj_status status = invoke(cnode, NJ_CNODE_INFO, ARGUMENTS(next), words);
        if (status != NJ_OK)
            return status;
        *used += (uint32_t)words[1];
        next = words[2];
    } while (next < words[0]);
    *slots = (uint32_t)words[0];
    return NJ_OK;
}

enum nj_status thread_configure(uint32_t thread, uint32_t space, uint32_t priority, uint32_t priority_maximum,
                                uint32_t fault_endpoint, uint64_t message_page)
{
    return invoke_only(thread, NJ_THREAD_CONFIGURE,
                       ARGUMENTS(space, priority, priority_maximum, fault_endpoint, message_page));
}

enum nj_status thread_set_priority(uint32_t thread, uint32_t priority, uint32_t maximum, uint32_t authority)
{
    return invoke_only(thread, NJ_THREAD_SET_PRIORITY, ARGUMENTS(priority, maximum, authority));
}

enum nj_status thread_bind_sched(uint32_t thread, uint32_t sched)
{
    return invoke_only(thread, NJ_THREAD_BIND_SCHED, ARGUMENTS(sched));
}

enum nj_status thread_unbind_sched(uint32_t thread)
{
    return invoke_only(thread, NJ_THREAD_UNBIND_SCHED, ARGUMENTS(0));
}

enum nj_status thread_start(uint32_t thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    return invoke_only(thread, NJ_THREAD_START, ARGUMENTS(pc, sp, argument));
}

enum nj_status thread_resume(uint32_t thread)
{
    return invoke_only(thread, NJ_THREAD_RESUME, ARGUMENTS(0));
}

enum nj_status thread_suspend(uint32_t thread)
{
    return invoke_only(thread, NJ_THREAD_SUSPEND, ARGUMENTS(0));
}

enum nj_status thread_read_registers(uint32_t thread, uint32_t first, uint64_t registers[8])
{
    return invoke(thread, NJ_THREAD_READ_REGISTERS, ARGUMENTS(first), registers);
}

enum nj_status thread_write_registers(uint32_t thread, uint32_t first, uint32_t count, const uint64_t *registers)
{
    if (count < 1 || count > 6)
        return NJ_BAD_ARGUMENT;
    uint64_t words[8] = {first, count};
    memcpy(&words[2], registers, count * sizeof(registers[0]));
    return nj_invoke(thread, NJ_THREAD_WRITE_REGISTERS, words);
}

enum nj_status thread_bind_notification(uint32_t thread, uint32_t notification)
{
    return invoke_only(thread, NJ_THREAD_BIND_NOTIFICATION, ARGUMENTS(notification));
}

enum nj_status thread_unbind_notification(uint32_t thread)
{
    return invoke_only(thread, NJ_THREAD_UNBIND_NOTIFICATION, ARGUMENTS(0));
}

enum nj_status thread_info(uint32_t thread, struct thread_info *info)
{
    uint64_t words[8];
    enum nj_status status = invoke(thread, NJ_THREAD_INFO, ARGUMENTS(0), words);
    *info = (struct thread_info){(enum nj_thread_state)words[0], (uint32_t)words[1], words[2],
                                 (enum nj_space_type)words[3], (uint32_t)words[4]};
    return status;
}

enum nj_status sched_configure(uint32_t sched_control, uint32_t sched, uint64_t budget_ns, uint64_t period_ns)
{
    return invoke_only(sched_control, NJ_SCHED_CONTROL_CONFIGURE, ARGUMENTS(sched, budget_ns, period_ns));
}

enum nj_status sched_info(uint32_t sched, uint64_t *budget_ns, uint64_t *period_ns, uint64_t *used_ns)
{
    uint64_t words[8];
    enum nj_status status = invoke(sched, NJ_SCHED_INFO, ARGUMENTS(0), words);
    *budget_ns = words[0];
    *period_ns = words[1];
    *used_ns = words[2];
    return status;
}

enum nj_status space_configure(uint32_t space, enum nj_space_type type, uint32_t cnode)
{
    return invoke_only(space, NJ_SPACE_CONFIGURE, ARGUMENTS(type, cnode));
}

enum nj_status space_supply(uint32_t space, uint32_t untyped)
{
    return invoke_only(space, NJ_SPACE_SUPPLY, ARGUMENTS(untyped));
}

enum nj_status space_memory(uint32_t space, uint64_t start, uint64_t bytes)
{
    return invoke_only(space, NJ_SPACE_MEMORY, ARGUMENTS(start, bytes));
}

enum nj_status space_attach(uint32_t space, uint32_t code, uint64_t stack_bytes, uint64_t state_bytes,
                            uint64_t *code_base, uint64_t *data_base, uint64_t *stack_top)
{
    uint64_t words[8];
    enum nj_status status = invoke(space, NJ_SPACE_ATTACH, ARGUMENTS(code, stack_bytes, state_bytes), words);
    *code_base = words[0];
    *data_base = words[1];
    *stack_top = words[2];
    return status;
}

enum nj_status space_copy(uint32_t space, uint64_t address, uint32_t source_space, uint64_t source_address,
                          uint64_t bytes, uint64_t *copied)
{
    enum nj_status status = NJ_OK;
    for (*copied = 0; *copied < bytes && status == NJ_OK;) {
        uint64_t words[8];
        status = invoke(space, NJ_SPACE_COPY,
                        ARGUMENTS(address + *copied, source_space, source_address + *copied, bytes - *copied), words);
        if (status == NJ_OK)
            *copied += words[0];
    }
    return status;
}

enum nj_status space_info(uint32_t space, struct space_info *info)
{
    uint64_t words[8];
    enum nj_status status = invoke(space, NJ_SPACE_INFO, ARGUMENTS(0), words);
    *info = (struct space_info){.type = (enum nj_space_type)words[0],
                                .pages_supplied = words[1],
                                .pages_used = words[2],
                                .memory_bytes = words[3],
                                .threads = (uint32_t)words[4]};
    return status;
}

enum nj_status space_gate(uint32_t space, uint64_t offset, uint32_t badge, uint32_t cnode, uint32_t index)
{
    return invoke_only(space, NJ_SPACE_GATE, ARGUMENTS(offset, badge, cnode, index));
}

enum nj_status space_gate_state(uint32_t space, struct gate_state *state)
{
    uint64_t words[8];
    enum nj_status status = invoke(space, NJ_SPACE_GATE_STATE, ARGUMENTS(0), words);
    *state = (struct gate_state){.state = (enum nj_gate_state)words[0],
                                 .status = (enum nj_status)words[1],
                                 .fault = words[2],
                                 .pc = words[3],
                                 .detail = words[4]};
    return status;
}

enum nj_status space_gate_reset(uint32_t space)
{
    return invoke_only(space, NJ_SPACE_GATE_RESET, ARGUMENTS(0));
}

enum nj_status code_supply(uint32_t code, uint32_t untyped)
{
    return invoke_only(code, NJ_CODE_SUPPLY, ARGUMENTS(untyped));
}

enum nj_status code_fill(uint32_t code, uint64_t offset, uint32_t source_space, uint64_t source_address, uint64_t bytes)
{
    enum nj_status status = NJ_OK;
    for (uint64_t copied = 0; copied < bytes && status == NJ_OK;) {
        uint64_t words[8];
        status = invoke(code, NJ_CODE_FILL,
                        ARGUMENTS(offset + copied, source_space, source_address + copied, bytes - copied), words);
        if (status == NJ_OK)
            copied += words[0];
    }
    return status;
}

enum nj_status code_check(uint32_t code, uint64_t bytes, uint64_t *offset, uint64_t *rule)
{
    uint64_t words[8];
    enum nj_status status = invoke(code, NJ_CODE_CHECK, ARGUMENTS(bytes), words);
    *offset = words[0];
    *rule = words[1];
    return status;
}

enum nj_status code_info(uint32_t code, enum nj_code_state *state, uint64_t *bytes)
{
    uint64_t words[8];
    enum nj_status status = invoke(code, NJ_CODE_INFO, ARGUMENTS(0), words);
    *state = (enum nj_code_state)words[0];
    *bytes = words[1];
    return status;
}

enum nj_status frame_map(uint32_t frame, uint32_t space, uint64_t address, uint32_t rights)
{
    return invoke_only(frame, NJ_FRAME_MAP, ARGUMENTS(space, address, rights));
}

enum nj_status frame_unmap(uint32_t frame)
{
    return invoke_only(frame, NJ_FRAME_UNMAP, ARGUMENTS(0));
}

enum nj_status frame_slice(uint32_t frame, uint64_t first_page, uint64_t pages, uint32_t cnode, uint32_t index)
{
    return invoke_only(frame, NJ_FRAME_SLICE, ARGUMENTS(first_page, pages, cnode, index));
}

enum nj_status frame_info(uint32_t frame, uint64_t *bytes, uint64_t *address)
{
    uint64_t words[8];
    enum nj_status status = invoke(frame, NJ_FRAME_INFO, ARGUMENTS(0), words);
    *bytes = words[0];
    *address = words[1];
    return status;
}

enum nj_status interrupt_get(uint32_t interrupt_control, uint32_t source, uint32_t cnode, uint32_t index)
{
    return invoke_only(interrupt_control, NJ_INTERRUPT_CONTROL_GET, ARGUMENTS(source, cnode, index));
}

enum nj_status interrupt_bind(uint32_t interrupt, uint32_t notification)
{
    return invoke_only(interrupt, NJ_INTERRUPT_BIND, ARGUMENTS(notification));
}

enum nj_status interrupt_ack(uint32_t interrupt)
{
    return invoke_only(interrupt, NJ_INTERRUPT_ACK, ARGUMENTS(0));
}

enum nj_status interrupt_arm(uint32_t interrupt, uint64_t deadline_ns)
{
    return invoke_only(interrupt, NJ_INTERRUPT_ARM, ARGUMENTS(deadline_ns));
}

enum nj_status system_poweroff(uint32_t system, uint32_t code)
{
    return invoke_only(system, NJ_SYSTEM_POWEROFF, ARGUMENTS(code));
}

enum nj_status system_reboot(uint32_t system)
{
    return invoke_only(system, NJ_SYSTEM_REBOOT, ARGUMENTS(0));
}

enum nj_status system_device_frame(uint32_t system, uint64_t physical, uint64_t pages, uint32_t cnode, uint32_t index)
{
    return invoke_only(system, NJ_SYSTEM_DEVICE_FRAME, ARGUMENTS(physical, pages, cnode, index));
}

enum nj_status hart_bind(uint32_t hart, uint32_t space, uint32_t notification)
{
    return invoke_only(hart, NJ_HART_BIND, ARGUMENTS(space, notification));
}

enum nj_status hart_unbind(uint32_t hart)
{
    return invoke_only(hart, NJ_HART_UNBIND, ARGUMENTS(0));
}

enum nj_status hart_start(uint32_t hart, uint64_t pc, uint64_t sp, uint64_t argument)
{
    return invoke_only(hart, NJ_HART_START, ARGUMENTS(pc, sp, argument));
}

enum nj_status hart_abort(uint32_t hart)
{
    return invoke_only(hart, NJ_HART_ABORT, ARGUMENTS(0));
}

enum nj_status hart_info(uint32_t hart, struct hart_info *info)
{
    uint64_t words[8];
    enum nj_status status = invoke(hart, NJ_HART_INFO, ARGUMENTS(0), words);
    *info = (struct hart_info){(enum nj_hart_state)words[0], (uint32_t)words[4], words[1],           words[2],
                               words[3],                     (uint32_t)words[5], (uint32_t)words[6]};
    return status;
}

enum nj_status system_info(uint32_t system, struct system_info *info)
{
    uint64_t words[8];
    enum nj_status status = invoke(system, NJ_SYSTEM_INFO, ARGUMENTS(0), words);
    *info = (struct system_info){words[0], words[1], words[2], words[3], words[4], words[5]};
    return status;
}

enum nj_status system_write(uint32_t system, const char *text, size_t bytes)
{
    enum nj_status status = NJ_OK;
    while (bytes > 0 && status == NJ_OK) {
        size_t part = bytes < 56 ? bytes : 56;
        uint64_t words[8] = {part};
        memcpy(&words[1], text, part);
        status = nj_invoke(system, NJ_SYSTEM_WRITE, words);
        text += part;
        bytes -= part;
    }
    return status;
}
