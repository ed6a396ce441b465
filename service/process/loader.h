// SPDX-License-Identifier: Apache-2.0
// Builds what an instance runs in, lets it grow, and takes it apart. The only place that makes kernel objects for
// applications.
#pragma once
#include "service/process/instance.h"

void loader_init(void);
// Memory, table, space with the image, thread; started. On failure nothing is left and the outcome says why. Fills in
// the instance's memory, data base and linear memory; needs its bundle, id, slots, space type.
bool loader_build(struct instance *instance, uint32_t sdk_endpoint, struct process_outcome *outcome);
// Lets the linear memory have `bytes`, with more memory from the machine if need be.
bool loader_extend(struct instance *instance, uint64_t bytes);
// Frees all memory of the instance and with it everything made from it.
void loader_release(struct instance *instance);
