// SPDX-License-Identifier: Apache-2.0
// The lines that are kept: the newest that fit. Words in a ring, so that no record wraps in an awkward place.
#pragma once
#include "service/log/log.h"

#define RING_WORDS 1024u // power of two; 8 KiB

struct ring {
    uint64_t word[RING_WORDS];
    uint64_t start, end; // running word counts of the oldest record and of the place for the next
    uint64_t oldest;     // number of the oldest line kept
    uint64_t next;       // number of the next line
};

// Keeps a line of at most LOG_TEXT_MAX bytes, dropping the oldest ones that are in its way. The ring starts zeroed.
void ring_add(struct ring *ring, enum log_level level, uint64_t badge, uint64_t time_ns, const char *text,
              uint32_t bytes);
// The first line still kept with at least this number; false if there is none.
bool ring_find(const struct ring *ring, uint64_t number, struct log_line *line);
