// SPDX-License-Identifier: Apache-2.0
// What an application sees: capability slots and the operations of its one endpoint, the SDK runtime.
//
// An import of a WebAssembly module becomes either a system call or a call to the SDK endpoint: word 0 is the operation,
// words 1-7 the import's parameters in order (i32 zero-extended; pointers are offsets in linear memory, which the SDK
// reads and writes itself). The reply's word 0 is the import's result.
#pragma once
#include <stdint.h>

#define NJ_APP_SLOT_SDK 1
#define NJ_APP_SLOT_REPLY 2 // reply object used by recv and reply_recv
#define NJ_APP_SLOT_FREE 3  // first slot that serve and connect fill
#define NJ_APP_SLOTS 32

// Message of the messaging imports, in linear memory, 8-byte aligned.
struct nj_message {
    uint64_t word[8];
    uint64_t sender; // badge of the capability it was sent through; set by recv and reply_recv
};

// Imports of module "nightjar". Types: i i32, I i64. Results below 0 are -(enum nj_status).
//   SDK(name, number, type): call to the SDK endpoint.   SYS(name, call, type): a system call, marshalled by the stub.
#define NJ_IMPORT_LIST(SDK, SYS)                                                                                       \
    SDK("nightjar", "log", 1, "iii:i")      /* level, text, bytes */                                                   \
    SDK("nightjar", "sleep", 2, "I:i")      /* nanoseconds */                                                          \
    SDK("nightjar", "exit", 3, "i:")        /* code; does not return */                                                \
    SDK("nightjar", "serve", 4, "ii:i")     /* name, bytes -> slot of a new endpoint that clients find by this name */ \
    SDK("nightjar", "connect", 5, "ii:i")   /* name, bytes -> slot of the endpoint; waits until it is served */        \
    SDK("nightjar", "memory_grow", 6, "i:i") /* pages of 64 KiB -> old size in pages or -1; memory.grow compiles to this */ \
    SYS("nightjar", "time_now", NJ_SYS_TIME, ":I")                                                                     \
    SYS("nightjar", "yield", NJ_SYS_YIELD, ":")                                                                        \
    SYS("nightjar", "call", NJ_SYS_CALL, "iii:i")             /* slot, message, words -> words of the reply */         \
    SYS("nightjar", "send", NJ_SYS_SEND, "iii:i")             /* slot, message, words -> 0 */                          \
    SYS("nightjar", "try_send", NJ_SYS_TRY_SEND, "iii:i")                                                              \
    SYS("nightjar", "recv", NJ_SYS_RECV, "ii:i")              /* slot, message -> words */                             \
    SYS("nightjar", "try_recv", NJ_SYS_TRY_RECV, "ii:i")                                                               \
    SYS("nightjar", "reply_recv", NJ_SYS_REPLY_RECV, "iii:i") /* slot, message, words of the answer in it -> words */  \
    SYS("nightjar", "signal", NJ_SYS_SIGNAL, "i:i")           /* slot */                                               \
    SYS("nightjar", "wait", NJ_SYS_WAIT, "i:I")               /* slot -> word, or 0 on error */                        \
    SDK("wasi_snapshot_preview1", "args_get", 32, "ii:i")                                                              \
    SDK("wasi_snapshot_preview1", "args_sizes_get", 33, "ii:i")                                                        \
    SDK("wasi_snapshot_preview1", "environ_get", 34, "ii:i")                                                           \
    SDK("wasi_snapshot_preview1", "environ_sizes_get", 35, "ii:i")                                                     \
    SDK("wasi_snapshot_preview1", "clock_res_get", 36, "ii:i")                                                         \
    SDK("wasi_snapshot_preview1", "clock_time_get", 37, "iIi:i")                                                       \
    SDK("wasi_snapshot_preview1", "fd_close", 38, "i:i")                                                               \
    SDK("wasi_snapshot_preview1", "fd_fdstat_get", 39, "ii:i")                                                         \
    SDK("wasi_snapshot_preview1", "fd_fdstat_set_flags", 40, "ii:i")                                                   \
    SDK("wasi_snapshot_preview1", "fd_filestat_get", 41, "ii:i")                                                       \
    SDK("wasi_snapshot_preview1", "fd_prestat_get", 42, "ii:i")                                                        \
    SDK("wasi_snapshot_preview1", "fd_prestat_dir_name", 43, "iii:i")                                                  \
    SDK("wasi_snapshot_preview1", "fd_read", 44, "iiii:i")                                                             \
    SDK("wasi_snapshot_preview1", "fd_seek", 45, "iIii:i")                                                             \
    SDK("wasi_snapshot_preview1", "fd_write", 46, "iiii:i")                                                            \
    SDK("wasi_snapshot_preview1", "poll_oneoff", 47, "iiii:i")                                                         \
    SDK("wasi_snapshot_preview1", "proc_exit", 48, "i:")                                                               \
    SDK("wasi_snapshot_preview1", "random_get", 49, "ii:i")                                                            \
    SYS("wasi_snapshot_preview1", "sched_yield", NJ_SYS_YIELD, ":i")

// A WASI call that the SDK cannot serve answers this errno (52, ENOSYS); when the SDK itself is gone, 29 (EIO).
#define NJ_WASI_ENOSYS 52
#define NJ_WASI_EIO 29
