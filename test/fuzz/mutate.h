// SPDX-License-Identifier: Apache-2.0
// Mutants of checked programs: random changes, each of which the code checker accepts. Freestanding, so that the host's
// attack (check_attack.c) and tests on the target make the same mutants from the same seed.
#pragma once
#include <stdint.h>

struct mutator {
    uint64_t random; // state; any value but 0 is a seed
};

// A uniformly distributed number.
uint64_t mutator_random(struct mutator *mutator);

// Makes up to `changes` accepted changes to a program of `count` words that the checker accepts. Returns how many it made:
// fewer when the checker refused too often. The program is accepted before and after.
uint32_t mutate_program(struct mutator *mutator, uint32_t *words, uint32_t count, uint32_t changes);

// Fills a program of `count` words with random accepted words. The last word is the trap word.
void mutate_from_nothing(struct mutator *mutator, uint32_t *words, uint32_t count);
