// SPDX-License-Identifier: Apache-2.0
// Every message names the thing, the rule and the remedy, in this order.
#include "abi/fault.h"
#include "abi/image.h"
#include "service/console/output.h"
#include "service/console/shell.h"

#define EXTRA_IS_LINEAR 1u // of a fault message: detail is an offset in linear memory
#define EXTRA_IS_CODE 2u   // pc is a code offset

const char *space_type_text(uint64_t space_type)
{
    return space_type == NJ_SPACE_PROCESS ? "process" : space_type == NJ_SPACE_CAPSULE ? "capsule" : "none";
}

const char *thread_state_text(uint64_t state)
{
    static const char *const texts[] = {"inactive", "ready",   "sending", "receiving",
                                        "calling",  "waiting", "faulted", "out-of-budget"};
    return state < sizeof texts / sizeof texts[0] ? texts[state] : "unknown";
}

static const char *trap_text(uint32_t trap)
{
    switch ((enum nj_trap)trap) {
#define X(name, number, text)                                                                                          \
    case NJ_TRAP_##name:                                                                                               \
        return text;
        NJ_TRAP_LIST(X)
#undef X
    }
    return "trap of unknown meaning";
}

static const char *fault_text(const struct process_crash *crash)
{
    bool is_linear = crash->extra & EXTRA_IS_LINEAR;
    switch ((enum nj_fault)crash->fault) {
    case NJ_FAULT_READ:
        return is_linear ? "out of bounds memory access: load from address" : "load from forbidden address";
    case NJ_FAULT_WRITE:
        return is_linear ? "out of bounds memory access: store to address" : "store to forbidden address";
    case NJ_FAULT_FETCH:
        return "jump to forbidden address";
    case NJ_FAULT_ILLEGAL:
        return "illegal instruction";
    case NJ_FAULT_BREAKPOINT:
        return "breakpoint";
    case NJ_FAULT_MISALIGNED:
        return "misaligned access to address";
    case NJ_FAULT_SYSCALL:
        return "bad system call";
    case NJ_FAULT_BUDGET:
        return "time budget exhausted";
    case NJ_FAULT_TRAP:
        return trap_text(crash->trap);
    case NJ_FAULT_STACK:
        return "call stack exhausted";
    case NJ_FAULT_NO_SUPPLY:
        return "no memory left to back address";
    case NJ_FAULT_COUNT:
        break;
    }
    return "fault of unknown kind";
}

static bool has_detail(uint32_t fault)
{
    return fault == NJ_FAULT_READ || fault == NJ_FAULT_WRITE || fault == NJ_FAULT_FETCH || fault == NJ_FAULT_ILLEGAL ||
           fault == NJ_FAULT_MISALIGNED || fault == NJ_FAULT_SYSCALL || fault == NJ_FAULT_NO_SUPPLY;
}

void report_crash(const char *name, const struct process_crash *crash)
{
    output_printf("%s: crashed: %s", name, fault_text(crash));
    if (has_detail(crash->fault)) {
        output_printf(" 0x%lx", (unsigned long)crash->detail);
    }
    output_printf("\n  at %s 0x%lx", crash->extra & EXTRA_IS_CODE ? "code offset" : "address",
                  (unsigned long)crash->pc);
    if (crash->has_function && crash->function_index == NJ_FUNCTION_NONE) {
        output_printf(", in code that the compiler added");
    } else if (crash->has_function && crash->function[0]) {
        output_printf(", in %s + 0x%lx (function %lu)", crash->function, (unsigned long)crash->function_offset,
                      (unsigned long)crash->function_index);
    } else if (crash->has_function) {
        output_printf(", in function %lu + 0x%lx", (unsigned long)crash->function_index,
                      (unsigned long)crash->function_offset);
    }
    output_printf("\n");
}

void report_refusal(const char *command, const char *name, const struct process_outcome *outcome)
{
    enum process_reason reason = (enum process_reason)outcome->reason;
    const char *remedy = process_reason_remedy(reason);
    output_printf("%s %s: %s", command, name, process_reason_text(reason));
    if (outcome->detail[0]) {
        output_printf(": %s", outcome->detail);
    }
    output_printf("%s%s\n", remedy[0] ? "; " : "", remedy);
}

void report_event(const struct process_event *event)
{
    switch ((enum process_event_kind)event->kind) {
    case PROCESS_EVENT_INSTALLED:
        output_printf("%s: installed, %lu bytes of code from a module of %lu\n", event->name,
                      (unsigned long)event->bundle.code_bytes, (unsigned long)event->bundle.module_bytes);
        break;
    case PROCESS_EVENT_NOT_INSTALLED:
        report_refusal("install", event->name, &event->outcome);
        break;
    case PROCESS_EVENT_EXITED:
        output_printf("%s: exited with code %ld\n", event->name, (long)(int32_t)event->value);
        break;
    case PROCESS_EVENT_CRASHED:
        report_crash(event->name, &event->crash);
        break;
    case PROCESS_EVENT_LOST:
        output_printf("console: %lu events came faster than they could be told; see `status`\n",
                      (unsigned long)event->value);
        break;
    }
}

bool report_status(const char *command, const char *service, enum service_status status)
{
    if (status != SERVICE_OK) {
        output_printf("%s: the %s service: %s; see `ps` for its state\n", command, service,
                      service_status_text(status));
    }
    return status == SERVICE_OK;
}
