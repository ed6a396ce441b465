// SPDX-License-Identifier: Apache-2.0
#include "service/supervisor/fault.h"
#include "lib/object.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/log/log.h"
#include "service/memory/memory.h"
#include <stdio.h>
#include <string.h>

#define GROW_FIRST_BYTES 0x10000u // then four times as much each time: a space takes few supplies

const char *fault_text(uint64_t kind)
{
    switch (kind) {
    case NJ_FAULT_READ:
        return "read of memory it does not have";
    case NJ_FAULT_WRITE:
        return "write to memory it does not have";
    case NJ_FAULT_FETCH:
        return "jump to memory it may not execute";
    case NJ_FAULT_ILLEGAL:
        return "illegal instruction";
    case NJ_FAULT_BREAKPOINT:
        return "breakpoint (it gave up)";
    case NJ_FAULT_MISALIGNED:
        return "misaligned access";
    case NJ_FAULT_SYSCALL:
        return "system call that no correct program makes";
    case NJ_FAULT_BUDGET:
        return "budget used up";
    case NJ_FAULT_TRAP:
        return "trap";
    case NJ_FAULT_STACK:
        return "stack overflow";
    case NJ_FAULT_NO_SUPPLY:
        return "out of memory";
    default:
        return "unknown fault";
    }
}

// To the log if it is ready this instant, else straight to the firmware's console: the record must come, also when log or
// driver are what has faulted, and the supervisor waits for nobody who may wait for it.
static void report(const char *text, size_t bytes)
{
    uint32_t log;
    struct message message = {.word = {LOG_WRITE, LOG_ERROR, bytes}};
    message_put_bytes(&message, 3, text, bytes);
    if (startup_find("log", &log) && message_try_send(log, &message) == NJ_OK)
        return;
    enum nj_status status = system_write(startup_slot("system"), text, bytes);
    if (status == NJ_OK)
        status = system_write(startup_slot("system"), "\n", 1);
    (void)status; // there is no third way
}

static void report_fault(const struct component *c, const struct supervisor_fault *fault)
{
    char line[160];
    int length = snprintf(line, sizeof(line), "fault: %s: %s, pc 0x%lx, address 0x%lx; suspended", c->name,
                          fault_text(fault->kind), (unsigned long)fault->pc, (unsigned long)fault->detail);
    if (length > 0)
        report(line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

// Another piece of memory for the component's space. False: it may not have one, or there is none.
static bool component_grow(struct component *c)
{
    uint32_t memory, slot;
    uint64_t id, bytes = 0;
    struct space_info space;
    const struct component *manager = component_at(component_find("memory"));
    if (c->grow_bytes == 0 || (manager && manager->has_faulted) || !startup_find("memory", &memory))
        return false;
    if (space_info(c->slot + SUPERVISOR_CAP_SPACE, &space) != NJ_OK || slot_allocate(&slot) != NJ_OK)
        return false;
    uint64_t wanted = GROW_FIRST_BYTES;
    while (wanted < space.pages_supplied * 4096 && wanted < c->grow_bytes)
        wanted *= 4;
    if (wanted > c->grow_bytes)
        wanted = c->grow_bytes;
    bool has_grown = memory_allocate(memory, wanted, c->name, slot, &id, &bytes) == SERVICE_OK;
    if (has_grown && space_supply(c->slot + SUPERVISOR_CAP_SPACE, slot) != NJ_OK) {
        enum service_status given_back = memory_free(memory, id);
        (void)given_back; // the memory manager logs what it cannot take back
        has_grown = false;
    }
    if (has_grown) {
        c->memory_bytes += bytes;
        c->grow_bytes -= bytes < c->grow_bytes ? bytes : c->grow_bytes;
    }
    slot_free(slot); // the capability moved into the space, or was revoked, or never came
    return has_grown;
}

void fault_handle(uint64_t index, struct message *message)
{
    struct component *c = component_at(index);
    struct supervisor_fault fault = {
        .kind = message->word[NJ_FAULT_WORD_KIND],
        .pc = message->word[NJ_FAULT_WORD_PC],
        .detail = message->word[NJ_FAULT_WORD_DETAIL],
        .extra = message->word[NJ_FAULT_WORD_EXTRA],
        .time_ns = nj_time(),
    };
    bool resumes = c && fault.kind == NJ_FAULT_NO_SUPPLY && component_grow(c);
    if (c && !resumes) {
        c->fault = fault;
        c->has_record = c->has_faulted = true;
        report_fault(c, &fault);
    }
    message->word[0] = resumes ? NJ_FAULT_REPLY_RESUME : NJ_FAULT_REPLY_SUSPEND;
    message->words = 1;
    message->send_slot = NJ_SLOT_NONE;
}
