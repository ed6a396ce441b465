// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/capsule.h"
#include "test/kernel/checked_programs.h"

enum nj_status code_make(uint32_t memory, uint32_t code, const uint32_t *words, uint32_t count, uint64_t *offset,
                         uint64_t *rule)
{
    uint32_t supply = slot_next();
    OK(untyped_retype(memory, NJ_KIND_CODE, 1, 0, SLOT_CNODE, code));
    OK(untyped_retype(memory, NJ_KIND_UNTYPED, 1, (count * 4 + 4095) / 4096, SLOT_CNODE, supply));
    OK(code_supply(code, supply));
    OK(code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)words, (uint64_t)count * 4));
    return code_check(code, (uint64_t)count * 4, offset, rule);
}

static void make_space(struct capsule *capsule, enum nj_space_type type)
{
    uint32_t supply = slot_next();
    capsule->cnode = slot_next();
    capsule->space = slot_next();
    OK(untyped_retype(capsule->memory, NJ_KIND_CNODE, 1, PROCESS_SLOTS, SLOT_CNODE, capsule->cnode));
    OK(untyped_retype(capsule->memory, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, capsule->space));
    OK(untyped_retype(capsule->memory, NJ_KIND_UNTYPED, 1, 40, SLOT_CNODE, supply));
    OK(space_supply(capsule->space, supply));
    OK(space_configure(capsule->space, type, capsule->cnode));
    OK(space_attach(capsule->space, capsule->code, CHECKED_STACK_BYTES, CHECKED_STATE_BYTES, &capsule->code_base,
                    &capsule->data_base, &capsule->stack_top));
    OK(space_memory(capsule->space, 0, CHECKED_MEMORY_BYTES));
}

void capsule_make(struct capsule *capsule, const uint32_t *words, uint32_t count, enum nj_space_type type,
                  uint32_t priority, uint32_t fault_endpoint)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, CAPSULE_PAGES(count));
    capsule_make_in(memory, capsule, words, count, type, priority, fault_endpoint);
}

void capsule_make_in(uint32_t memory, struct capsule *capsule, const uint32_t *words, uint32_t count,
                     enum nj_space_type type, uint32_t priority, uint32_t fault_endpoint)
{
    uint64_t offset, rule;
    *capsule = (struct capsule){.memory = memory};
    capsule->code = slot_next();
    OK(code_make(capsule->memory, capsule->code, words, count, &offset, &rule));
    make_space(capsule, type);
    capsule->thread = slot_next();
    capsule->sched = slot_next();
    OK(untyped_retype(capsule->memory, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, capsule->thread));
    OK(untyped_retype(capsule->memory, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, capsule->sched));
    OK(sched_configure(SLOT_SCHED_CONTROL, capsule->sched, 10000000, 10000000));
    OK(thread_configure(capsule->thread, capsule->space, priority, priority, fault_endpoint, 0));
    OK(thread_bind_sched(capsule->thread, capsule->sched));
}

void capsule_give(const struct capsule *capsule, uint32_t index, uint32_t slot, uint32_t rights)
{
    OK(cnode_copy(capsule->cnode, index, SLOT_CNODE, slot, rights));
}

void capsule_start(const struct capsule *capsule, uint64_t argument)
{
    OK(thread_start(capsule->thread, 0, 0, argument));
}
