// SPDX-License-Identifier: Apache-2.0
// Page faults on the way to their handler: one case for each way off the fast path. The way back is in fault_answer_test.c,
// what is common in fault_round_test.c.
#include "test/kernel/capsule.h"
#include "test/kernel/fault_scene.h"

#define SPIN_NS 500000ull

static void nobody_waits(void)
{
    scene_make();
    scene_fault();
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    struct worker *handler = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    CHECK(handler->is_done);
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    scene_check_went_on();
}

static void others_send_already(void)
{
    scene_make();
    struct peer *sender = peer_call(NJ_SYS_SEND, scene.fault.endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    scene_fault();
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, 0, words, &badge), 1);
    CHECK(peer_ended(sender, 0));
    CHECK(scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME)->is_done);
    scene_check_went_on();
}

static void the_first_of_two_that_wait(void)
{
    scene_make();
    struct worker *first = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct peer *second =
        peer_call(NJ_SYS_RECV, scene.fault.endpoint, 0, nj_receive(make(NJ_KIND_REPLY, 0), 0), PRIORITY_ABOVE);
    scene_fault();
    scene_check_fault(first, NJ_FAULT_READ, HERE);
    scene_check_went_on();
    CHECK(peer_ended(second, NJ_FAULT_WORDS)); // the faulter's breakpoint
}

static void a_handler_that_offers_no_reply_object(void)
{
    scene_make();
    struct peer *peer = peer_call(NJ_SYS_RECV, scene.fault.endpoint, 0, 0, PRIORITY_ABOVE + 1);
    scene_fault();
    SAME(state_of(peer->worker->thread), NJ_THREAD_RECEIVING);
    scene_check_stopped();
}

static void a_capability_without_the_send_right(void)
{
    scene_make();
    struct worker *handler = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct process process;
    process_make(&process, PRIORITY_ABOVE, copy(scene.fault.endpoint, NJ_RIGHT_RECV));
    process_start(&process, child_read, HERE);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
}

static void no_capability_or_one_that_was_revoked(void)
{
    scene_make();
    struct worker *handler = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct process process;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_start(&process, child_read, HERE);
    revoke(scene.fault.endpoint);
    scene_fault();
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    scene_check_stopped();
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
}

// It has a caller already, with another reply object: both are answered, the older one last.
static void serve_two(struct worker *worker)
{
    uint64_t words[8] = {0}, badge = 0;
    uint32_t older = (uint32_t)worker->in[0];
    SAME(nj_recv(scene.fault.endpoint, nj_receive(older, 0), words, &badge), 1);
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    OK(frame_map(scene.frame, scene.process.space, HERE, NJ_RIGHT_READ));
    words[0] = NJ_FAULT_REPLY_RESUME;
    uint32_t first = worker->in[1] != 0 ? older : scene.fault.reply;
    SAME(nj_send(first, nj_tag(1, 0), words), 0);
    SAME(nj_send(first == older ? scene.fault.reply : older, nj_tag(1, 0), words), 0);
}

static void a_handler_with_another_caller(bool older_first)
{
    scene_make();
    struct worker *handler = worker_make(serve_two, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler->in[0] = make(NJ_KIND_REPLY, 0);
    handler->in[1] = older_first;
    worker_start(handler);
    struct peer *caller = peer_call(NJ_SYS_CALL, scene.fault.endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    scene_fault();
    CHECK(handler->is_done);
    scene_check_went_on();
    CHECK(peer_ended(caller, 1));
}

static void a_handler_with_another_caller_answers_the_fault_first(void)
{
    a_handler_with_another_caller(false);
}

static void a_handler_with_another_caller_answers_that_one_first(void)
{
    a_handler_with_another_caller(true);
}

static void a_handler_below_a_ready_thread(void)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    scene_check_went_on();
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
}

static void a_handler_with_a_bound_notification(void)
{
    scene_make();
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *handler = scene_handler(NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    OK(thread_bind_notification(handler->thread, notification));
    handler->in[0] = SPIN_NS;
    worker_start(handler);
    scene_fault();
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    scene_check_went_on();
    CHECK(handler->is_done); // by the faulter's breakpoint
    SAME(handler->out[5], NJ_FAULT_WORDS);
}

// Inside the memory that first touch backs, but there is a page.
static void a_write_to_a_page_that_may_only_be_read(void)
{
    scene_make();
    struct worker *handler = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_SUSPEND);
    scene.is_mapped = true;
    OK(frame_map(scene.frame, scene.process.space, PROCESS_MEMORY, NJ_RIGHT_READ));
    process_start(&scene.process, child_write, PROCESS_MEMORY + 8);
    scene_check_fault(handler, NJ_FAULT_WRITE, PROCESS_MEMORY + 8);
    scene_check_stopped();
}

static void first_touch_is_no_fault(void)
{
    struct thread_info info;
    scene_make();
    struct worker *handler = scene_handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_SUSPEND);
    process_start(&scene.process, child_write, PROCESS_MEMORY);
    scene_check_went_on();
    OK(thread_info(scene.process.thread, &info));
    scene_check_fault(handler, NJ_FAULT_BREAKPOINT, handler->out[4]);
    SAME(info.faults, 1); // its breakpoint at the end
}

// The page of code that it jumps to is mapped by its handler.
static void map_code(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    worker->out[0] = (uint64_t)nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge);
    worker->out[1] = badge;
    worker->out[2] = words[NJ_FAULT_WORD_KIND];
    worker->out[3] = words[NJ_FAULT_WORD_PC];
    worker->out[4] = words[NJ_FAULT_WORD_DETAIL];
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    worker->out[5] = (uint64_t)nj_send(scene.fault.reply, 0, words);
}

static void a_jump_to_code_that_is_not_there_yet(void)
{
    uint64_t offset = (uint64_t)(uintptr_t)child_jump_behind - NJ_COMPONENT_BASE;
    scene_make();
    scene.frame = slot_next();
    OK(frame_slice(SLOT_TEXT, offset / 4096, 2, SLOT_CNODE, scene.frame));
    struct worker *handler = worker_run(map_code, PRIORITY_ABOVE - 1);
    process_start(&scene.process, child_jump, HERE + offset % 4096);
    scene_check_fault(handler, NJ_FAULT_FETCH, HERE + offset % 4096);
    SAME(handler->out[3], HERE + offset % 4096);
    SAME(handler->out[5], 0);
    scene_check_went_on();
}

// ---- Capsules and images -------------------------------------------------------------------------------------------------
// Its first word plus one is no NJ_FAULT_REPLY_SUSPEND: the faulter comes again and again, below this thread.
static void an_image_handles(enum nj_space_type type)
{
    struct thread_info info;
    struct capsule handler;
    scene_make();
    capsule_make(&handler, CAPSULE_WORDS(capsule_serve), type, PRIORITY_BELOW + 1, NJ_SLOT_NONE);
    capsule_give(&handler, 1, scene.fault.endpoint, NJ_RIGHT_ALL);
    capsule_give(&handler, 2, scene.fault.reply, NJ_RIGHT_ALL);
    capsule_start(&handler, 0);
    pause_ns(100000);
    SAME(state_of(handler.thread), NJ_THREAD_RECEIVING);
    OK(thread_set_priority(scene.process.thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    scene_fault();
    pause_ns(1000000);
    OK(thread_info(scene.process.thread, &info));
    CHECK(info.faults > 100);
    OK(frame_map(scene.frame, scene.process.space, HERE, NJ_RIGHT_READ));
    scene_check_went_on();
}

static void a_capsule_handles(void)
{
    an_image_handles(NJ_SPACE_CAPSULE);
}

static void an_image_in_a_process_handles(void)
{
    an_image_handles(NJ_SPACE_PROCESS);
}

// Addresses become offsets.
static void an_image_faults(enum nj_space_type type, uint64_t answer)
{
    struct capsule faulter;
    scene_make();
    scene.is_mapped = true;
    struct worker *handler = scene_handler_start(answer, NJ_FAULT_REPLY_RESUME);
    capsule_make(&faulter, CAPSULE_WORDS(capsule_read), type, PRIORITY_ABOVE, scene.fault.badged);
    capsule_give(&faulter, 1, scene.told, NJ_RIGHT_ALL);
    capsule_start(&faulter, 0x20000000); // beyond its memory
    scene_check_fault(handler, NJ_FAULT_READ, 0x20000000);
    SAME(handler->out[3], 4); // pc: an offset in its code
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], answer == NJ_SYS_SEND ? 0 : NJ_FAULT_WORDS); // it faults again
    SAME(state_of(faulter.thread), NJ_THREAD_FAULTED);
}

static void capsules_and_images_fault(void)
{
    an_image_faults(NJ_SPACE_CAPSULE, NJ_SYS_SEND);
    an_image_faults(NJ_SPACE_CAPSULE, NJ_SYS_REPLY_RECV);
    an_image_faults(NJ_SPACE_PROCESS, NJ_SYS_SEND);
    an_image_faults(NJ_SPACE_PROCESS, NJ_SYS_REPLY_RECV);
}

static const struct test_case cases[] = {
    CASE(nobody_waits),
    CASE(others_send_already),
    CASE(the_first_of_two_that_wait),
    CASE(a_handler_that_offers_no_reply_object),
    CASE(a_capability_without_the_send_right),
    CASE(no_capability_or_one_that_was_revoked),
    CASE(a_handler_with_another_caller_answers_the_fault_first),
    CASE(a_handler_with_another_caller_answers_that_one_first),
    CASE(a_handler_below_a_ready_thread),
    CASE(a_handler_with_a_bound_notification),
    CASE(a_write_to_a_page_that_may_only_be_read),
    CASE(first_touch_is_no_fault),
    CASE(a_jump_to_code_that_is_not_there_yet),
    CASE(a_capsule_handles),
    CASE(an_image_in_a_process_handles),
    CASE(capsules_and_images_fault),
};
GROUP(fault_deliver, cases);
