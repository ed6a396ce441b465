// SPDX-License-Identifier: Apache-2.0
// Whole sequences of system calls, faults and timer events by several threads against the portable kernel. The input is
// a script: each step is a number of bytes that choose a call and its arguments, four times in five one that makes sense. All kernel state is checked every few steps; KERNEL_FUZZ_EVERY=1 checks after each.
#include <stdio.h>
#include <stdlib.h>

#include "abi/boot.h"
#include "kernel/arch/host/host.h"
#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"

#define TABLE_SLOTS 256u
#define STEPS_MAX 400u

struct script {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t next_byte(struct script *script)
{
    if (script->left == 0)
        return 0;
    script->left--;
    return *script->bytes++;
}

// Mostly small numbers, sometimes sizes, sometimes anything.
static uint64_t next_argument(struct script *script)
{
    uint8_t choice = next_byte(script), value = next_byte(script);

    switch (choice % 8u) {
    case 0:
        return (uint64_t)value << (choice / 8u);
    case 1:
        return (uint64_t)value * PAGE_BYTES;
    case 2:
        return UINT64_MAX - value;
    case 3:
        return value % 16u;
    default:
        return value % 128u;
    }
}

static void verify(const char *what, uint32_t step, int thorough)
{
    const char *broken = check_invariants(thorough);

    if (broken == NULL)
        return;
    fprintf(stderr, "after %s, step %u: %s\n", what, step, broken);
    abort();
}

// A setting worth attacking: objects of every kind in known slots, threads that can run.
static void furnish(uint32_t root)
{
    static const struct {
        uint8_t kind, count, size, slot;
    } objects[] = {
        {NJ_KIND_THREAD, 6, 0, 20},       {NJ_KIND_SCHED, 6, 0, 26}, {NJ_KIND_ENDPOINT, 4, 0, 32},
        {NJ_KIND_NOTIFICATION, 3, 0, 36}, {NJ_KIND_REPLY, 5, 0, 40}, {NJ_KIND_SPACE, 3, 0, 45},
        {NJ_KIND_CODE, 2, 0, 48},         {NJ_KIND_FRAME, 4, 1, 50}, {NJ_KIND_CNODE, 2, 32, 54},
        {NJ_KIND_UNTYPED, 8, 16, 56},
    };

    for (uint32_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        uint64_t words[8] = {objects[i].kind, objects[i].count, objects[i].size, NJ_BOOT_SLOT_CNODE, objects[i].slot};
        host_syscall(root, NJ_SYS_INVOKE, NJ_BOOT_SLOT_MEMORY, NJ_UNTYPED_RETYPE, 0, words);
    }
    for (uint32_t i = 0; i < 6; i++) {
        uint64_t time[8] = {26u + i, 1000000u * (i + 1u), 10000000};
        uint64_t configure[8] = {NJ_BOOT_SLOT_SPACE, 254u - i % 2u, 255, i < 4 ? 32u + i % 2u : 0};
        uint64_t sched[8] = {26u + i}, start[8] = {0x10000, 0x20000, i};
        host_syscall(root, NJ_SYS_INVOKE, NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 0, time);
        host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_CONFIGURE, 0, configure);
        if (i < 5)
            host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_BIND_SCHED, 0, sched);
        host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_START, 0, start);
    }
}

// Calls that make sense: what to invoke on what, and what each argument is. Letters name an object of a kind as furnish()
// laid them out (or, one time in four, whatever lies among the slots that calls fill), or a sort of number.
struct sensible {
    uint8_t number;
    char capability;
    uint8_t operation; // or words of the message
    const char *arguments;
};

static const struct sensible sensibles[] = {
    {NJ_SYS_INVOKE, 'u', NJ_UNTYPED_RETYPE, "kn0cf"},   {NJ_SYS_INVOKE, 'u', NJ_UNTYPED_RETYPE, "knncf"},
    {NJ_SYS_INVOKE, 'u', NJ_UNTYPED_INFO, ""},          {NJ_SYS_INVOKE, 'c', NJ_CNODE_COPY, "fcir"},
    {NJ_SYS_INVOKE, 'c', NJ_CNODE_MINT, "fcirb"},       {NJ_SYS_INVOKE, 'c', NJ_CNODE_MOVE, "fci"},
    {NJ_SYS_INVOKE, 'c', NJ_CNODE_DELETE, "f"},         {NJ_SYS_INVOKE, 'c', NJ_CNODE_DELETE, "i"},
    {NJ_SYS_INVOKE, 'c', NJ_CNODE_REVOKE, "u"},         {NJ_SYS_INVOKE, 'c', NJ_CNODE_REVOKE, "i"},
    {NJ_SYS_INVOKE, 'c', NJ_CNODE_INSPECT, "i"},        {NJ_SYS_INVOKE, 'c', NJ_CNODE_INFO, "n"},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_CONFIGURE, "SqqEp"}, {NJ_SYS_INVOKE, 't', NJ_THREAD_SET_PRIORITY, "qqt"},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_BIND_SCHED, "s"},    {NJ_SYS_INVOKE, 't', NJ_THREAD_UNBIND_SCHED, ""},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_START, "ppn"},       {NJ_SYS_INVOKE, 't', NJ_THREAD_RESUME, ""},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_SUSPEND, ""},        {NJ_SYS_INVOKE, 't', NJ_THREAD_READ_REGISTERS, "n"},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_WRITE_REGISTERS, "nnpp"}, {NJ_SYS_INVOKE, 't', NJ_THREAD_BIND_NOTIFICATION, "N"},
    {NJ_SYS_INVOKE, 't', NJ_THREAD_UNBIND_NOTIFICATION, ""}, {NJ_SYS_INVOKE, 't', NJ_THREAD_INFO, ""},
    {NJ_SYS_INVOKE, 'a', NJ_SCHED_CONTROL_CONFIGURE, "smm"}, {NJ_SYS_INVOKE, 's', NJ_SCHED_INFO, ""},
    {NJ_SYS_INVOKE, 'S', NJ_SPACE_CONFIGURE, "wc"},     {NJ_SYS_INVOKE, 'S', NJ_SPACE_SUPPLY, "u"},
    {NJ_SYS_INVOKE, 'S', NJ_SPACE_MEMORY, "pp"},        {NJ_SYS_INVOKE, 'S', NJ_SPACE_MEMORY, "0p"},
    {NJ_SYS_INVOKE, 'S', NJ_SPACE_ATTACH, "Cxx"},       {NJ_SYS_INVOKE, 'S', NJ_SPACE_COPY, "pSpn"},
    {NJ_SYS_INVOKE, 'S', NJ_SPACE_INFO, ""},            {NJ_SYS_INVOKE, 'C', NJ_CODE_SUPPLY, "u"},
    {NJ_SYS_INVOKE, 'C', NJ_CODE_FILL, "0Spx"},         {NJ_SYS_INVOKE, 'C', NJ_CODE_CHECK, "x"},
    {NJ_SYS_INVOKE, 'C', NJ_CODE_INFO, ""},             {NJ_SYS_INVOKE, 'F', NJ_FRAME_MAP, "Spw"},
    {NJ_SYS_INVOKE, 'F', NJ_FRAME_MAP, "Spr"},          {NJ_SYS_INVOKE, 'F', NJ_FRAME_UNMAP, ""},
    {NJ_SYS_INVOKE, 'F', NJ_FRAME_SLICE, "0ncf"},       {NJ_SYS_INVOKE, 'F', NJ_FRAME_INFO, ""},
    {NJ_SYS_INVOKE, 'A', NJ_INTERRUPT_CONTROL_GET, "ncf"}, {NJ_SYS_INVOKE, 'f', NJ_INTERRUPT_BIND, "N"},
    {NJ_SYS_INVOKE, 'f', NJ_INTERRUPT_ACK, ""},         {NJ_SYS_INVOKE, 'f', NJ_INTERRUPT_ARM, "m"},
    {NJ_SYS_CALL, 'E', 0, "bbbb"},                      {NJ_SYS_CALL, 'E', 12, "bbbb"},
    {NJ_SYS_REPLY_RECV, 'E', 2, "bbbb"},                {NJ_SYS_REPLY_RECV, 'E', 1, "1"},
    {NJ_SYS_SEND, 'E', 3, "bbbb"},                      {NJ_SYS_SEND, 'R', 3, "bbbb"},
    {NJ_SYS_TRY_SEND, 'E', 3, "bbbb"},                  {NJ_SYS_RECV, 'E', 0, ""},
    {NJ_SYS_TRY_RECV, 'E', 0, ""},                      {NJ_SYS_SIGNAL, 'N', 0, ""},
    {NJ_SYS_WAIT, 'N', 0, ""},                          {NJ_SYS_POLL, 'N', 0, ""},
    {NJ_SYS_YIELD, '0', 0, ""},                         {NJ_SYS_TIME, '0', 0, ""},
};

static uint64_t slot_of(char kind, uint8_t value)
{
    static const struct {
        char kind;
        uint8_t first, count;
    } ranges[] = {
        {'t', 20, 6}, {'s', 26, 6}, {'E', 32, 4}, {'N', 36, 3}, {'R', 40, 5}, {'S', 45, 3}, {'C', 48, 2},
        {'F', 50, 4}, {'u', 56, 8}, {'f', 100, 28}, {'c', 54, 2}, {'a', NJ_BOOT_SLOT_SCHED_CONTROL, 1},
        {'A', NJ_BOOT_SLOT_INTERRUPT_CONTROL, 1},
    };

    if (value >= 192u)
        return kind == 'c' ? NJ_BOOT_SLOT_CNODE : kind == 'S' ? NJ_BOOT_SLOT_SPACE : 100u + value % 28u;
    if (kind == 'c' && value >= 20u)
        return NJ_BOOT_SLOT_CNODE;
    for (uint32_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (ranges[i].kind == kind)
            return ranges[i].first + value % ranges[i].count;
    return value;
}

static uint64_t sensible_argument(struct script *script, char sort)
{
    uint8_t value = next_byte(script);

    switch (sort) {
    case '0':
        return 0;
    case '1':
        return 1;
    case 'n':
        return value % 8u;
    case 'k':
        return value % 13u;
    case 'i':
        return value % 128u;
    case 'r':
        return value % 32u;
    case 'w':
        return value % 4u;
    case 'b':
        return value;
    case 'q':
        return 250u + value % 6u;
    case 'p':
        return (uint64_t)(value % 64u + 1u) * PAGE_BYTES;
    case 'x':
        return (uint64_t)(value % 3u + 1u) * PAGE_BYTES;
    case 'm':
        return (uint64_t)value * 100000u;
    default:
        return slot_of(sort, value);
    }
}

static uint32_t step_sensible(struct script *script, uint32_t thread)
{
    const struct sensible *call = &sensibles[next_byte(script) % (sizeof(sensibles) / sizeof(sensibles[0]))];
    uint64_t words[8] = {0}, tag = call->operation, reply = 0;

    if (call->number != NJ_SYS_INVOKE) {
        uint8_t choice = next_byte(script);
        reply = (choice % 8u == 0 ? 0 : 40u + choice % 5u) | (uint64_t)(choice % 3u == 0 ? 100u + choice % 28u : 0) << 32;
        if (choice % 5u == 0 && call->number <= NJ_SYS_TRY_SEND)
            tag |= NJ_TAG_CAP | (20u + (uint64_t)next_byte(script) % 108u) << NJ_TAG_CAP_SHIFT;
    }
    uint64_t capability = slot_of(call->capability, next_byte(script));
    for (uint32_t i = 0; call->arguments[i] != 0; i++)
        words[i] = sensible_argument(script, call->arguments[i]);
    return host_syscall(thread, call->number, capability, tag, reply, words);
}

static uint32_t step_anything(struct script *script, uint32_t thread)
{
    uint64_t words[8], number = next_byte(script) % 16u, capability = next_byte(script);
    uint64_t tag = next_byte(script), reply = 0;

    if (number >= 12u)
        number = NJ_SYS_INVOKE; // most of the kernel is behind it
    if (number == NJ_SYS_INVOKE) {
        tag %= 16u;
    } else {
        reply = next_byte(script) % 64u | (uint64_t)(next_byte(script) % 128u) << 32;
        if ((tag & 0x80u) != 0)
            tag = (tag & 0x0fu) | NJ_TAG_CAP | (uint64_t)(next_byte(script) % 128u + 1u) << NJ_TAG_CAP_SHIFT;
    }
    for (uint32_t i = 0; i < 8; i++)
        words[i] = i < 5 ? next_argument(script) : 0;
    return host_syscall(thread, number, capability, tag, reply, words);
}

static uint32_t step(struct script *script, uint32_t thread)
{
    uint8_t choice = next_byte(script);

    host_time_ns += (uint64_t)(choice & 15u) * 50000u;
    if (host_deadline <= host_time_ns)
        return kernel_timer(thread);
    if (thread == NIL || choice > 250u) {
        if (host_deadline != UINT64_MAX && host_deadline > host_time_ns)
            host_time_ns = host_deadline;
        return kernel_timer(thread);
    }
    if (choice > 245u)
        return kernel_interrupt(thread, choice % 8u + 1u);
    if (choice > 232u)
        return kernel_fault(thread, (enum nj_fault)(choice % 6u + 1u), next_argument(script));
    return choice > 200u ? step_anything(script, thread) : step_sensible(script, thread);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint32_t every = 0;
    struct script script = {bytes, size};

    if (every == 0)
        every = getenv("KERNEL_FUZZ_EVERY") != NULL ? (uint32_t)atoi(getenv("KERNEL_FUZZ_EVERY")) : 50u;
    uint32_t thread = host_boot(TABLE_SLOTS);
    furnish(thread);
    thread = sched_current;
    for (uint32_t i = 0; i < STEPS_MAX && script.left > 0; i++) {
        thread = step(&script, thread);
        if (thread != sched_current)
            abort();
        if (i % every == every - 1u)
            verify("a step", i, 0);
    }
    verify("the last step", STEPS_MAX, size % 16u == 0);
    return 0;
}
