// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/kernel_calls.h"

#include "abi/boot.h"
#include "abi/object.h"
#include "abi/syscall.h"

#define PAGE_BYTES 4096u

bool script_is_over(const struct script *script)
{
    return script->random == 0 && script->left == 0;
}

uint8_t script_byte(struct script *script)
{
    if (script->random != 0) {
        script->random ^= script->random << 13;
        script->random ^= script->random >> 7;
        script->random ^= script->random << 17;
        return (uint8_t)(script->random >> 40);
    }
    if (script->left == 0)
        return 0;
    script->left--;
    return *script->bytes++;
}

// Mostly small numbers, sometimes sizes, sometimes anything.
uint64_t script_any_argument(struct script *script)
{
    uint8_t choice = script_byte(script), value = script_byte(script);

    switch (choice % 8u) {
    case 0:
        return (uint64_t)value << (choice / 8u * 2u);
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

// Calls that make sense: what to invoke on what, and what each argument is. Letters name an object of a kind as the setting
// lays them out (or, one time in four, whatever lies among the slots that calls fill), or a sort of number.
struct sensible {
    uint8_t number;
    char capability;
    uint8_t operation; // or words of the message
    const char *arguments;
};

#define INVOKE(capability, operation, arguments)                                                                       \
    {                                                                                                                  \
        NJ_SYS_INVOKE, capability, operation, arguments                                                                \
    }
static const struct sensible sensibles[] = {
    INVOKE('u', NJ_UNTYPED_RETYPE, "kn0cf"),
    INVOKE('u', NJ_UNTYPED_RETYPE, "k10cf"),
    INVOKE('u', NJ_UNTYPED_RETYPE, "knncf"),
    INVOKE('u', NJ_UNTYPED_INFO, ""),
    INVOKE('c', NJ_CNODE_COPY, "fcir"),
    INVOKE('c', NJ_CNODE_COPY, "icir"),
    INVOKE('c', NJ_CNODE_MINT, "fcErb"),
    INVOKE('c', NJ_CNODE_MINT, "fcNrb"),
    INVOKE('c', NJ_CNODE_MOVE, "fci"),
    INVOKE('c', NJ_CNODE_MOVE, "icf"),
    INVOKE('c', NJ_CNODE_MOVE, "ncu"),
    INVOKE('c', NJ_CNODE_MOVE, "ncS"),
    INVOKE('c', NJ_CNODE_MOVE, "ncc"),
    INVOKE('c', NJ_CNODE_COPY, "ncSr"),
    INVOKE('c', NJ_CNODE_COPY, "nccr"),
    INVOKE('c', NJ_CNODE_DELETE, "f"),
    INVOKE('c', NJ_CNODE_DELETE, "f"),
    INVOKE('c', NJ_CNODE_DELETE, "i"),
    INVOKE('c', NJ_CNODE_DELETE, "n"),
    INVOKE('c', NJ_CNODE_REVOKE, "u"),
    INVOKE('c', NJ_CNODE_REVOKE, "f"),
    INVOKE('c', NJ_CNODE_REVOKE, "n"),
    INVOKE('c', NJ_CNODE_REVOKE, "i"),
    INVOKE('c', NJ_CNODE_INSPECT, "i"),
    INVOKE('c', NJ_CNODE_INFO, "i"),
    INVOKE('t', NJ_THREAD_CONFIGURE, "SqqEp"),
    INVOKE('t', NJ_THREAD_CONFIGURE, "Sqq00"),
    INVOKE('t', NJ_THREAD_SET_PRIORITY, "qqt"),
    INVOKE('t', NJ_THREAD_BIND_SCHED, "s"),
    INVOKE('t', NJ_THREAD_UNBIND_SCHED, ""),
    INVOKE('t', NJ_THREAD_START, "wwn"),
    INVOKE('t', NJ_THREAD_START, "ppn"),
    INVOKE('t', NJ_THREAD_RESUME, ""),
    INVOKE('t', NJ_THREAD_RESUME, ""),
    INVOKE('t', NJ_THREAD_SUSPEND, ""),
    INVOKE('t', NJ_THREAD_READ_REGISTERS, "v"),
    INVOKE('t', NJ_THREAD_WRITE_REGISTERS, "vnpp"),
    INVOKE('t', NJ_THREAD_BIND_NOTIFICATION, "N"),
    INVOKE('t', NJ_THREAD_UNBIND_NOTIFICATION, ""),
    INVOKE('t', NJ_THREAD_TELL_BUDGET, "1"),
    INVOKE('t', NJ_THREAD_TELL_BUDGET, "0"),
    INVOKE('t', NJ_THREAD_INFO, ""),
    INVOKE('a', NJ_SCHED_CONTROL_CONFIGURE, "smm"),
    INVOKE('s', NJ_SCHED_INFO, ""),
    INVOKE('S', NJ_SPACE_CONFIGURE, "wc"),
    INVOKE('S', NJ_SPACE_SUPPLY, "u"),
    INVOKE('S', NJ_SPACE_MEMORY, "pp"),
    INVOKE('S', NJ_SPACE_MEMORY, "0p"),
    INVOKE('S', NJ_SPACE_ATTACH, "Cxx"),
    INVOKE('S', NJ_SPACE_COPY, "PSPl"),
    INVOKE('S', NJ_SPACE_COPY, "PSPl"),
    INVOKE('S', NJ_SPACE_INFO, ""),
    INVOKE('S', NJ_SPACE_GATE, "0bcf"),
    INVOKE('K', NJ_SPACE_GATE, "0bcf"),
    INVOKE('S', NJ_SPACE_GATE_STATE, ""),
    INVOKE('S', NJ_SPACE_GATE_RESET, ""),
    INVOKE('K', NJ_SPACE_GATE_RESET, ""),
    INVOKE('c', NJ_CNODE_DELETE, "K"),
    INVOKE('c', NJ_CNODE_DELETE, "t"),
    {NJ_SYS_GATE_CALL, 'G', 0, "bbbb"},
    {NJ_SYS_GATE_CALL, 'G', 0, "bbbb"},
    {NJ_SYS_GATE_CALL, 'G', 0, "bbbb"},
    {NJ_SYS_GATE_RETURN, '0', 0, "bbbb"},
    {NJ_SYS_GATE_RETURN, '0', 0, "bbbb"},
    INVOKE('C', NJ_CODE_SUPPLY, "u"),
    INVOKE('C', NJ_CODE_FILL, "0SPx"),
    INVOKE('C', NJ_CODE_FILL, "xSPl"),
    INVOKE('C', NJ_CODE_CHECK, "x"),
    INVOKE('C', NJ_CODE_CHECK, "l"),
    INVOKE('C', NJ_CODE_INFO, ""),
    INVOKE('F', NJ_FRAME_MAP, "Spw"),
    INVOKE('F', NJ_FRAME_MAP, "Spr"),
    INVOKE('F', NJ_FRAME_MAP, "SLw"),
    INVOKE('f', NJ_FRAME_MAP, "SLr"),
    INVOKE('F', NJ_FRAME_UNMAP, ""),
    INVOKE('f', NJ_FRAME_UNMAP, ""),
    INVOKE('F', NJ_FRAME_SLICE, "n1cf"),
    INVOKE('F', NJ_FRAME_INFO, ""),
    INVOKE('A', NJ_INTERRUPT_CONTROL_GET, "ncf"),
    INVOKE('I', NJ_INTERRUPT_BIND, "N"),
    INVOKE('I', NJ_INTERRUPT_ACK, ""),
    INVOKE('I', NJ_INTERRUPT_ARM, "d"),
    INVOKE('H', NJ_HART_BIND, "SN"),
    INVOKE('H', NJ_HART_BIND, "SN"),
    INVOKE('H', NJ_HART_UNBIND, ""),
    INVOKE('H', NJ_HART_START, "ppn"),
    INVOKE('H', NJ_HART_START, "ppn"),
    INVOKE('H', NJ_HART_ABORT, ""),
    INVOKE('H', NJ_HART_INFO, ""),
    INVOKE('Y', NJ_SYSTEM_DEVICE_FRAME, "pncf"),
    INVOKE('Y', NJ_SYSTEM_DEVICE_FRAME, "LZcf"),
    INVOKE('Y', NJ_SYSTEM_INFO, ""),
    INVOKE('Y', NJ_SYSTEM_WRITE, "nn"),
    {NJ_SYS_CALL, 'E', 0, "bbbb"},
    {NJ_SYS_CALL, 'E', 12, "bbbb"},
    {NJ_SYS_CALL, 'E', 4, "bbbb"},
    {NJ_SYS_REPLY_RECV, 'E', 2, "bbbb"},
    {NJ_SYS_REPLY_RECV, 'E', 40, "bbbb"},
    {NJ_SYS_REPLY_RECV, 'E', 1, "1"},
    {NJ_SYS_SEND, 'E', 3, "bbbb"},
    {NJ_SYS_SEND, 'R', 3, "0bbb"},
    {NJ_SYS_SEND, 'R', 64, "bbbb"},
    {NJ_SYS_SEND, 'R', 1, "1"},
    {NJ_SYS_TRY_SEND, 'E', 3, "bbbb"},
    {NJ_SYS_RECV, 'E', 0, ""},
    {NJ_SYS_RECV, 'E', 0, ""},
    {NJ_SYS_TRY_RECV, 'E', 0, ""},
    {NJ_SYS_SIGNAL, 'N', 0, ""},
    {NJ_SYS_WAIT, 'N', 0, ""},
    {NJ_SYS_POLL, 'N', 0, ""},
    {NJ_SYS_YIELD, '0', 0, ""},
    {NJ_SYS_TIME, '0', 0, ""},
};

static uint64_t slot_of(struct script *script, char kind)
{
    static const struct {
        char kind;
        uint8_t first, count;
    } ranges[] = {
        {'t', SLOT_THREADS, 8},
        {'s', SLOT_SCHEDS, 8},
        {'E', SLOT_ENDPOINTS, 4},
        {'N', SLOT_NOTIFICATIONS, 4},
        {'R', SLOT_REPLIES, 6},
        {'S', SLOT_SPACES, 4},
        {'C', SLOT_CODES, 3},
        {'F', SLOT_FRAMES, 4},
        {'I', SLOT_INTERRUPTS, 3},
        {'H', NJ_BOOT_SLOT_HART, 2},
        {'G', SLOT_GATES, 6},
        {'K', SLOT_CAPSULES, 2},
        {'c', SLOT_CNODES, 4},
        {'u', SLOT_UNTYPEDS, 8},
        {'f', SLOT_SCRATCH, SCRATCH_SLOTS},
        {'a', NJ_BOOT_SLOT_SCHED_CONTROL, 1},
        {'A', NJ_BOOT_SLOT_INTERRUPT_CONTROL, 1},
        {'Y', NJ_BOOT_SLOT_SYSTEM, 1},
    };
    uint8_t value = script_byte(script);

    if (value >= 208u)
        return kind == 'c'   ? NJ_BOOT_SLOT_CNODE
               : kind == 'S' ? NJ_BOOT_SLOT_SPACE
               : kind == 'u' ? NJ_BOOT_SLOT_MEMORY
                             : SLOT_SCRATCH + value % SCRATCH_SLOTS;
    if (kind == 'c' && value >= 64u)
        return NJ_BOOT_SLOT_CNODE;
    for (uint32_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (ranges[i].kind == kind)
            return ranges[i].first + value % ranges[i].count;
    return value;
}

// In the memory everybody has, at any byte; sometimes where there is none.
uint64_t script_memory_address(struct script *script)
{
    uint8_t value = script_byte(script);

    return (value % 8u != 0 ? SETTING_MEMORY : 0) + (uint64_t)(value % 3u) * 0x1ffc + value % 5u;
}

static uint64_t sensible_argument(struct script *script, char sort, uint64_t now_ns)
{
    static const char numbers[] = "01nkirwvbqpxlmdLZ";
    if (sort == 'P')
        return script_memory_address(script);
    bool is_number = false;

    for (uint32_t i = 0; numbers[i] != 0; i++)
        is_number = is_number || numbers[i] == sort;
    if (!is_number)
        return slot_of(script, sort);
    uint8_t value = script_byte(script);
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
    case 'v':
        return value % 34u;
    case 'q':
        return 250u + value % 6u;
    case 'p':
        return (uint64_t)(value % 64u) * PAGE_BYTES + (value >= 128u ? SETTING_MEMORY : 0);
    case 'l':
        return value % 7u == 0 ? value * 33u : value * 4u;
    case 'x':
        return (uint64_t)(value % 3u + 1u) * PAGE_BYTES;
    case 'm':
        return (uint64_t)value * 100000u;
    case 'L': // where runs of 2 MiB are mapped at once, mostly
        return ((uint64_t)(value % 4u + 1u) << 21) + (value >= 224u ? PAGE_BYTES : 0);
    case 'Z':
        return 512;
    case 'd':
        return now_ns + value * 10000u;
    default:
        return value;
    }
}

void request_sensible(struct script *script, struct request *request, uint64_t now_ns)
{
    const struct sensible *chosen = &sensibles[script_byte(script) % (sizeof(sensibles) / sizeof(sensibles[0]))];

    *request = (struct request){.number = chosen->number, .tag = chosen->operation};
    if (chosen->number != NJ_SYS_INVOKE) {
        uint8_t choice = script_byte(script), slot = script_byte(script);
        uint64_t receive = choice % 3u == 0 ? SLOT_SCRATCH + slot % SCRATCH_SLOTS : 0;
        request->reply = (choice % 8u == 0 ? 0 : SLOT_REPLIES + choice % 6u) | receive << 32;
        if (choice % 5u == 0 && chosen->number <= NJ_SYS_TRY_SEND)
            request->tag |= NJ_TAG_CAP | (SLOT_THREADS + (uint64_t)script_byte(script) % 108u) << NJ_TAG_CAP_SHIFT;
    }
    request->capability = slot_of(script, chosen->capability);
    for (uint32_t i = 0; chosen->arguments[i] != 0; i++)
        request->words[i] = sensible_argument(script, chosen->arguments[i], now_ns);
}

void request_anything(struct script *script, struct request *request)
{
    *request = (struct request){.number = script_byte(script) % 20u, .capability = script_byte(script)};
    request->tag = script_byte(script);
    if (request->number > NJ_SYS_COUNT)
        request->number = NJ_SYS_INVOKE; // most of the kernel is behind it
    if (request->number == NJ_SYS_INVOKE) {
        request->tag %= 16u;
    } else {
        request->reply = script_byte(script) % 64u | (uint64_t)(script_byte(script) % 128u) << 32;
        if ((request->tag & 0x80u) != 0)
            request->tag =
                (request->tag & 0x4fu) | NJ_TAG_CAP | (uint64_t)(script_byte(script) % 128u + 1u) << NJ_TAG_CAP_SHIFT;
    }
    for (uint32_t i = 0; i < 5; i++)
        request->words[i] = script_any_argument(script);
}
