// SPDX-License-Identifier: Apache-2.0
// A page fault, to the handler that waits, and its answer: one case for every combination of who runs on which time, who
// comes first, how the answer is given, and who has floating-point state. In each, every register on both sides must hold
// what it should: of a faulter all that it had, of a handler what a call keeps, and nothing of the other.
#include "abi/capsule.h"
#include "test/kernel/fault_scene.h"
#include <stdio.h>

#define FLOAT_OF_HANDLER 0x4711

enum { FLOAT_NONE, FLOAT_FAULTER, FLOAT_HANDLER, FLOAT_HANDLER_PEEK, FLOATS };
enum { HANDLER_ABOVE, HANDLER_EQUAL, HANDLER_BELOW, PLACES };
enum { TYPE_PROCESS, TYPE_CAPSULE, TYPE_IMAGE, TYPES }; // of the faulter; the last: an image in a process
#define ROUNDS (2 * 2 * 2 * PLACES * FLOATS * TYPES)

static struct round {
    bool is_write, is_passive;
    uint64_t answer, tag;
    uint32_t place, floating, type;
    uint64_t received[32], answered[32]; // the handler's registers after its receive, and after its answer
} now;

static struct round round_of(uint32_t number)
{
    return (struct round){
        .is_write = number % 2 != 0,
        .is_passive = number / 2 % 2 != 0,
        .answer = number / 4 % 2 != 0 ? NJ_SYS_REPLY_RECV : NJ_SYS_SEND,
        .tag = number % 3 == 0   ? 0
               : number % 3 == 1 ? 1
                                 : 8,
        .place = number / 8 % PLACES,
        .floating = number / 8 / PLACES % FLOATS,
        .type = number / 8 / PLACES / FLOATS,
    };
}

static void name_of(uint32_t number, char *name, uint32_t bytes)
{
    static const char *const places[] = {"above", "equal", "below"};
    static const char *const floats[] = {"", ", float of the faulter", ", float of the handler",
                                         ", float of the handler, then the faulter"};
    static const char *const types[] = {"process", "capsule", "image"};
    struct round round = round_of(number);
    snprintf(name, bytes, "%s %s, %s handler %s, %s of %u words%s", types[round.type],
             round.is_write ? "writes" : "reads", round.is_passive ? "passive" : "active", places[round.place],
             round.answer == NJ_SYS_SEND ? "send" : "reply_recv", (unsigned)round.tag, floats[round.floating]);
}

static void registers_set(uint64_t in[32], uint64_t number, uint32_t slot, uint64_t tag, uint64_t word,
                          uint64_t receive)
{
    for (uint32_t n = 0; n < 32; n++)
        in[n] = SET(n);
    in[5] = slot;
    in[6] = tag;
    in[7] = number;
    in[10] = word;
    in[28] = receive;
}

// out: what is in its floating-point register after the fault and after the answer; the faulter's state then.
static void handle(struct worker *worker)
{
    uint64_t in[32];
    bool is_float = now.floating >= FLOAT_HANDLER;
    if (is_float)
        peer_float_set(FLOAT_OF_HANDLER);
    registers_set(in, NJ_SYS_RECV, scene.fault.endpoint, 0, 0, scene.fault.reply);
    peer_exchange(in, now.received);
    worker->out[0] = is_float ? peer_float_get() : FLOAT_OF_HANDLER;
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    // Word 0 of an answer counts only if it was sent.
    uint64_t word = now.tag == 0 ? NJ_FAULT_REPLY_SUSPEND : NJ_FAULT_REPLY_RESUME;
    bool is_send = now.answer == NJ_SYS_SEND;
    registers_set(in, now.answer, is_send ? scene.fault.reply : scene.fault.endpoint, now.tag, word, scene.fault.reply);
    peer_exchange(in, now.answered);
    worker->out[1] = is_float ? peer_float_get() : FLOAT_OF_HANDLER;
    worker->out[2] = state_of(scene.thread);
}

static struct worker *handler_start(void)
{
    static const uint32_t priorities[] = {PRIORITY_ABOVE + 1, PRIORITY_ABOVE, PRIORITY_ABOVE - 1};
    struct worker *handler = now.is_passive ? worker_make_passive(handle, priorities[now.place])
                                            : worker_make(handle, priorities[now.place], NJ_SLOT_NONE);
    if (now.is_passive)
        worker_start_passive(handler);
    else
        worker_start(handler);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    return handler;
}

static uint32_t program_number(void)
{
    uint32_t kind = now.floating == FLOAT_FAULTER ? 1 : now.floating == FLOAT_HANDLER_PEEK ? 2 : 0;
    return kind * 2 + now.is_write;
}

static void faulter_make(void)
{
    static const struct {
        const uint32_t *words, *end;
    } images[] = {
        {image_read, image_read_end},
        {image_write, image_write_end},
        {image_read_with_float, image_read_with_float_end},
        {image_write_with_float, image_write_with_float_end},
        {image_read_then_float, image_read_then_float_end},
        {image_write_then_float, image_write_then_float_end},
    };
    uint32_t number = program_number();
    if (now.type == TYPE_PROCESS)
        scene_make();
    else
        scene_make_image(images[number].words, (uint32_t)(images[number].end - images[number].words),
                         now.type == TYPE_CAPSULE ? NJ_SPACE_CAPSULE : NJ_SPACE_PROCESS);
}

static void faulter_start(void)
{
    void (*const programs[])(uint64_t) = {child_read,
                                          child_write,
                                          child_read_with_float,
                                          child_write_with_float,
                                          child_read_then_float,
                                          child_write_then_float};
    if (now.type == TYPE_PROCESS)
        process_start(&scene.process, programs[program_number()], HERE);
    else
        capsule_start(&scene.image, HERE);
}

// `extra`: of an image.
static void check_message(const uint64_t registers[32], uint64_t kind, uint64_t detail, uint64_t extra)
{
    SAME(registers[5], FAULT_BADGE);
    SAME(registers[6], NJ_FAULT_WORDS);
    SAME(registers[10], kind);
    if (now.type == TYPE_PROCESS)
        CHECK(registers[11] - NJ_COMPONENT_BASE < 0x100000); // pc
    else
        CHECK(registers[11] - 4 < 500);
    SAME(registers[12], detail);
    SAME(registers[13], now.type == TYPE_PROCESS ? 0 : extra);
    for (uint32_t n = 14; n < 18; n++)
        SAME(registers[n], 0);
}

// At the faulter's end.
static void check_last_message(const uint64_t registers[32])
{
    if (now.type == TYPE_PROCESS)
        check_message(registers, NJ_FAULT_BREAKPOINT, registers[12], 0);
    else
        check_message(registers, NJ_FAULT_TRAP, NJ_TRAP_WORD, 2);
}

// What a call keeps and what it clears.
static void check_kept(const uint64_t registers[32])
{
    for (uint32_t n = 0; n < 32; n++) {
        if (n == 7 || n >= 28)
            SAME(registers[n], 0);
        else if (n == 1 || n == 3 || n == 4 || n == 8 || n == 9 || n >= 18)
            SAME(registers[n], SET(n));
    }
}

// Of the answer, when nothing is received with it.
static void check_answered(const struct worker *handler)
{
    check_kept(now.answered);
    SAME(now.answered[5], 0);
    SAME(now.answered[6], 0);
    SAME(now.answered[10], now.tag == 0 ? NJ_FAULT_REPLY_SUSPEND : NJ_FAULT_REPLY_RESUME);
    for (uint32_t n = 11; n < 18; n++)
        SAME(now.answered[n], SET(n));
    // Whoever is more important went on; the message of the faulter waits for this thread, or was taken by it.
    if (!now.is_passive)
        SAME(handler->out[2], now.place == HANDLER_BELOW ? NJ_THREAD_SENDING : NJ_THREAD_READY);
}

static void run(uint32_t number)
{
    struct thread_info info;
    now = round_of(number);
    faulter_make();
    struct worker *handler = handler_start();
    faulter_start();
    scene_check_went_on();
    check_message(now.received, now.is_write ? NJ_FAULT_WRITE : NJ_FAULT_READ, HERE, 3);
    check_kept(now.received);
    SAME(handler->out[0], FLOAT_OF_HANDLER);
    if (now.answer == NJ_SYS_REPLY_RECV) { // it is at its end by now
        check_last_message(now.answered);
        check_kept(now.answered);
    } else {
        CHECK(handler->is_done == !now.is_passive); // the answer gave the time back
        if (now.is_passive)
            OK(thread_bind_sched(handler->thread, make_sched(10000000, 10000000)));
        check_answered(handler);
    }
    CHECK(handler->is_done);
    SAME(handler->out[1], FLOAT_OF_HANDLER);
    OK(thread_info(scene.thread, &info));
    SAME(info.faults, 2);
    SAME(info.state, NJ_THREAD_FAULTED);
}

const struct test_group fault_round_group = {.name = "fault_round", .count = ROUNDS, .run = run, .name_of = name_of};
