// SPDX-License-Identifier: Apache-2.0
// Faults of images in capsules and processes, address by address; capsules that answer faults; and gates in between.
#include "abi/capsule.h"
#include "test/kernel/checked_programs.h"
#include "test/kernel/fault_scene.h"
#include "test/kernel/gate.h"

CAPSULE_PROGRAM(image_at);
CAPSULE_PROGRAM(image_answer);
CAPSULE_PROGRAM(image_gate_client);
extern const uint32_t image_gate_answer[];

// ---- Where an image faults, and what its handler is told ------------------------------------------------------------
// Offsets from the code base.
#define WINDOW (1ull << CHECKED_WINDOW_LOG2)
#define STACK_LOW (WINDOW + NJ_CAPSULE_GUARD)
#define STACK_HIGH (STACK_LOW + CHECKED_STACK_BYTES)
#define STATE (STACK_HIGH + NJ_CAPSULE_GUARD)
#define DATA (STATE + CHECKED_STATE_BYTES)

static const struct {
    uint64_t at;
    uint32_t kind; // TRAP: there is memory, from the first touch on
} places[] = {
    {WINDOW - 8, NJ_FAULT_READ}, // no code there
    {WINDOW, NJ_FAULT_STACK},
    {STACK_LOW - 8, NJ_FAULT_STACK},
    {STACK_LOW, NJ_FAULT_TRAP},
    {STACK_HIGH - 8, NJ_FAULT_TRAP},
    {STACK_HIGH, NJ_FAULT_STACK},
    {STATE - 8, NJ_FAULT_STACK},
    {STATE, NJ_FAULT_TRAP},
    {DATA - 8, NJ_FAULT_TRAP},
    {DATA, NJ_FAULT_TRAP},
    {DATA + CHECKED_MEMORY_BYTES - 8, NJ_FAULT_TRAP},
    {DATA + CHECKED_MEMORY_BYTES, NJ_FAULT_READ},
    {0xfffffff8, NJ_FAULT_READ},
};

static void check_place(const struct fault *fault, uint64_t at, uint32_t kind)
{
    bool is_data = kind == NJ_FAULT_READ && at >= DATA;
    SAME(fault->words[NJ_FAULT_WORD_KIND], kind);
    SAME(fault->words[NJ_FAULT_WORD_PC], kind == NJ_FAULT_TRAP ? 8 : 4);
    SAME(fault->words[NJ_FAULT_WORD_EXTRA], is_data ? 3 : 2);
    if (kind == NJ_FAULT_TRAP)
        SAME(fault->words[NJ_FAULT_WORD_DETAIL], NJ_TRAP_WORD);
    else
        SAME(fault->words[NJ_FAULT_WORD_DETAIL], is_data ? at - DATA : scene.image.code_base + at);
}

// First to a handler that waits, in memory that nobody has touched, and then to nobody.
static void read_places(enum nj_space_type type)
{
    for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        scene_make_image(CAPSULE_WORDS(image_at), type);
        SAME(scene.image.data_base - scene.image.code_base, DATA);
        struct worker *handler = fault_wait(&scene.fault);
        capsule_start(&scene.image, places[i].at);
        OK(thread_suspend(scene.thread));
        capsule_start(&scene.image, places[i].at);
        SAME(state_of(scene.thread), NJ_THREAD_FAULTED);
        fault_receive(&scene.fault);
        check_place(&scene.fault, places[i].at, places[i].kind);
        fault_came_again(handler, &scene.fault);
    }
}

static void places_in_a_capsule(void)
{
    read_places(NJ_SPACE_CAPSULE);
}

static void places_in_an_image_of_a_process(void)
{
    read_places(NJ_SPACE_PROCESS);
}

// ---- A capsule answers in a send ------------------------------------------------------------------------------------
#define FLOAT_OF_ANSWERER 0x4711

static struct answerer {
    struct capsule capsule;
    uint32_t told;
} answerer;

// Waits for faults then. `type`: of its space.
static void answerer_make(enum nj_space_type type, uint32_t priority, uint64_t word)
{
    answerer = (struct answerer){.told = make(NJ_KIND_ENDPOINT, 0)};
    capsule_make(&answerer.capsule, CAPSULE_WORDS(image_answer), type, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    capsule_give(&answerer.capsule, 1, scene.fault.endpoint, NJ_RIGHT_ALL);
    capsule_give(&answerer.capsule, 2, scene.fault.reply, NJ_RIGHT_ALL);
    capsule_give(&answerer.capsule, 3, answerer.told, NJ_RIGHT_ALL);
    capsule_start(&answerer.capsule, word);
    SAME(state_of(answerer.capsule.thread), NJ_THREAD_RECEIVING);
    OK(thread_set_priority(answerer.capsule.thread, priority, priority, NJ_BOOT_SLOT_THREAD));
}

// It has answered a read, and nothing was wrong with its registers. `floating`: what it had in one more.
static void answerer_check(uint64_t floating)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(answerer.told, 0, words, &badge), 3);
    SAME(words[0], 0);
    SAME(words[1], NJ_FAULT_READ);
    SAME(words[2], floating);
}

// The faulter reads again at once, which nobody waits for, and a third time when the page is there.
static void answered_by(enum nj_space_type type, uint32_t priority)
{
    struct thread_info info;
    scene_make();
    answerer_make(type, priority, NJ_FAULT_REPLY_RESUME);
    scene_fault();
    OK(thread_info(scene.thread, &info));
    SAME(info.faults, 2);
    SAME(info.state, NJ_THREAD_FAULTED);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    answerer_check(0);
    answerer_check(0);
    scene_check_went_on();
}

static void a_capsule_below_the_faulter_answers(void)
{
    answered_by(NJ_SPACE_CAPSULE, PRIORITY_ABOVE - 1);
}

static void a_capsule_beside_the_faulter_answers(void)
{
    answered_by(NJ_SPACE_CAPSULE, PRIORITY_ABOVE);
}

static void a_capsule_above_the_faulter_answers(void)
{
    answered_by(NJ_SPACE_CAPSULE, PRIORITY_ABOVE + 1);
}

static void an_image_in_a_process_answers(void)
{
    answered_by(NJ_SPACE_PROCESS, PRIORITY_ABOVE - 1);
}

static void a_capsule_answers_for_good(void)
{
    scene_make();
    answerer_make(NJ_SPACE_CAPSULE, PRIORITY_ABOVE - 1, NJ_FAULT_REPLY_SUSPEND);
    scene_fault();
    answerer_check(0);
    scene_check_stopped();
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    OK(thread_resume(scene.thread));
    scene_check_went_on();
}

// The faulter's time came with the fault, and goes with the answer.
static void a_capsule_without_time_answers(void)
{
    scene_make();
    answerer_make(NJ_SPACE_CAPSULE, PRIORITY_ABOVE - 1, NJ_FAULT_REPLY_RESUME);
    OK(thread_unbind_sched(answerer.capsule.thread));
    scene_fault();
    SAME(state_of(scene.thread), NJ_THREAD_FAULTED); // for the second time
    SAME(state_of(answerer.capsule.thread), NJ_THREAD_READY);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    OK(thread_bind_sched(answerer.capsule.thread, answerer.capsule.sched));
    answerer_check(0);
    answerer_check(0);
    scene_check_went_on();
}

static void run_nothing(struct worker *worker)
{
    worker->out[0] = nj_time();
}

// Others of its priority are ready: it stays before them.
static void a_capsule_beside_a_ready_thread_answers(void)
{
    scene_make();
    answerer_make(NJ_SPACE_CAPSULE, PRIORITY_RUNNER, NJ_FAULT_REPLY_RESUME);
    struct worker *equal = worker_make(run_nothing, PRIORITY_RUNNER, NJ_SLOT_NONE);
    worker_start(equal);
    scene_fault(); // this thread is ready, too
    CHECK(!equal->is_done);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    answerer_check(0);
    answerer_check(0);
    scene_check_went_on();
}

// And so has the faulter.
static void a_capsule_with_floating_point_state_answers(void)
{
    scene_make();
    answerer_make(NJ_SPACE_CAPSULE, PRIORITY_ABOVE - 1, 2 * FLOAT_OF_ANSWERER | NJ_FAULT_REPLY_RESUME);
    process_start(&scene.process, child_read_with_float, HERE);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    answerer_check(FLOAT_OF_ANSWERER);
    answerer_check(FLOAT_OF_ANSWERER);
    scene_check_went_on();
}

// ---- Gates ----------------------------------------------------------------------------------------------------------
// A fault behind a gate cuts the caller off: its own handler, which waits, is told nothing.
static void behind_a_gate(const uint32_t *entry, uint64_t argument)
{
    struct thread_info info;
    struct capsule caller, callee;
    uint64_t words[8] = {0}, badge;
    scene_make();
    struct worker *handler = fault_wait(&scene.fault);
    gate_side(&callee, PRIORITY_BELOW);
    capsule_make(&caller, CAPSULE_WORDS(gate_program), NJ_SPACE_CAPSULE, PRIORITY_BELOW, scene.fault.badged);
    capsule_give(&caller, 1, gate_at(&callee, (uint64_t)(entry - gate_program) * 4), NJ_RIGHT_ALL);
    capsule_give(&caller, 2, scene.told, NJ_RIGHT_SEND);
    OK(thread_start(caller.thread, OFFSET(client), 0, argument));
    SAME(nj_recv(scene.told, 0, words, &badge), 8);
    gate_answers(words, -(int64_t)NJ_FAULTED);
    gate_state_is(&callee, NJ_GATE_BROKEN, NJ_FAULTED);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    OK(thread_info(caller.thread, &info));
    SAME(info.faults, 1);
}

static void faults_behind_a_gate_are_the_caller_s_answer(void)
{
    behind_a_gate(gate_read, 0x20000000);
    behind_a_gate(gate_overflow, 0);
}

// More code than the smallest window holds: its mask is another one than that of the capsule it visits.
static void wide_client_make(struct capsule *client)
{
    static uint32_t words[(1u << CHECKED_WINDOW_LOG2) / 4 + 1024];
    uint32_t count = sizeof(words) / sizeof(words[0]), used = (uint32_t)(image_gate_client_end - image_gate_client);
    for (uint32_t i = 0; i < count; i++)
        words[i] = i < used ? image_gate_client[i] : NJ_TRAP_WORD;
    capsule_make(client, words, count, NJ_SPACE_CAPSULE, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
}

// A capsule that a handler visits answers for it, with the reply object it has.
static void an_answer_from_behind_a_gate(void)
{
    struct capsule client, callee;
    uint64_t words[8] = {0}, badge;
    scene_make();
    uint32_t told = make(NJ_KIND_ENDPOINT, 0);
    capsule_make(&callee, CAPSULE_WORDS(image_gate_client), NJ_SPACE_CAPSULE, PRIORITY_BELOW, NJ_SLOT_NONE);
    wide_client_make(&client);
    capsule_give(&callee, 2, scene.fault.reply, NJ_RIGHT_ALL);
    capsule_give(&client, 1, scene.fault.endpoint, NJ_RIGHT_ALL);
    capsule_give(&client, 2, scene.fault.reply, NJ_RIGHT_ALL);
    capsule_give(&client, 3, told, NJ_RIGHT_ALL);
    capsule_give(&client, 4, gate_at(&callee, (uint64_t)(image_gate_answer - image_gate_client) * 4), NJ_RIGHT_ALL);
    capsule_start(&client, 0);
    SAME(state_of(client.thread), NJ_THREAD_RECEIVING);
    OK(thread_set_priority(client.thread, PRIORITY_ABOVE - 1, PRIORITY_ABOVE - 1, NJ_BOOT_SLOT_THREAD));
    scene_fault();
    SAME(state_of(scene.thread), NJ_THREAD_FAULTED); // for the second time
    SAME(nj_recv(told, 0, words, &badge), 8);
    SAME(words[0], 0);
    SAME(words[1], 0); // its registers
    SAME(words[2], 0x720 + 12);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    fault_receive(&scene.fault);
    fault_answer(&scene.fault, NJ_FAULT_REPLY_RESUME);
    scene_check_went_on();
}

static const struct test_case cases[] = {
    CASE(places_in_a_capsule),
    CASE(places_in_an_image_of_a_process),
    CASE(a_capsule_below_the_faulter_answers),
    CASE(a_capsule_beside_the_faulter_answers),
    CASE(a_capsule_above_the_faulter_answers),
    CASE(an_image_in_a_process_answers),
    CASE(a_capsule_answers_for_good),
    CASE(a_capsule_without_time_answers),
    CASE(a_capsule_beside_a_ready_thread_answers),
    CASE(a_capsule_with_floating_point_state_answers),
    CASE(faults_behind_a_gate_are_the_caller_s_answer),
    CASE(an_answer_from_behind_a_gate),
};
GROUP(fault_capsule, cases);
