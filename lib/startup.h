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
//   "serve"             its own endpoint, if it serves: all rights, no badge, so that it can mint more
//   "client-<name>"     value: badge of that component, one per component that uses this one
//   "reply"             slot of the first reply object, value: how many (`replies`; consecutive slots)
//   "notification"      notification bound to its thread: signals end a recv. All rights, no badge, to mint from. Given by
//                       the property `notification` or with a device or timer
//   "device"            value: address where the device's registers are mapped
//   "interrupt"         slot of the device's (or timer's) interrupt object, bound; value: badge it signals
//   "system" "sched-control" "interrupt-control"   by `authority`
//   "archive"           value: address of the boot archive (abi/boot.h), mapped read-only, without the root server's file;
//                       slot: of the first frame over it (more follow if it is long). By `authority`
//   "archive-bytes"     value
#pragma once
#include "abi/startup.h"
#include <stdbool.h>
#include <stdint.h>

// The entry of that name, or a null pointer.
const struct nj_startup_entry *startup_entry(const char *name);
// Entry `index`, counted from 0, or a null pointer past the last: to list entries of a family ("client-...").
const struct nj_startup_entry *startup_entry_at(uint32_t index);
// The capability slot of that name; false, and *slot = NJ_SLOT_NONE, if the component was not given it.
bool startup_find(const char *name, uint32_t *slot);
// The same for things a component cannot work without: missing is a panic that names it.
uint32_t startup_slot(const char *name);
uint64_t startup_value(const char *name);

// Called by the start code with the start-up page's address, before everything else.
void startup_init(uint64_t page);
