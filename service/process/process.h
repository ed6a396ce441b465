// SPDX-License-Identifier: Apache-2.0
// The process manager: installs packages, starts and stops applications. Interface "process".
//
//   package   a WebAssembly module in the boot archive, package/NAME.wasm
//   bundle    an installed package: its checked code object and what is needed to start it
//   instance  a running application, or the memory of one that ended
//
// Three clients, told apart by their badges: the console, the SDK runtime and the compiler. Each may only do its own
// operations. The process manager never waits for any of them, nor for an application: long work (compiling) and news
// come to the console as events, the compiler fetches its work.
#pragma once
#include "abi/object.h"
#include "lib/service.h"
#include <string.h>

#define PROCESS_NAME_BYTES 32       // NUL included
#define PROCESS_ARGUMENTS_BYTES 256 // NUL-terminated texts one after the other
#define PROCESS_TEXT_BYTES 192
#define PROCESS_FUNCTION_BYTES 64
#define PROCESS_BUNDLES_MAX 32
#define PROCESS_INSTANCES_MAX 32
#define PROCESS_MEMORY_DEFAULT 0x1000000 // bytes of linear memory an application may grow to unless started otherwise

enum process_operation {
    // From the console. Names travel as PROCESS_NAME_BYTES bytes. The answer has a struct process_outcome from word 1 on.
    PROCESS_PACKAGE = 1,   // word 1: index -> struct process_package from word 1 on. NOT_FOUND: that was all
    PROCESS_READ = 2,      // word 1: offset; words 2-: name of an archive file -> word 1: bytes; words 2-: bytes
    PROCESS_INSTALL = 3,   // words 1-: name. OK: begun, the outcome comes as an event
    PROCESS_UNINSTALL = 4, // words 1-: name
    PROCESS_START = 5,     // words 1-: struct process_start
    PROCESS_STOP = 6,      // words 1-: name
    PROCESS_BUNDLE = 7,    // word 1: index -> struct process_bundle from word 1 on. NOT_FOUND: that was all
    PROCESS_INSTANCE = 8,  // word 1: index -> struct process_instance from word 1 on. NOT_FOUND: that was all
    PROCESS_CRASH = 9,     // words 1-: name -> struct process_crash from word 1 on. NOT_FOUND: it did not crash
    PROCESS_SLOT = 10,  // word 1: slot; words 2-: name -> words 1-3: kind, rights, badge. NOT_FOUND: beyond the table
    PROCESS_WATCH = 11, // with a notification capability: signalled when there is an event
    PROCESS_EVENT = 12, // -> struct process_event from word 1 on. NOT_FOUND: nothing happened
    // From the SDK runtime. Applications are named by their id: the badge of their SDK endpoint.
    PROCESS_SDK_SERVE = 32, // with the SDK's endpoint, to mint applications' from. Ends all instances of an older SDK
    PROCESS_SDK_WATCH = 33, // with a notification capability: signalled when an instance ended
    PROCESS_SDK_OPEN = 34,  // word 1: id -> struct process_view from word 1 on, with its space capability
    PROCESS_SDK_EXIT = 35,  // word 1: id; 2: exit code
    PROCESS_SDK_GROW = 36,  // word 1: id; 2: pages of 64 KiB -> word 1: old pages. NO_MEMORY
    PROCESS_SDK_SERVER =
        37, // word 1: id -> word 1: slot in its table of a new endpoint; 2: number of the endpoint. FULL
    PROCESS_SDK_CLIENT = 38, // word 1: id; 2: id of the server; 3: number of its endpoint -> word 1: slot. FULL
    // From the compiler.
    PROCESS_WORK = 48,   // -> struct compiler_job from word 1 on, when there is one
    PROCESS_RESULT = 49, // struct compiler_result from word 1 on, with its space if there is an image
};

// Why something was refused or went wrong; text and remedy. %s of the remedy is the name.
#define PROCESS_REASON_LIST(X)                                                                                         \
    X(NONE, "done", "")                                                                                                \
    X(NAME, "a name has 1 to 31 of the characters a-z A-Z 0-9 . _ -", "choose another name")                           \
    X(NO_PACKAGE, "the boot archive has no such package", "see `packages` for those it has")                           \
    X(INSTALLED, "it is installed already", "`uninstall` it first to install it anew")                                 \
    X(NOT_INSTALLED, "it is not installed", "`install` it first; `bundles` shows what is installed")                   \
    X(COMPILING, "another package is being installed", "wait for it, then try again")                                  \
    X(NO_SDK, "the SDK runtime is not there", "see `ps`; it may have faulted")                                         \
    X(BUNDLES_FULL, "32 packages are installed, which is the most", "`uninstall` one")                                 \
    X(INSTANCES_FULL, "32 applications run, which is the most", "`stop` one")                                          \
    X(RUNNING, "it is running", "`stop` it first, or start another with --as NAME")                                    \
    X(NOT_RUNNING, "it is not running", "see `status`")                                                                \
    X(UNKNOWN, "no application of this name was started", "see `status` for those that were")                          \
    X(MEMORY, "there is not enough free memory", "see `mstats`; `stop` or `uninstall` something")                      \
    X(MEMORY_LIMIT, "the module's memory at start is above the limit", "start it with a larger --memory MIB")          \
    X(ARGUMENTS, "the arguments are malformed or longer than 255 bytes", "pass fewer or shorter ones")                 \
    X(MODULE, "the module is not valid or not supported", "")                                                          \
    X(COMPILER_DIED, "the compiler service died over it", "the module does something the compiler is not ready for")   \
    X(IMAGE, "the compiled image is not sound", "")                                                                    \
    X(CHECKER, "the kernel's checker refused the compiled code", "")                                                   \
    X(KERNEL, "the kernel refused", "")

enum process_reason {
#define X(name, text, remedy) PROCESS_REASON_##name,
    PROCESS_REASON_LIST(X)
#undef X
};

static inline const char *process_reason_text(enum process_reason reason)
{
    switch (reason) {
#define X(name, text, remedy)                                                                                          \
    case PROCESS_REASON_##name:                                                                                        \
        return text;
        PROCESS_REASON_LIST(X)
#undef X
    }
    return "for an unknown reason";
}

// What to do about it; the empty text if `detail` of the outcome says all there is to say.
static inline const char *process_reason_remedy(enum process_reason reason)
{
    switch (reason) {
#define X(name, text, remedy)                                                                                          \
    case PROCESS_REASON_##name:                                                                                        \
        return remedy;
        PROCESS_REASON_LIST(X)
#undef X
    }
    return "";
}

struct process_outcome {
    uint32_t reason; // enum process_reason
    uint32_t reserved;
    char detail[PROCESS_TEXT_BYTES]; // what exactly, if there is more to say than the reason
};
_Static_assert(sizeof(struct process_outcome) == 200, "travels as 25 words");

struct process_package {
    char name[PROCESS_NAME_BYTES];
    uint64_t bytes;
    uint64_t is_script; // a text file for `source` instead of a module
    uint64_t is_installed;
};
_Static_assert(sizeof(struct process_package) == 56, "travels as 7 words");

struct process_start {
    char bundle[PROCESS_NAME_BYTES];
    char name[PROCESS_NAME_BYTES]; // of the instance; empty: that of the bundle
    uint64_t space_type;           // enum nj_space_type
    uint64_t memory_bytes;         // most linear memory, 0: PROCESS_MEMORY_DEFAULT
    uint64_t argument_bytes;       // arguments after the name
    char arguments[PROCESS_ARGUMENTS_BYTES];
};
_Static_assert(sizeof(struct process_start) == 344, "travels as 43 words");

struct process_bundle {
    char name[PROCESS_NAME_BYTES];
    uint64_t module_bytes;
    uint64_t code_bytes;
    uint64_t memory_bytes; // taken from the machine for it
    uint64_t running;      // instances
};
_Static_assert(sizeof(struct process_bundle) == 64, "travels as 8 words");

enum process_state {
    PROCESS_FREE = 0,
    PROCESS_RUNNING = 1,
    PROCESS_EXITED = 2, // code
    PROCESS_CRASHED = 3,
    PROCESS_STOPPED = 4, // by the user, or because the SDK runtime went away
};

struct process_instance {
    char name[PROCESS_NAME_BYTES];
    char bundle[PROCESS_NAME_BYTES];
    uint64_t id;
    uint64_t state; // enum process_state
    uint64_t exit_code;
    uint64_t space_type;   // enum nj_space_type
    uint64_t memory_bytes; // taken from the machine for it, 0 when it ended
    uint64_t linear_pages; // of 64 KiB
    uint64_t thread_state; // enum nj_thread_state
    uint64_t priority;
    uint64_t cpu_ns;
    uint64_t pages_supplied;
    uint64_t pages_used;
};
_Static_assert(sizeof(struct process_instance) == 152, "travels as 19 words");

struct process_crash {
    uint32_t fault; // enum nj_fault
    uint32_t trap;  // enum nj_trap if the fault is NJ_FAULT_TRAP, 0 if the table does not know
    uint64_t pc;    // code offset
    uint64_t detail;
    uint64_t extra; // as in the fault message
    uint64_t has_function;
    uint32_t function_index;
    uint32_t function_offset;              // of the pc in it
    char function[PROCESS_FUNCTION_BYTES]; // empty if the module does not name it
};
_Static_assert(sizeof(struct process_crash) == 112, "travels as 14 words");

enum process_event_kind {
    PROCESS_EVENT_INSTALLED = 1,
    PROCESS_EVENT_NOT_INSTALLED = 2,
    PROCESS_EVENT_EXITED = 3,
    PROCESS_EVENT_CRASHED = 4,
    PROCESS_EVENT_LOST = 5, // so many events were not fetched in time: value
};

struct process_event {
    uint32_t kind; // enum process_event_kind
    uint32_t reserved;
    uint64_t value; // exit code
    char name[PROCESS_NAME_BYTES];
    union {
        struct process_outcome outcome; // NOT_INSTALLED
        struct process_crash crash;     // CRASHED
        struct process_bundle bundle;   // INSTALLED
    };
};
_Static_assert(sizeof(struct process_event) == 248, "travels as 31 words");

struct process_view {
    char name[PROCESS_NAME_BYTES];
    uint64_t data_base;      // address of linear memory in its space
    uint64_t argument_bytes; // with the name as the first argument
    char arguments[PROCESS_NAME_BYTES + PROCESS_ARGUMENTS_BYTES];
};
_Static_assert(sizeof(struct process_view) == 336, "travels as 42 words");
