// SPDX-License-Identifier: Apache-2.0
// Page faults that the handler cannot simply go on with, and answers that are not simply taken: one case for each way off
// the fast path, on the way to the handler and on the way back. What is common is in fault_round_test.c.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define HERE 0x50000000ull
#define OF_FAULTER(n) (0x700 + (n))
#define BUDGET_NS 2000000ull
#define SPIN_NS 500000ull

void child_read(uint64_t address); // fault_code.S: tells slot 1 what of its registers has changed
void child_write(uint64_t address);

static struct scene {
    struct fault fault;
    struct process process;
    uint32_t told, frame;
    bool is_mapped;
} scene;

// A handler: receives a fault, spins for in[0] ns, maps the page, gives the answer number in[1] with tag in[2] and word
// in[3]. out: tag, badge and words 0 to 2 of the fault; then the outcome of the answer, and the badge and word 0 with it.
static void handle(struct worker *worker)
{
    uint64_t words[8] = {0}, badge = 0;
    worker->out[0] = (uint64_t)nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge);
    worker->out[1] = badge;
    for (uint32_t i = 0; i < 3; i++)
        worker->out[2 + i] = words[i];
    for (uint64_t start = nj_time(); nj_time() - start < worker->in[0];)
        ;
    if (!scene.is_mapped)
        OK(frame_map(scene.frame, scene.process.space, HERE, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    scene.is_mapped = true;
    words[0] = worker->in[3];
    uint32_t slot = worker->in[1] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    worker->out[5] = (uint64_t)enter(worker->in[1], slot, worker->in[2], scene.fault.reply, words, &badge);
    worker->out[6] = badge;
    worker->out[7] = words[0];
}

static void scene_make(void)
{
    scene = (struct scene){.told = make(NJ_KIND_ENDPOINT, 0), .frame = make(NJ_KIND_FRAME, 1)};
    fault_make(&scene.fault);
    process_make(&scene.process, PRIORITY_ABOVE, scene.fault.badged);
    process_give(&scene.process, 1, scene.told, NJ_RIGHT_ALL);
}

static void faulter_start(void)
{
    process_start(&scene.process, child_read, HERE);
}

static struct worker *handler_set(struct worker *handler, uint64_t answer, uint64_t tag, uint64_t word)
{
    handler->in[1] = answer;
    handler->in[2] = tag;
    handler->in[3] = word;
    return handler;
}

// Waits for a fault, above everybody; answers with one word.
static struct worker *handler_start(uint64_t answer, uint64_t word)
{
    struct worker *handler = handler_set(worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE), answer, 1, word);
    worker_start(handler);
    return handler;
}

static void check_fault(const struct worker *handler, uint64_t kind, uint64_t address)
{
    SAME(handler->out[0], NJ_FAULT_WORDS);
    SAME(handler->out[1], FAULT_BADGE);
    SAME(handler->out[2], kind);
    SAME(handler->out[4], address);
}

// It went on, and all its registers are there.
static void check_went_on(void)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.told, 0, words, &badge), 1);
    SAME(words[0], 0);
}

static void check_stopped(void)
{
    uint64_t words[8] = {0}, badge;
    CHECK(state_of(scene.process.thread) != NJ_THREAD_READY);
    ANSWERS(nj_status_of(nj_try_recv(scene.told, 0, words, &badge)), NJ_WOULD_BLOCK);
}

// ---- To the handler -----------------------------------------------------------------------------------------------------
static void nobody_waits(void)
{
    scene_make();
    faulter_start();
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    CHECK(handler->is_done);
    check_fault(handler, NJ_FAULT_READ, HERE);
    check_went_on();
}

static void others_send_already(void)
{
    scene_make();
    struct peer *sender = peer_call(NJ_SYS_SEND, scene.fault.endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    faulter_start();
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, 0, words, &badge), 1);
    CHECK(peer_ended(sender, 0));
    CHECK(handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME)->is_done);
    check_went_on();
}

static void the_first_of_two_that_wait(void)
{
    scene_make();
    struct worker *first = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct peer *second =
        peer_call(NJ_SYS_RECV, scene.fault.endpoint, 0, nj_receive(make(NJ_KIND_REPLY, 0), 0), PRIORITY_ABOVE);
    faulter_start();
    check_fault(first, NJ_FAULT_READ, HERE);
    check_went_on();
    CHECK(peer_ended(second, NJ_FAULT_WORDS)); // the faulter's breakpoint
}

static void a_handler_that_offers_no_reply_object(void)
{
    scene_make();
    struct peer *peer = peer_call(NJ_SYS_RECV, scene.fault.endpoint, 0, 0, PRIORITY_ABOVE + 1);
    faulter_start();
    SAME(state_of(peer->worker->thread), NJ_THREAD_RECEIVING);
    check_stopped();
}

static void a_capability_without_the_send_right(void)
{
    scene_make();
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct process process;
    process_make(&process, PRIORITY_ABOVE, copy(scene.fault.endpoint, NJ_RIGHT_RECV));
    process_start(&process, child_read, HERE);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
}

static void no_capability_or_one_that_was_revoked(void)
{
    scene_make();
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    struct process process;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_start(&process, child_read, HERE);
    revoke(scene.fault.endpoint);
    faulter_start();
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    check_stopped();
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
    faulter_start();
    CHECK(handler->is_done);
    check_went_on();
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
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_RESUME);
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    SAME(state_of(handler->thread), NJ_THREAD_READY);
    SAME(handler->out[0], 0); // it has the message, but has not run
    check_went_on();
    check_fault(handler, NJ_FAULT_READ, HERE);
}

static void a_handler_with_a_bound_notification(void)
{
    scene_make();
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    OK(thread_bind_notification(handler->thread, notification));
    handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME);
    handler->in[0] = SPIN_NS;
    worker_start(handler);
    faulter_start();
    check_fault(handler, NJ_FAULT_READ, HERE);
    check_went_on();
    CHECK(handler->is_done); // by the faulter's breakpoint
    SAME(handler->out[5], NJ_FAULT_WORDS);
}

// Inside the memory that first touch backs, but there is a page.
static void a_write_to_a_page_that_may_only_be_read(void)
{
    scene_make();
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_SUSPEND);
    scene.is_mapped = true;
    OK(frame_map(scene.frame, scene.process.space, PROCESS_MEMORY, NJ_RIGHT_READ));
    process_start(&scene.process, child_write, PROCESS_MEMORY + 8);
    check_fault(handler, NJ_FAULT_WRITE, PROCESS_MEMORY + 8);
    check_stopped();
}

static void first_touch_is_no_fault(void)
{
    struct thread_info info;
    scene_make();
    struct worker *handler = handler_start(NJ_SYS_SEND, NJ_FAULT_REPLY_SUSPEND);
    process_start(&scene.process, child_write, PROCESS_MEMORY);
    check_went_on();
    OK(thread_info(scene.process.thread, &info));
    check_fault(handler, NJ_FAULT_BREAKPOINT, handler->out[4]);
    SAME(info.faults, 1); // its breakpoint at the end
}

// ---- Time ---------------------------------------------------------------------------------------------------------------
static uint64_t used_ns(uint32_t sched)
{
    uint64_t budget, period, used;
    OK(sched_info(sched, &budget, &period, &used));
    return used;
}

static void the_handler_pays_for_itself(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_SEND, 1, NJ_FAULT_REPLY_RESUME)->in[0] = SPIN_NS;
    worker_start(handler);
    uint64_t of_runner = used_ns(SLOT_RUNNER_SCHED);
    faulter_start();
    of_runner = used_ns(SLOT_RUNNER_SCHED) - of_runner;
    CHECK(used_ns(handler->sched) >= SPIN_NS);
    CHECK(used_ns(scene.process.sched) < SPIN_NS / 2);
    CHECK(of_runner < SPIN_NS / 2);
    check_went_on();
}

static void the_faulter_pays_for_a_passive_handler(void)
{
    scene_make();
    struct worker *handler = worker_make_passive(handle, PRIORITY_ABOVE + 1);
    handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME)->in[0] = SPIN_NS;
    OK(thread_bind_sched(handler->thread, make_sched(10000000, 10000000)));
    worker_start(handler);
    OK(thread_unbind_sched(handler->thread));
    faulter_start();
    check_went_on();
    CHECK(used_ns(scene.process.sched) >= SPIN_NS);
    CHECK(used_ns(scene.process.sched) < 2 * SPIN_NS);
}

// Books are closed whenever a context with a budget stops.
static void a_faulter_with_a_budget(void)
{
    scene_make();
    OK(sched_configure(SLOT_SCHED_CONTROL, scene.process.sched, BUDGET_NS, 10 * BUDGET_NS));
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME)->in[0] = 2 * BUDGET_NS;
    worker_start(handler);
    faulter_start();
    check_went_on(); // the handler's spinning was not its own
    check_fault(handler, NJ_FAULT_READ, HERE);
    CHECK(used_ns(scene.process.sched) < BUDGET_NS);
}

static void a_handler_with_a_budget_that_is_spent(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME)->in[0] = 2 * BUDGET_NS;
    OK(sched_configure(SLOT_SCHED_CONTROL, handler->sched, BUDGET_NS, 10 * BUDGET_NS));
    worker_start(handler);
    faulter_start();
    CHECK(handler->out[0] == NJ_FAULT_WORDS && !scene.is_mapped); // stopped in the middle, this thread runs
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    check_went_on(); // after its refill
    CHECK(handler->is_done); // by the faulter's breakpoint
}

static void a_turn_that_ends_meanwhile(void)
{
    scene_make();
    OK(sched_configure(SLOT_SCHED_CONTROL, scene.process.sched, 10000, 10000)); // the shortest turns there are
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME);
    OK(sched_configure(SLOT_SCHED_CONTROL, handler->sched, 10000, 10000));
    handler->in[0] = SPIN_NS;
    worker_start(handler);
    faulter_start();
    check_fault(handler, NJ_FAULT_READ, HERE);
    check_went_on();
    CHECK(handler->is_done);
}

// ---- Back ---------------------------------------------------------------------------------------------------------------
static void suspended_by(uint64_t number, uint64_t tag)
{
    struct thread_info info;
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_BELOW + 20, NJ_SLOT_NONE);
    handler_set(handler, number, tag, NJ_FAULT_REPLY_SUSPEND);
    worker_start(handler);
    faulter_start();
    check_fault(handler, NJ_FAULT_READ, HERE);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    SAME(state_of(handler->thread), number == NJ_SYS_SEND ? NJ_THREAD_INACTIVE : NJ_THREAD_RECEIVING);
    check_stopped();
    OK(thread_info(scene.process.thread, &info));
    SAME(info.faults, 1);
    OK(thread_resume(scene.process.thread));
    check_went_on();
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
    struct worker *handler = worker_make_long(handle, PRIORITY_ABOVE - 1);
    ((volatile uint64_t *)(uintptr_t)handler->message_page)[8] = 0x99;
    handler_set(handler, number, nj_tag(64, 0), NJ_FAULT_REPLY_RESUME);
    worker_start(handler);
    faulter_start();
    check_fault(handler, NJ_FAULT_READ, HERE);
    check_went_on();
    OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&word, scene.process.space, PROCESS_MESSAGE_PAGE + 64, 8, &copied));
    SAME(word, 0);
}

static void an_answer_of_64_words(void)
{
    answered_by_64_words(NJ_SYS_SEND);
    answered_by_64_words(NJ_SYS_REPLY_RECV);
}

static void an_answer_of_more_words_than_there_are(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_SEND, nj_tag(9, 0), NJ_FAULT_REPLY_RESUME); // it has no message page
    worker_start(handler);
    faulter_start();
    SAME(handler->out[5], -(uint64_t)NJ_BAD_ARGUMENT);
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    fault_answer(&scene.fault, NJ_FAULT_REPLY_RESUME);
    check_went_on();
}

// It does not travel, and needs the right to.
static void an_answer_with_a_capability(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_SEND, nj_tag(1, scene.frame), NJ_FAULT_REPLY_RESUME);
    worker_start(handler);
    faulter_start();
    SAME(handler->out[5], -(uint64_t)NJ_NO_RIGHT); // the fault endpoint's capability has only SEND
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    fault_answer(&scene.fault, NJ_FAULT_REPLY_RESUME);
    check_went_on();
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
    uint64_t words[8] = {0}, badge;
    scene_make();
    struct worker *handler = is_passive ? worker_make_passive(handle_and_lower, PRIORITY_ABOVE + 1)
                                        : worker_make(handle_and_lower, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler->in[0] = number;
    if (is_passive)
        OK(thread_bind_sched(handler->thread, make_sched(10000000, 10000000)));
    worker_start(handler);
    if (is_passive)
        OK(thread_unbind_sched(handler->thread));
    faulter_start();
    SAME(state_of(scene.process.thread), NJ_THREAD_READY);
    ANSWERS(nj_status_of(nj_try_recv(scene.told, 0, words, &badge)), NJ_WOULD_BLOCK);
    check_went_on();
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
    struct process process;
    process_make(&process, PRIORITY_ABOVE, mint(scene.fault.endpoint, NJ_RIGHT_SEND | NJ_RIGHT_GRANT, FAULT_BADGE));
    process_give(&process, 1, scene.told, NJ_RIGHT_ALL);
    scene.process = process;
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE - 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, NJ_SYS_SEND, nj_tag(1, scene.frame), NJ_FAULT_REPLY_RESUME));
    faulter_start();
    SAME(handler->out[5], 0);
    check_went_on();
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
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    uint64_t words[8] = {0}, badge;
    worker_start(handler_set(handler, NJ_SYS_SEND, 1, NJ_FAULT_REPLY_SUSPEND));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    delete (scene.process.thread);
    scene.is_mapped = true;
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], -(uint64_t)NJ_WRONG_STATE);
    ANSWERS(nj_status_of(nj_try_recv(scene.told, 0, words, &badge)), NJ_WOULD_BLOCK);
}

static void reply_recv_after_the_faulter_was_killed(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
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
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, NJ_SYS_SEND, 1, NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    OK(thread_suspend(scene.process.thread));
    pause_ns(100000);
    SAME(handler->out[5], -(uint64_t)NJ_WRONG_STATE);
    check_stopped();
    OK(thread_resume(scene.process.thread));
    check_went_on();
}

// The faulter's time is gone when it is answered: it goes on when it gets some.
static void an_answer_to_a_faulter_without_time(uint64_t number)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, number, 1, NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    OK(thread_unbind_sched(scene.process.thread));
    pause_ns(100000);
    CHECK(scene.is_mapped);
    SAME(state_of(scene.process.thread), NJ_THREAD_READY);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    uint64_t words[8] = {0}, badge;
    ANSWERS(nj_status_of(nj_try_recv(scene.told, 0, words, &badge)), NJ_WOULD_BLOCK);
    OK(thread_bind_sched(scene.process.thread, scene.process.sched));
    check_went_on();
}

static void a_faulter_without_time(void)
{
    an_answer_to_a_faulter_without_time(NJ_SYS_SEND);
    an_answer_to_a_faulter_without_time(NJ_SYS_REPLY_RECV);
}

static void answered_by_another_thread_than_received_it(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler_set(handler, NJ_SYS_SEND, nj_tag(9, 0), 0); // which fails
    worker_start(handler);
    faulter_start();
    struct peer *peer = peer_make(NJ_SYS_SEND, scene.fault.reply, 0, 0, PRIORITY_ABOVE - 1);
    worker_start(peer->worker);
    CHECK(peer_ended(peer, 0));
    check_went_on();
}

static void reply_recv_when_somebody_sends(void)
{
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    struct peer *sender = peer_call(NJ_SYS_SEND, scene.fault.endpoint, nj_tag(2, 0), 0, PRIORITY_ABOVE);
    pause_ns(100000);
    CHECK(handler->is_done);
    SAME(handler->out[5], 2);
    SAME(handler->out[7], 1); // the first word of peers
    CHECK(peer_ended(sender, 0));
    check_went_on();
}

static void reply_recv_when_a_signal_is_there(void)
{
    scene_make();
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    OK(thread_bind_notification(handler->thread, notification));
    worker_start(handler_set(handler, NJ_SYS_REPLY_RECV, 1, NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    faulter_start();
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x80)));
    pause_ns(100000);
    CHECK(handler->is_done);
    CHECK((handler->out[5] & NJ_TAG_SIGNAL) != 0);
    SAME(handler->out[7], 0x80);
    check_went_on();
}

static void a_faulters_registers_can_be_read_and_written(void)
{
    uint64_t registers[8], word = OF_FAULTER(20) ^ 8, words[8] = {0}, badge;
    scene_make();
    struct worker *handler = worker_make(handle, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    worker_start(handler_set(handler, NJ_SYS_SEND, nj_tag(9, 0), 0)); // it maps the page, but does not answer
    faulter_start();
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

// ---- Capsules and images --------------------------------------------------------------------------------------------------
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
    faulter_start();
    pause_ns(1000000);
    OK(thread_info(scene.process.thread, &info));
    CHECK(info.faults > 100);
    OK(frame_map(scene.frame, scene.process.space, HERE, NJ_RIGHT_READ));
    check_went_on();
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
    struct worker *handler = handler_start(answer, NJ_FAULT_REPLY_RESUME);
    capsule_make(&faulter, CAPSULE_WORDS(capsule_read), type, PRIORITY_ABOVE, scene.fault.badged);
    capsule_give(&faulter, 1, scene.told, NJ_RIGHT_ALL);
    capsule_start(&faulter, 0x20000000); // beyond its memory
    check_fault(handler, NJ_FAULT_READ, 0x20000000);
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
    CASE(the_handler_pays_for_itself),
    CASE(the_faulter_pays_for_a_passive_handler),
    CASE(a_faulter_with_a_budget),
    CASE(a_handler_with_a_budget_that_is_spent),
    CASE(a_turn_that_ends_meanwhile),
    CASE(suspended_by_one_word),
    CASE(suspended_by_eight_words),
    CASE(an_answer_of_64_words),
    CASE(an_answer_of_more_words_than_there_are),
    CASE(an_answer_with_a_capability),
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
    CASE(a_capsule_handles),
    CASE(an_image_in_a_process_handles),
    CASE(capsules_and_images_fault),
};
GROUP(fault_path, cases);
