// SPDX-License-Identifier: Apache-2.0
// Answers to page faults that are not simply taken: one case for each way off the fast path back to the faulter.
#include "test/kernel/fault_scene.h"

static void suspended_by(uint64_t number, uint64_t tag)
{
    struct thread_info info;
    scene_make();
    struct worker *handler = worker_make(scene_handle, PRIORITY_ABOVE, NJ_SLOT_NONE);
    worker_start(scene_handler_set(handler, number, tag, NJ_FAULT_REPLY_SUSPEND));
    scene_fault();
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    SAME(state_of(handler->thread), number == NJ_SYS_SEND ? NJ_THREAD_INACTIVE : NJ_THREAD_RECEIVING);
    scene_check_stopped();
    OK(thread_info(scene.process.thread, &info));
    SAME(info.faults, 1);
    OK(thread_resume(scene.process.thread));
    scene_check_went_on();
}

static void suspended_by_one_word(void)
{
    suspended_by(NJ_SYS_SEND, nj_tag(1, 0));
    suspended_by(NJ_SYS_REPLY_RECV, nj_tag(1, 0));
}

static void suspended_by_eight_words(void)
{
    suspended_by(NJ_SYS_SEND, nj_tag(8, 0));
    suspended_by(NJ_SYS_REPLY_RECV, nj_tag(8, 0));
}

// Its message page has the other words; the faulter gets none of them.
static void answered_by_64_words(uint64_t number)
{
    uint64_t word = 1, copied;
    scene_make();
    struct worker *handler = worker_make_long(scene_handle, PRIORITY_ABOVE - 1);
    ((volatile uint64_t *)(uintptr_t)handler->message_page)[8] = 0x99;
    scene_handler_set(handler, number, nj_tag(64, 0), NJ_FAULT_REPLY_RESUME);
    worker_start(handler);
    scene_fault();
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    scene_check_went_on();
    OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&word, scene.process.space, PROCESS_MESSAGE_PAGE + 64, 8, &copied));
    SAME(word, 0);
}

static void an_answer_of_64_words(void)
{
    answered_by_64_words(NJ_SYS_SEND);
    answered_by_64_words(NJ_SYS_REPLY_RECV);
}

// By a handler below the faulter, whose answer would let that go on at once, and by one above.
static void refused(uint64_t tag, enum nj_status status)
{
    for (uint32_t priority = PRIORITY_ABOVE - 1; priority <= PRIORITY_ABOVE + 1; priority += 2) {
        scene_make();
        struct worker *handler = worker_make(scene_handle, priority, NJ_SLOT_NONE); // it has no message page
        worker_start(scene_handler_set(handler, NJ_SYS_SEND, tag, NJ_FAULT_REPLY_RESUME));
        scene_fault();
        SAME(handler->out[5], -(uint64_t)status);
        SAME(state_of(scene.thread), NJ_THREAD_FAULTED);
        fault_answer(&scene.fault, NJ_FAULT_REPLY_RESUME);
        scene_check_went_on();
    }
}

static void an_answer_of_more_words_than_there_are(void)
{
    refused(nj_tag(9, 0), NJ_BAD_ARGUMENT);
    refused(nj_tag(64, 0), NJ_BAD_ARGUMENT);
}

// It does not travel, and needs the right to.
static void an_answer_with_a_capability(void)
{
    refused(nj_tag(1, SLOT_CNODE), NJ_NO_RIGHT); // the fault endpoint's capability has only SEND
}

uint64_t touch_and_call(uint64_t address, uint64_t number, uint64_t slot); // fault_code.S

static void touch_and_answer(struct worker *worker)
{
    static uint8_t fresh[2 * 4096]; // a page of it is touched by nobody else
    uint64_t words[8] = {0}, badge, page = ((uint64_t)(uintptr_t)fresh + 4095) & ~4095ull;
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    worker->out[0] = touch_and_call(page, NJ_SYS_SEND, scene.fault.reply);
}

static void an_answer_is_a_finished_call(void)
{
    scene_make();
    struct worker *handler = worker_run(touch_and_answer, PRIORITY_ABOVE - 1);
    scene_fault();
    CHECK(handler->is_done);
    SAME(handler->out[0], 0);
    scene_check_went_on();
}

// It has a caller already, who stays its caller, and is told when it ends.
static void answer_and_keep_another(struct worker *worker)
{
    uint64_t words[8] = {0}, badge = 0;
    SAME(nj_recv(scene.fault.endpoint, nj_receive((uint32_t)worker->in[0], 0), words, &badge), 1);
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    uint32_t slot = worker->in[1] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    (void)enter(worker->in[1], slot, 0, scene.fault.reply, words, &badge);
    OK(thread_suspend(worker->thread));
}

static void answered_with_another_caller(uint64_t number)
{
    scene_make();
    struct worker *handler = worker_make(answer_and_keep_another, PRIORITY_ABOVE - 1, NJ_SLOT_NONE);
    handler->in[0] = make(NJ_KIND_REPLY, 0);
    handler->in[1] = number;
    worker_start(handler);
    struct peer *caller = peer_call(NJ_SYS_CALL, scene.fault.endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE - 1);
    scene_fault();
    scene_check_went_on();
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    delete (handler->thread);
    CHECK(peer_ended(caller, -(int64_t)NJ_PEER_LOST));
}

static void an_answer_by_who_has_another_caller(void)
{
    answered_with_another_caller(NJ_SYS_SEND);
    answered_with_another_caller(NJ_SYS_REPLY_RECV);
}

// Made less important than this thread, which is ready, by its handler: it goes on behind it.
static void handle_and_lower(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    OK(frame_map(scene.frame, scene.process.space, HERE, NJ_RIGHT_READ));
    OK(thread_set_priority(scene.process.thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    uint32_t slot = worker->in[0] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    (void)enter(worker->in[0], slot, 0, scene.fault.reply, words, &badge);
}

static void lowered(uint64_t number, bool is_passive)
{
    scene_make();
    struct worker *handler = is_passive ? worker_make_passive(handle_and_lower, PRIORITY_ABOVE + 1)
                                        : worker_make(handle_and_lower, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler->in[0] = number;
    if (is_passive)
        worker_start_passive(handler);
    else
        worker_start(handler);
    scene_fault();
    SAME(state_of(scene.process.thread), NJ_THREAD_READY);
    scene_check_silent();
    scene_check_went_on();
}

static void a_faulter_below_a_ready_thread(void)
{
    lowered(NJ_SYS_SEND, false);
    lowered(NJ_SYS_SEND, true);
    lowered(NJ_SYS_REPLY_RECV, false);
    lowered(NJ_SYS_REPLY_RECV, true);
}

// It does not travel either, but nobody minds.
static void an_answer_with_a_capability_that_may_be_there(void)
{
    scene_make();
    uint32_t granting = mint(scene.fault.endpoint, NJ_RIGHT_SEND | NJ_RIGHT_GRANT, FAULT_BADGE);
    scene_make_process(granting);
    struct worker *handler = worker_make(scene_handle, PRIORITY_ABOVE - 1, NJ_SLOT_NONE);
    worker_start(scene_handler_set(handler, NJ_SYS_SEND, nj_tag(1, scene.frame), NJ_FAULT_REPLY_RESUME));
    scene_fault();
    SAME(handler->out[5], 0);
    scene_check_went_on();
}

// The caller is more important: with a fault it would go on at once.
static void answer_a_call(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), 1);
    words[0] = 70;
    words[1] = 80;
    worker->out[0] = (uint64_t)nj_send(scene.fault.reply, nj_tag(2, 0), words);
}

static void a_call_is_no_fault(void)
{
    scene_make();
    struct worker *server = worker_run(answer_a_call, PRIORITY_ABOVE - 1);
    struct peer *caller = peer_call(NJ_SYS_CALL, scene.fault.endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    CHECK(server->is_done && server->out[0] == 0);
    CHECK(peer_ended(caller, 2));
    SAME(caller->words[0], 70);
    SAME(caller->words[1], 80);
}

static void an_answer_after_the_faulter_was_killed(void)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(NJ_SYS_SEND, NJ_FAULT_REPLY_SUSPEND);
    delete (scene.process.thread);
    scene.is_mapped = true;
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], -(uint64_t)NJ_WRONG_STATE);
    scene_check_silent();
}

static void reply_recv_after_the_faulter_was_killed(void)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(NJ_SYS_REPLY_RECV, NJ_FAULT_REPLY_RESUME);
    delete (scene.process.thread);
    scene.is_mapped = true;
    pause_ns(100000);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    struct process process;
    process_make(&process, PRIORITY_ABOVE, scene.fault.badged);
    process_start(&process, child_read, HERE);
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], NJ_FAULT_WORDS);
}

static void an_answer_after_the_faulter_was_suspended(void)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    OK(thread_suspend(scene.process.thread));
    pause_ns(100000);
    SAME(handler->out[5], -(uint64_t)NJ_WRONG_STATE);
    scene_check_stopped();
    OK(thread_resume(scene.process.thread));
    scene_check_went_on();
}

// The faulter's time is gone when it is answered: it goes on when it gets some.
static void an_answer_to_a_faulter_without_time(uint64_t number)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(number, NJ_FAULT_REPLY_RESUME);
    OK(thread_unbind_sched(scene.process.thread));
    pause_ns(100000);
    CHECK(scene.is_mapped);
    SAME(state_of(scene.process.thread), NJ_THREAD_READY);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    scene_check_silent();
    OK(thread_bind_sched(scene.process.thread, scene.process.sched));
    scene_check_went_on();
}

static void a_faulter_without_time(void)
{
    an_answer_to_a_faulter_without_time(NJ_SYS_SEND);
    an_answer_to_a_faulter_without_time(NJ_SYS_REPLY_RECV);
}

static void answered_by_another_thread_than_received_it(void)
{
    scene_make();
    worker_start(scene_handler(NJ_SYS_SEND, nj_tag(9, 0), 0)); // which fails
    scene_fault();
    struct peer *peer = peer_make(NJ_SYS_SEND, scene.fault.reply, 0, 0, PRIORITY_ABOVE - 1);
    worker_start(peer->worker);
    CHECK(peer_ended(peer, 0));
    scene_check_went_on();
}

static void reply_recv_when_somebody_sends(void)
{
    scene_make();
    struct worker *handler = scene_handler_with_fault(NJ_SYS_REPLY_RECV, NJ_FAULT_REPLY_RESUME);
    struct peer *sender = peer_call(NJ_SYS_SEND, scene.fault.endpoint, nj_tag(2, 0), 0, PRIORITY_ABOVE);
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], 2);
    SAME(handler->out[7], 1); // the first word of peers
    CHECK(peer_ended(sender, 0));
    scene_check_went_on();
}

static void reply_recv_when_a_signal_is_there(void)
{
    scene_make();
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *handler = scene_handler(NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    OK(thread_bind_notification(handler->thread, notification));
    scene_handler_wait(handler);
    scene_fault();
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x80)));
    pause_ns(100000);
    CHECK(handler->is_done);
    CHECK((handler->out[5] & NJ_TAG_SIGNAL) != 0);
    SAME(handler->out[7], 0x80);
    scene_check_went_on();
}

static void a_faulters_registers_can_be_read_and_written(void)
{
    uint64_t registers[8], word = OF_FAULTER(20) ^ 8, words[8] = {0}, badge;
    scene_make();
    worker_start(scene_handler(NJ_SYS_SEND, nj_tag(9, 0), 0)); // it maps the page, but does not answer
    scene_fault();
    OK(thread_suspend(scene.process.thread));
    for (uint32_t first = 1; first < 31; first += 8) {
        OK(thread_read_registers(scene.process.thread, first, registers));
        for (uint32_t i = 0; i < 8 && first + i < 31; i++)
            SAME(registers[i], OF_FAULTER(first + i));
    }
    OK(thread_write_registers(scene.process.thread, 20, 1, &word));
    OK(thread_resume(scene.process.thread));
    SAME(nj_recv(scene.told, 0, words, &badge), 1);
    SAME(words[0], 8); // what was changed, and nothing else
}

static const struct test_case cases[] = {
    CASE(suspended_by_one_word),
    CASE(suspended_by_eight_words),
    CASE(an_answer_of_64_words),
    CASE(an_answer_of_more_words_than_there_are),
    CASE(an_answer_with_a_capability),
    CASE(an_answer_is_a_finished_call),
    CASE(an_answer_by_who_has_another_caller),
    CASE(a_faulter_below_a_ready_thread),
    CASE(an_answer_with_a_capability_that_may_be_there),
    CASE(a_call_is_no_fault),
    CASE(an_answer_after_the_faulter_was_killed),
    CASE(reply_recv_after_the_faulter_was_killed),
    CASE(an_answer_after_the_faulter_was_suspended),
    CASE(a_faulter_without_time),
    CASE(answered_by_another_thread_than_received_it),
    CASE(reply_recv_when_somebody_sends),
    CASE(reply_recv_when_a_signal_is_there),
    CASE(a_faulters_registers_can_be_read_and_written),
};
GROUP(fault_answer, cases);
