// SPDX-License-Identifier: Apache-2.0
// Capsules as threads like any other: IPC with every kind of space, faults, registers, budgets, ends.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define CAPSULE NJ_SPACE_CAPSULE
#define IMAGE NJ_SPACE_PROCESS

static void a_process_calls(enum nj_space_type type, uint32_t priority)
{
    struct capsule server;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    capsule_make(&server, CAPSULE_WORDS(capsule_serve), type, priority, 0);
    capsule_give(&server, 1, endpoint, NJ_RIGHT_RECV);
    capsule_give(&server, 2, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
    capsule_start(&server, 0);
    for (uint64_t round = 0; round < 200; round++) {
        uint64_t words[8] = {round, 1, 2, 3, 4, 5, 6, 7};
        SAME(nj_call(endpoint, nj_tag(8, 0), 0, words), 8);
        SAME(words[0], round + 1);
        for (uint32_t i = 1; i < 8; i++)
            SAME(words[i], i + 1);
    }
}

static void a_process_calls_a_capsule(void)
{
    a_process_calls(CAPSULE, PRIORITY_ABOVE);
}

static void a_process_calls_a_capsule_below(void)
{
    a_process_calls(CAPSULE, PRIORITY_BELOW);
}

static void a_process_calls_an_image_in_a_process(void)
{
    a_process_calls(IMAGE, PRIORITY_ABOVE);
}

static void one_calls_another(enum nj_space_type client_type, enum nj_space_type server_type)
{
    struct capsule client, server;
    struct fault fault;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), result = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    capsule_make(&server, CAPSULE_WORDS(capsule_serve), server_type, PRIORITY_ABOVE, 0);
    capsule_give(&server, 1, endpoint, NJ_RIGHT_RECV);
    capsule_give(&server, 2, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
    capsule_make(&client, CAPSULE_WORDS(capsule_call), client_type, PRIORITY_BELOW, fault.badged);
    capsule_give(&client, 1, endpoint, NJ_RIGHT_SEND);
    capsule_give(&client, 2, result, NJ_RIGHT_SEND);
    capsule_start(&server, 0);
    for (uint32_t i = 0; i < 10; i++) {
        capsule_start(&client, 1000 + i);
        SAME(nj_recv(result, 0, words, &badge), 2);
        SAME(words[0], 1001 + i);
        SAME(words[1], 1);
        fault_receive(&fault);
        SAME(fault.words[0], NJ_FAULT_TRAP);
        fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    }
}

static void a_capsule_calls_a_capsule(void)
{
    one_calls_another(CAPSULE, CAPSULE);
}

static void a_capsule_calls_a_process(void)
{
    one_calls_another(CAPSULE, IMAGE);
}

static void an_image_in_a_process_calls_a_capsule(void)
{
    one_calls_another(IMAGE, CAPSULE);
}

static void long_message(enum nj_space_type type)
{
    struct capsule client;
    struct fault fault;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), thread = make(NJ_KIND_THREAD, 0),
             sched = make_sched(1000000, 1000000);
    uint64_t registers[8] = {0};
    fault_make(&fault);
    struct peer *server = peer_server_long(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
    capsule_make(&client, CAPSULE_WORDS(capsule_long), type, PRIORITY_BELOW, 0);
    capsule_give(&client, 1, endpoint, NJ_RIGHT_SEND);
    OK(thread_configure(thread, client.space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0x1000));
    delete (thread);
    thread = make(NJ_KIND_THREAD, 0);
    ANSWERS(thread_configure(thread, client.space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0x1000),
            NJ_ALREADY_MAPPED);
    (void)registers;
    (void)server;
    (void)sched;
}

static void a_message_page_lies_in_linear_memory(void)
{
    long_message(CAPSULE);
    long_message(IMAGE);
}

static void faults_at(const uint32_t *words, uint32_t count, uint64_t kind, uint64_t pc)
{
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule capsule;
        struct fault fault;
        struct thread_info info;
        fault_make(&fault);
        capsule_make(&capsule, words, count, (enum nj_space_type)type, PRIORITY_ABOVE, fault.badged);
        capsule_give(&capsule, 1, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
        capsule_start(&capsule, 0);
        fault_receive(&fault);
        SAME(fault.words[NJ_FAULT_WORD_KIND], kind);
        SAME(fault.words[NJ_FAULT_WORD_PC], pc);
        OK(thread_info(capsule.thread, &info));
        SAME(info.space_type, type);
    }
}

static void a_reserved_tag_bit_is_a_fault(void)
{
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule capsule;
        struct fault fault;
        fault_make(&fault);
        capsule_make(&capsule, CAPSULE_WORDS(capsule_bad_tag), (enum nj_space_type)type, PRIORITY_ABOVE, fault.badged);
        capsule_give(&capsule, 1, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
        capsule_start(&capsule, 0);
        fault_receive(&fault);
        SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_SYSCALL);
        SAME(fault.words[NJ_FAULT_WORD_DETAIL], NJ_SYS_SEND);
        SAME(fault.words[NJ_FAULT_WORD_EXTRA] & ~3ull, 0x80);
    }
}

static void the_trap_word_is_a_trap(void)
{
    faults_at(CAPSULE_WORDS(capsule_trap), NJ_FAULT_TRAP, 0);
}

static void a_slot_without_a_call_is_a_fault(void)
{
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule capsule;
        struct fault fault;
        fault_make(&fault);
        capsule_make(&capsule, CAPSULE_WORDS(capsule_number_12), (enum nj_space_type)type, PRIORITY_ABOVE,
                     fault.badged);
        capsule_start(&capsule, 0);
        fault_receive(&fault);
        CHECK(fault.words[0] == NJ_FAULT_ILLEGAL || fault.words[0] == NJ_FAULT_TRAP);
    }
}

static void reserved_registers_cannot_be_written(void)
{
    static const uint8_t reserved[] = {1, 2, 3, 4, 7, 27, 30, 31};
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule capsule;
        capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), (enum nj_space_type)type, PRIORITY_BELOW, 0);
        capsule_start(&capsule, 0);
        pause_ns(50000);
        OK(thread_suspend(capsule.thread));
        for (uint32_t i = 0; i < sizeof(reserved); i++)
            ANSWERS(invoke_raw(capsule.thread, NJ_THREAD_WRITE_REGISTERS, reserved[i], 1, 0xffffffff80000000, 0, 0),
                    NJ_BAD_ARGUMENT);
        OK(invoke_raw(capsule.thread, NJ_THREAD_WRITE_REGISTERS, 8, 2, 0x1234, 0x5678, 0)); // s0, s1
        uint64_t registers[8] = {0};
        OK(thread_read_registers(capsule.thread, 8, registers));
        SAME(registers[0], 0x1234);
        SAME(registers[1], 0x5678);
    }
}

static void the_pc_of_a_capsule_stays_in_its_code(void)
{
    struct capsule capsule;
    capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), CAPSULE, PRIORITY_BELOW, 0);
    ANSWERS(thread_start(capsule.thread, 8, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_start(capsule.thread, 2, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_start(capsule.thread, UINT64_MAX - 3, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_start(capsule.thread, capsule.code_base, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_start(capsule.thread, 0xffffffff80200000, 0, 0), NJ_BAD_ARGUMENT);
    capsule_start(&capsule, 0);
    pause_ns(50000);
    OK(thread_suspend(capsule.thread));
    static const uint64_t wrong[] = {0, 4, 0xffffffff80200000, 0xffff800000000000, UINT64_MAX - 3};
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ANSWERS(invoke_raw(capsule.thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, wrong[i], 0, 0), NJ_BAD_ARGUMENT);
    static const int64_t off[] = {-4, -2048, 2, 8, 0x10000};
    for (uint32_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
        ANSWERS(invoke_raw(capsule.thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, capsule.code_base + (uint64_t)off[i], 0, 0),
                NJ_BAD_ARGUMENT);
    OK(invoke_raw(capsule.thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, capsule.code_base + 4, 0, 0));
    OK(thread_resume(capsule.thread));
    pause_ns(50000);
    SAME(state_of(capsule.thread), NJ_THREAD_READY);
}

static void a_capsule_without_code_does_not_start(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), thread = make(NJ_KIND_THREAD, 0);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 20)));
    OK(space_configure(space, CAPSULE, make(NJ_KIND_CNODE, 4)));
    OK(thread_configure(thread, space, PRIORITY_ABOVE, PRIORITY_ABOVE, 0, 0));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    ANSWERS(thread_start(thread, 0, 0, 0), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, 0xffffffff80200000, 0, 0), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(thread, NJ_THREAD_WRITE_REGISTERS, 2, 1, 0xffffffff80200000, 0, 0), NJ_WRONG_STATE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    pause_ns(100000);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
}

// Only start gives a thread the registers that checked code relies on.
static void a_thread_configured_before_its_code_was_attached(void)
{
    struct fault fault;
    uint32_t space = make(NJ_KIND_SPACE, 0), thread = make(NJ_KIND_THREAD, 0), code = slot_next();
    uint64_t a, b, c, offset, rule;
    fault_make(&fault);
    OK(code_make(SLOT_WORK, code, CAPSULE_WORDS(capsule_trap), &offset, &rule));
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 20)));
    OK(space_configure(space, CAPSULE, make(NJ_KIND_CNODE, 4)));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    OK(space_attach(space, code, 4096, 4096, &a, &b, &c));
    enum nj_status status = thread_resume(thread);
    if (status == NJ_OK) { // from pc 0, where nothing is
        fault_receive(&fault);
        SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_FETCH);
        fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
        ANSWERS(invoke_raw(thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, a, 0, 0),
                NJ_BAD_ARGUMENT); // sp is not in the stack
    }
    OK(thread_start(thread, 0, 0, 0));
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_TRAP);
}

static void nothing_executable_is_mapped_in_a_capsule(void)
{
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule capsule;
        uint32_t frame = make(NJ_KIND_FRAME, 1);
        capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), (enum nj_space_type)type, PRIORITY_BELOW, 0);
        ANSWERS(frame_map(frame, capsule.space, 0x20000, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE), NJ_NO_RIGHT);
        OK(frame_map(frame, capsule.space, 0x20000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
        ANSWERS(frame_map(copy(frame, NJ_RIGHT_ALL), capsule.space, 0x200000000, NJ_RIGHT_READ), NJ_BAD_ARGUMENT);
        ANSWERS(frame_map(copy(frame, NJ_RIGHT_ALL), capsule.space, UINT64_MAX - 4095, NJ_RIGHT_READ), NJ_BAD_ARGUMENT);
        OK(frame_map(copy(frame, NJ_RIGHT_ALL), capsule.space, 0x1fffff000, NJ_RIGHT_READ));
    }
}

static void a_spinning_capsule_is_preempted(void)
{
    struct capsule capsule;
    capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), CAPSULE, PRIORITY_ABOVE, 0);
    uint32_t sched = make_sched(2000000, 10000000);
    OK(thread_unbind_sched(capsule.thread));
    OK(thread_bind_sched(capsule.thread, sched));
    capsule_start(&capsule, 0);
    spin_ns(500000000);
    uint64_t used = used_ns(sched);
    if (used < 98000000 || used > 104000000)
        FAIL("used %lu of 500000000 ns", used);
}

static void killing_a_spinning_capsule(void)
{
    for (uint32_t i = 0; i < 50; i++) {
        struct capsule capsule;
        uint32_t slot = slot_next();
        capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), CAPSULE, PRIORITY_BELOW, 0);
        capsule_start(&capsule, 0);
        pause_ns(20000);
        revoke(SLOT_WORK);
        slots_forget(slot);
    }
}

static void a_suspended_capsule_goes_on(void)
{
    struct capsule capsule;
    uint64_t before[8] = {0}, after[8] = {0};
    capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), CAPSULE, PRIORITY_BELOW, 0);
    capsule_start(&capsule, 0);
    pause_ns(50000);
    OK(thread_suspend(capsule.thread));
    OK(thread_read_registers(capsule.thread, 8, before));
    CHECK(before[0] > 100);
    OK(thread_resume(capsule.thread));
    pause_ns(50000);
    OK(thread_suspend(capsule.thread));
    OK(thread_read_registers(capsule.thread, 8, after));
    CHECK(after[0] > before[0]);
}

static void a_call_of_a_capsule_is_restarted(void)
{
    for (uint32_t type = IMAGE; type <= CAPSULE; type++) {
        struct capsule server;
        uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
        capsule_make(&server, CAPSULE_WORDS(capsule_serve), (enum nj_space_type)type, PRIORITY_ABOVE, 0);
        capsule_give(&server, 1, endpoint, NJ_RIGHT_RECV);
        capsule_give(&server, 2, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
        capsule_start(&server, 0);
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t words[8] = {round};
            SAME(state_of(server.thread), NJ_THREAD_RECEIVING);
            OK(thread_suspend(server.thread));
            OK(thread_resume(server.thread));
            SAME(state_of(server.thread), NJ_THREAD_RECEIVING);
            SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 1);
            SAME(words[0], round + 1);
        }
    }
}

static void killing_a_capsule_server_wakes_its_caller(void)
{
    struct capsule server;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    capsule_make(&server, CAPSULE_WORDS(capsule_serve), CAPSULE, 1, 0); // it takes the call and does not run
    capsule_give(&server, 1, endpoint, NJ_RIGHT_RECV);
    capsule_give(&server, 2, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
    capsule_start(&server, 0);
    pause_ns(100000);
    OK(thread_unbind_sched(server.thread));
    OK(thread_bind_sched(server.thread, make_sched(10000, 3600000000000)));
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    revoke(server.memory);
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
}

static const struct test_case cases[] = {
    CASE(a_process_calls_a_capsule),
    CASE(a_process_calls_a_capsule_below),
    CASE(a_process_calls_an_image_in_a_process),
    CASE(a_capsule_calls_a_capsule),
    CASE(a_capsule_calls_a_process),
    CASE(an_image_in_a_process_calls_a_capsule),
    CASE(a_message_page_lies_in_linear_memory),
    CASE(a_reserved_tag_bit_is_a_fault),
    CASE(the_trap_word_is_a_trap),
    CASE(a_slot_without_a_call_is_a_fault),
    CASE(reserved_registers_cannot_be_written),
    CASE(the_pc_of_a_capsule_stays_in_its_code),
    CASE(a_capsule_without_code_does_not_start),
    CASE(a_thread_configured_before_its_code_was_attached),
    CASE(nothing_executable_is_mapped_in_a_capsule),
    CASE(a_spinning_capsule_is_preempted),
    CASE(killing_a_spinning_capsule),
    CASE(a_suspended_capsule_goes_on),
    CASE(a_call_of_a_capsule_is_restarted),
    CASE(killing_a_capsule_server_wakes_its_caller),
};
GROUP(capsule, cases);
