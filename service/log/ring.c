// SPDX-License-Identifier: Apache-2.0
#include "service/log/ring.h"
#include <string.h>

// A record: bytes | level << 16 | badge << 32; time; text, in words.
#define HEADER_WORDS 2u

static uint64_t *ring_word(struct ring *ring, uint64_t position)
{
    return &ring->word[position % RING_WORDS];
}

static uint64_t record_word(const struct ring *ring, uint64_t position)
{
    return ring->word[position % RING_WORDS];
}

static uint32_t record_bytes(const struct ring *ring, uint64_t position)
{
    return (uint32_t)record_word(ring, position) & 0xffff;
}

static uint64_t record_words(uint32_t bytes)
{
    return HEADER_WORDS + (bytes + 7) / 8;
}

void ring_add(struct ring *ring, enum log_level level, uint64_t badge, uint64_t time_ns, const char *text,
              uint32_t bytes)
{
    if (bytes > LOG_TEXT_MAX)
        bytes = LOG_TEXT_MAX;
    uint64_t words = record_words(bytes);
    while (ring->end - ring->start + words > RING_WORDS) {
        ring->start += record_words(record_bytes(ring, ring->start));
        ring->oldest++;
    }
    *ring_word(ring, ring->end) = bytes | (uint64_t)level << 16 | badge << 32;
    *ring_word(ring, ring->end + 1) = time_ns;
    for (uint32_t done = 0; done < bytes; done += 8) {
        uint64_t word = 0;
        memcpy(&word, text + done, bytes - done < 8 ? bytes - done : 8);
        *ring_word(ring, ring->end + HEADER_WORDS + done / 8) = word;
    }
    ring->end += words;
    ring->next++;
}

bool ring_find(const struct ring *ring, uint64_t number, struct log_line *line)
{
    uint64_t position = ring->start;
    if (number >= ring->next)
        return false;
    line->number = ring->oldest;
    for (; line->number < number; line->number++)
        position += record_words(record_bytes(ring, position));
    uint64_t head = record_word(ring, position);
    line->bytes = (uint32_t)(head & 0xffff);
    line->level = (enum log_level)(head >> 16 & 0xffff);
    line->badge = head >> 32;
    line->time_ns = record_word(ring, position + 1);
    for (uint32_t done = 0; done < line->bytes; done += 8) {
        uint64_t word = record_word(ring, position + HEADER_WORDS + done / 8);
        memcpy(line->text + done, &word, line->bytes - done < 8 ? line->bytes - done : 8);
    }
    return true;
}
