// SPDX-License-Identifier: Apache-2.0
// Nightjar for applications in C, compiled to wasm32. Standard C comes from WASI (printf, malloc, clock); this header
// adds what WASI has no words for: logging, sleeping, and messages between applications.
//
// Results below zero are -(enum nj_status). Nothing here can harm another program: a wrong slot or pointer is an error,
// a bad message pointer stops the application that passed it.
#pragma once
#include <stdint.h>

#define NJ_IMPORT(name) __attribute__((import_module("nightjar"), import_name(name)))

enum nj_log_level { NJ_LOG_ERROR = 0, NJ_LOG_WARNING = 1, NJ_LOG_INFO = 2, NJ_LOG_DEBUG = 3 };

// Longest name that nj_serve and nj_connect take, in bytes.
#define NJ_NAME_BYTES_MAX 31

// What travels between applications. Must lie at a multiple of 8, which the type sees to.
struct nj_message {
    uint64_t word[8];
    uint64_t sender; // set by the receiving calls: the sender's own number, for as long as it runs
};

// Write a line to the system log, with the application's name in front. Longer than 256 bytes: the rest is dropped.
NJ_IMPORT("log") int32_t nj_log(enum nj_log_level level, const char *text, uint32_t bytes);

// Nanoseconds since boot. Never goes back.
NJ_IMPORT("time_now") uint64_t nj_time_now(void);

// Sleep for at least so many nanoseconds.
NJ_IMPORT("sleep") int32_t nj_sleep(uint64_t nanoseconds);

// Give the rest of this turn to others of the same priority.
NJ_IMPORT("yield") void nj_yield(void);

// End the application with an exit code. exit() from <stdlib.h> flushes the standard streams first; this does not.
NJ_IMPORT("exit") _Noreturn void nj_exit(int32_t code);

// Offer a service under a name: the slot of a new endpoint, for nj_recv and nj_reply_recv.
// -NJ_IN_USE: the name is taken; -NJ_NO_MEMORY: this application serves as many names as it may.
NJ_IMPORT("serve") int32_t nj_serve(const char *name, uint32_t bytes);

// Find a service by name: the slot of its endpoint, for nj_call and nj_send. Waits until somebody serves the name.
NJ_IMPORT("connect") int32_t nj_connect(const char *name, uint32_t bytes);

// Send up to 8 words and wait for the answer, which replaces them: its number of words.
// -NJ_PEER_LOST: the server ended before it answered.
NJ_IMPORT("call") int32_t nj_call(int32_t slot, struct nj_message *message, uint32_t words);

// Send up to 8 words and wait until they are received. nj_try_send does not wait: -NJ_WOULD_BLOCK.
NJ_IMPORT("send") int32_t nj_send(int32_t slot, struct nj_message *message, uint32_t words);
NJ_IMPORT("try_send") int32_t nj_try_send(int32_t slot, struct nj_message *message, uint32_t words);

// Receive a message: its number of words. nj_try_recv does not wait: -NJ_WOULD_BLOCK.
NJ_IMPORT("recv") int32_t nj_recv(int32_t slot, struct nj_message *message);
NJ_IMPORT("try_recv") int32_t nj_try_recv(int32_t slot, struct nj_message *message);

// Answer the last caller with the first words of the message, then receive the next one into it: its number of words.
NJ_IMPORT("reply_recv") int32_t nj_reply_recv(int32_t slot, struct nj_message *message, uint32_t words);

// Notifications: wake a waiter; wait for one, its word or 0 on an error.
NJ_IMPORT("signal") int32_t nj_signal(int32_t slot);
NJ_IMPORT("wait") uint64_t nj_wait(int32_t slot);
