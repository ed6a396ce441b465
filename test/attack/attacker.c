// SPDX-License-Identifier: Apache-2.0
// What attackers in processes run. They share the supervisor's text, but have no data: nothing here may use globals.
#include "test/attack/attack.h"

// Behind a gate, or on the way to it, all registers are lost.
static void make_gate_call(const struct request *request)
{
    register uint64_t t0 __asm__("t0") = request->capability;
    register uint64_t t2 __asm__("t2") = request->number;
    register uint64_t a0 __asm__("a0") = request->words[0];

    __asm__ volatile("ecall"
                     : "+r"(t0), "+r"(t2), "+r"(a0)
                     :
                     : "t1", "t3", "t4", "t5", "t6", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s0", "s1", "s2", "s3",
                       "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "memory");
}

static void make_call(const struct request *request)
{
    if (request->number == NJ_SYS_GATE_CALL || request->number == NJ_SYS_GATE_RETURN) {
        make_gate_call(request);
        return;
    }
    uint64_t badge = request->capability, words[8];

    for (uint32_t i = 0; i < 8; i++)
        words[i] = request->words[i];
    (void)syscall_enter(request->number, &badge, request->tag, request->reply, words);
}

// An address that belongs to somebody, or to nobody.
static uint64_t some_address(struct script *script)
{
    static const uint64_t bases[] = {0,
                                     NJ_COMPONENT_BASE,
                                     0x80000000,
                                     0x80200000,
                                     0xffffffff80200000,
                                     0x8000000000000000,
                                     PROCESS_MESSAGES,
                                     0xffffffc000000000};

    return bases[script_byte(script) % 8u] + script_byte(script) * 8u + (script_byte(script) % 16u == 0);
}

static void make_fault(struct script *script)
{
    uint64_t address = some_address(script);

    switch (script_byte(script) % 8u) {
    case 0:
        if (script_byte(script) % 2u == 0)
            vectors_spoil(address); // a fault where there is no unit
        __asm__ volatile("ebreak");
        break;
    case 1:
        __asm__ volatile(".word 0");
        break;
    case 2:
        __asm__ volatile("csrr t0, sstatus" ::: "t0");
        break;
    case 3:
        __asm__ volatile("sfence.vma");
        break;
    case 4:
        __asm__ volatile("jr %0" ::"r"(address));
        break;
    case 5:
        __asm__ volatile("sd zero, 0(%0)" ::"r"(address) : "memory");
        break;
    case 6:
        __asm__ volatile("amoadd.d zero, zero, (%0)" ::"r"(address) : "memory");
        break;
    default:
        __asm__ volatile("ld t0, 0(%0)" ::"r"(address) : "t0");
        break;
    }
}

static void write_memory(struct script *script)
{
    static const uint32_t values[] = {0x13, 0xc0001073, 0, 0x08000f3b, 0x00010113, 0xffffffff};
    uint64_t address = SETTING_MEMORY + script_byte(script) % 4u * 4096u + script_byte(script) * 4u;

    *(volatile uint32_t *)(uintptr_t)address = values[script_byte(script) % 6u];
}

_Noreturn void attack(uint64_t argument)
{
    struct script script = {.random = argument >> 8 | 1};
    volatile uint64_t *counter = (volatile uint64_t *)(uintptr_t)(COUNTERS + (argument & 15u) * 4096u);

    for (;;) {
        struct request request;
        uint8_t choice = script_byte(&script);
        if (choice < 4u) {
            make_fault(&script);
        } else if (choice < 6u) {
            (void)attack_fault(SECRETS + script_byte(&script) * 8u, script.random); // others may write its registers
        } else if (choice < 12u) {
            write_memory(&script);
        } else {
            if (choice < 50u)
                request_anything(&script, &request);
            else
                request_sensible(&script, &request, nj_time());
            (*counter)++;
            make_call(&request);
        }
    }
}

// Answers whatever it is asked, on the time of those who ask. Who has faulted in a read does it again, until it may.
_Noreturn void attack_serve(uint64_t argument)
{
    uint64_t words[8] = {argument}, badge;
    int64_t tag = nj_recv(SLOT_ENDPOINTS + 2, nj_receive(SLOT_REPLIES + 5, NJ_SLOT_NONE), words, &badge);

    for (;;) {
        words[0] = words[0] == NJ_FAULT_READ ? NJ_FAULT_REPLY_RESUME : NJ_FAULT_REPLY_SUSPEND;
        tag = nj_reply_recv(SLOT_ENDPOINTS + 2, tag < 0 ? 0 : (uint64_t)tag & 15u,
                            nj_receive(SLOT_REPLIES + 5, NJ_SLOT_NONE), words, &badge);
    }
}

// Random calls and faults, between which vector registers must stay as they are, whatever the thread's earlier lives have
// left there; over a fault all others, too.
_Noreturn void attack_vectors(uint64_t argument)
{
    struct script script = {.random = argument >> 8 | 1};
    volatile uint64_t *counter = (volatile uint64_t *)(uintptr_t)(COUNTERS + (argument & 15u) * 4096u);
    uint64_t byte = (argument & 15u) * 32u, may_be_new = 1;

    while (vectors_differ(byte, may_be_new) == 0) {
        struct request request;
        may_be_new = 0;
        if (script_byte(&script) < 16u && attack_fault(SECRETS + script_byte(&script) * 8u, script.random) != 0)
            counter[2] = 1;
        vectors_fill(byte);
        if (script_byte(&script) < 16u)
            request_anything(&script, &request);
        else
            request_sensible(&script, &request, nj_time());
        (*counter)++;
        make_call(&request);
    }
    __asm__ volatile("mv a0, %0\n.word %1" ::"r"(BAD_REGISTERS), "i"(NJ_TRAP_WORD) : "a0");
    __builtin_unreachable();
}
