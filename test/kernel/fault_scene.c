// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/fault_scene.h"

struct scene scene;

static void scene_begin(void)
{
    scene = (struct scene){.told = make(NJ_KIND_ENDPOINT, 0), .frame = make(NJ_KIND_FRAME, 1)};
    fault_make(&scene.fault);
}

void scene_make_process(uint32_t fault_endpoint)
{
    process_make(&scene.process, PRIORITY_ABOVE, fault_endpoint);
    process_give(&scene.process, 1, scene.told, NJ_RIGHT_ALL);
    scene.thread = scene.process.thread;
    scene.space = scene.process.space;
    scene.sched = scene.process.sched;
}

void scene_make(void)
{
    scene_begin();
    scene_make_process(scene.fault.badged);
}

void scene_make_image(const uint32_t *words, uint32_t count, enum nj_space_type type)
{
    scene_begin();
    capsule_make(&scene.image, words, count, type, PRIORITY_ABOVE, scene.fault.badged);
    capsule_give(&scene.image, 1, scene.told, NJ_RIGHT_ALL);
    scene.thread = scene.image.thread;
    scene.space = scene.image.space;
    scene.sched = scene.image.sched;
}

void scene_fault(void)
{
    process_start(&scene.process, child_read, HERE);
}

void scene_handle(struct worker *worker)
{
    uint64_t words[8] = {0}, badge = 0;
    worker->out[0] = (uint64_t)nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge);
    worker->out[1] = badge;
    for (uint32_t i = 0; i < 3; i++)
        worker->out[2 + i] = words[i];
    spin_ns(worker->in[0]);
    if (!scene.is_mapped)
        OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    scene.is_mapped = true;
    words[0] = worker->in[3];
    uint32_t slot = worker->in[1] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    worker->out[5] = (uint64_t)enter(worker->in[1], slot, worker->in[2], scene.fault.reply, words, &badge);
    worker->out[6] = badge;
    worker->out[7] = words[0];
}

struct worker *scene_handler_set(struct worker *handler, uint64_t answer, uint64_t tag, uint64_t word)
{
    handler->in[1] = answer;
    handler->in[2] = tag;
    handler->in[3] = word;
    return handler;
}

struct worker *scene_handler(uint64_t answer, uint64_t tag, uint64_t word)
{
    return scene_handler_set(worker_make(scene_handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE), answer, tag, word);
}

struct worker *scene_handler_start(uint64_t answer, uint64_t word)
{
    struct worker *handler = scene_handler(answer, nj_tag(1, 0), word);
    worker_start(handler);
    return handler;
}

void scene_handler_wait(struct worker *handler)
{
    worker_start(handler);
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
}

struct worker *scene_handler_with_fault(uint64_t answer, uint64_t word)
{
    struct worker *handler = scene_handler(answer, nj_tag(1, 0), word);
    scene_handler_wait(handler);
    scene_fault();
    SAME(state_of(handler->thread), NJ_THREAD_READY);
    SAME(handler->out[0], 0);
    return handler;
}

void scene_check_fault(const struct worker *handler, uint64_t kind, uint64_t address)
{
    SAME(handler->out[0], NJ_FAULT_WORDS);
    SAME(handler->out[1], FAULT_BADGE);
    SAME(handler->out[2], kind);
    SAME(handler->out[4], address);
}

void scene_check_went_on(void)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.told, 0, words, &badge), 1);
    SAME(words[0], 0);
}

void scene_check_stopped(void)
{
    CHECK(state_of(scene.thread) != NJ_THREAD_READY);
    scene_check_silent();
}

void scene_check_silent(void)
{
    uint64_t words[8] = {0}, badge;
    ANSWERS(nj_status_of(nj_try_recv(scene.told, 0, words, &badge)), NJ_WOULD_BLOCK);
}
