// SPDX-License-Identifier: Apache-2.0
// What a component was given: its start-up page (abi/startup.h), read by name.
//
// Names that every component finds (slots unless said otherwise):
//   "self-cnode" "self-space" "self-thread"   its own kernel objects
//   "free-slots"        slot: first free slot of its table; value: how many follow, itself included
//   "badge"             value: the badge under which services know it
//   "heap"              value: most bytes its heap may take
// By description:
//   "<interface>"       one per `uses`, e.g. "log" "timer" "uart" "memory" "supervisor": endpoint to call
//   "serve"             its own endpoint with RECV, if it serves; "serve-send": the same, unbadged, to mint from
//   "reply"             slot of the first of `replies` reply objects, value: how many (consecutive slots)
//   "notification"      notification bound to its thread (all its interrupts signal it; signals end a recv)
//   "notification-mint" the same with SEND, unbadged, to mint from
//   "device"            value: address where the device's registers are mapped
//   "interrupt"         slot of the device's interrupt object; value: badge it signals, bound already
//   "fault"             endpoint capability, unbadged, where faults of threads it creates may go (authority "faults")
//   "system" "sched-control" "interrupt-control" "interrupt-timer"   by `authority`
//   "archive"           frame over the boot archive, read and execute; value: address where it is mapped; by `authority`
//   "archive-bytes"     value
#pragma once
#include "abi/startup.h"
#include <stdbool.h>
#include <stdint.h>

// The entry of that name, or a null pointer.
const struct nj_startup_entry *startup_entry(const char *name);
// The capability slot of that name; false, and *slot = NJ_SLOT_NONE, if the component was not given it.
bool startup_find(const char *name, uint32_t *slot);
// The same for things a component cannot work without: missing is a panic that names it.
uint32_t startup_slot(const char *name);
uint64_t startup_value(const char *name);

// Called by the start code with the start-up page's address, before everything else.
void startup_init(uint64_t page);
