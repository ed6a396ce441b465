// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/process.h"

void process_make_space(struct process *process, uint32_t supply_pages)
{
    *process = (struct process){.memory = make(NJ_KIND_UNTYPED, supply_pages + 8)};
    uint32_t supply = slot_next(), text = copy(SLOT_TEXT, NJ_RIGHT_ALL);
    process->cnode = slot_next();
    process->space = slot_next();
    OK(untyped_retype(process->memory, NJ_KIND_CNODE, 1, PROCESS_SLOTS, SLOT_CNODE, process->cnode));
    OK(untyped_retype(process->memory, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, process->space));
    OK(untyped_retype(process->memory, NJ_KIND_UNTYPED, 1, supply_pages, SLOT_CNODE, supply));
    OK(space_supply(process->space, supply));
    OK(space_configure(process->space, NJ_SPACE_PROCESS, process->cnode));
    OK(frame_map(text, process->space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    OK(space_memory(process->space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES));
}

void process_make(struct process *process, uint32_t priority, uint32_t fault_endpoint)
{
    process_make_space(process, 16);
    process->thread = slot_next();
    process->sched = slot_next();
    OK(untyped_retype(process->memory, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, process->thread));
    OK(untyped_retype(process->memory, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, process->sched));
    OK(sched_configure(SLOT_SCHED_CONTROL, process->sched, 10000000, 10000000));
    OK(thread_configure(process->thread, process->space, priority, priority, fault_endpoint, PROCESS_MESSAGE_PAGE));
    OK(thread_bind_sched(process->thread, process->sched));
}

void process_give(const struct process *process, uint32_t index, uint32_t slot, uint32_t rights)
{
    OK(cnode_copy(process->cnode, index, SLOT_CNODE, slot, rights));
}

void process_start(const struct process *process, void (*run)(uint64_t argument), uint64_t argument)
{
    OK(thread_start(process->thread, (uint64_t)(uintptr_t)run, PROCESS_MEMORY + PROCESS_MEMORY_BYTES, argument));
}

void child_send(uint64_t word)
{
    for (;;) {
        uint64_t words[8] = {word, 2, 3, 4, 5, 6, 7, 8};
        int64_t tag = nj_send(1, nj_tag(8, 0), words);
        if (tag < 0)
            __asm__ volatile("ebreak");
    }
}

void child_break(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("ebreak");
}

void child_serve(uint64_t add)
{
    uint64_t words[8] = {0}, badge;
    int64_t tag = nj_recv(1, nj_receive(2, 0), words, &badge);
    while (tag >= 0) {
        for (uint32_t i = 0; i < 8; i++)
            words[i] += add;
        tag = nj_reply_recv(1, (uint64_t)tag & NJ_TAG_WORDS_MASK, nj_receive(2, 0), words, &badge);
    }
    __asm__ volatile("ebreak");
}

void child_call(uint64_t word)
{
    uint64_t words[8] = {word};
    int64_t tag = nj_call(1, nj_tag(1, 0), 0, words);
    uint64_t answer[8] = {words[0], (uint64_t)tag};
    tag = nj_send(2, nj_tag(2, 0), answer);
    for (;;)
        __asm__ volatile("ebreak");
}

void fault_make(struct fault *fault)
{
    *fault = (struct fault){.endpoint = make(NJ_KIND_ENDPOINT, 0), .reply = make(NJ_KIND_REPLY, 0)};
    fault->badged = mint(fault->endpoint, NJ_RIGHT_SEND, FAULT_BADGE);
}

void fault_receive(struct fault *fault)
{
    SAME(nj_recv(fault->endpoint, nj_receive(fault->reply, 0), fault->words, &fault->badge), NJ_FAULT_WORDS);
    SAME(fault->badge, FAULT_BADGE);
}

void fault_answer(struct fault *fault, uint64_t answer)
{
    uint64_t words[8] = {answer};
    SAME(nj_send(fault->reply, nj_tag(1, 0), words), 0);
}

static void receive_fault(struct worker *worker)
{
    worker->in[2] =
        (uint64_t)nj_recv((uint32_t)worker->in[0], nj_receive((uint32_t)worker->in[1], 0), worker->out, &worker->in[3]);
}

struct worker *fault_wait(const struct fault *fault)
{
    struct worker *handler = worker_make(receive_fault, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler->in[0] = fault->endpoint;
    handler->in[1] = fault->reply;
    worker_start(handler);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    return handler;
}

void fault_came_again(const struct worker *handler, const struct fault *fault)
{
    CHECK(handler->is_done);
    SAME(handler->in[2], NJ_FAULT_WORDS);
    SAME(handler->in[3], FAULT_BADGE);
    for (uint32_t i = 0; i < 8; i++)
        SAME(handler->out[i], fault->words[i]);
}
