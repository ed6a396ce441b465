// SPDX-License-Identifier: Apache-2.0
// Attacks the code checker: changes good programs at random as long as the checker accepts them, runs the mutants in the
// capsule model from everywhere with arbitrary registers, and reports what leaves the sandbox.
//
//   check_attack [-w] [-n MUTANTS] [-s SEED] FILE...
//
// A file is an image (abi/image.h), the table of test/kernel/checked_programs.S, or plain words of code. Prints what it
// did; ends with status 1 at the first violation, with all that is needed to repeat it. -w: a checker changed on purpose is
// attacked; programs that it refuses are left out.
#include "abi/capsule.h"
#include "abi/image.h"
#include "kernel/check/check.h"
#include "test/fuzz/capsule_model.h"
#include "test/fuzz/mutate.h"
#include "test/kernel/checked_programs.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEDS_MAX 4096
#define FILE_BYTES_MAX 0x4000000
#define NOTHING_WORDS_MAX 256
#define STEPS_PER_ENTRY 300
#define ENTRIES_MAX 24
#define RESUMES_PER_ENTRY 16

struct seed {
    const char *name;
    const uint32_t *words;
    uint32_t count;
    uint32_t window_log2;
};
static struct seed seeds[SEEDS_MAX];
static uint32_t seed_count;

static uint64_t mutants, changes_made;
static bool is_checker_changed;
static struct capsule_model model;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "check_attack: %s: %s\n", name, what);
    exit(2);
}

static bool is_accepted(const uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (check_instruction(words[i], i + 1 < count ? words[i + 1] : 0, i, count) != NJ_CHECK_OK)
            return false;
    }
    return true;
}

static void seed_add(const char *name, const uint32_t *words, uint32_t count, uint32_t window_log2)
{
    if (seed_count == SEEDS_MAX || count == 0)
        die("too many programs, or an empty one", name);
    if (is_checker_changed && !is_accepted(words, count))
        return;
    if (!is_accepted(words, count))
        die("a program to start from is not accepted", name);
    seeds[seed_count++] = (struct seed){name, words, count, window_log2};
}

static void seed_add_table(const struct checked_program *program)
{
    for (uint32_t n = 0; program[n].name[0] != 0; n++) {
        if (program[n].rule == NJ_CHECK_OK)
            seed_add(program[n].name, checked_program_words(program, n), checked_program_count(program, n),
                     CHECKED_WINDOW_LOG2);
    }
}

static void seed_add_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    long length = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (length < 4 || length > FILE_BYTES_MAX)
        die("cannot be read, or is too small or too large", name);
    size_t size = (size_t)length;
    uint8_t *bytes = aligned_alloc(64, (size + 63) / 64 * 64); // kept: the programs lie in it
    rewind(file);
    if (bytes == NULL || fread(bytes, 1, size, file) != size)
        die("cannot be read", name);
    fclose(file);

    const struct nj_image *image = (const void *)bytes;
    if (size > sizeof *image && image->magic == NJ_IMAGE_MAGIC) {
        if (image->code.offset % 4 != 0 || image->code.offset > size || image->code.count > size - image->code.offset)
            die("the code table lies outside of the image", name);
        seed_add(name, (const uint32_t *)(const void *)(bytes + image->code.offset), image->code.count / 4,
                 image->code_window_log2);
    } else if (strstr(name, "checked_programs") != NULL) {
        seed_add_table((const void *)bytes);
    } else {
        seed_add(name, (const uint32_t *)(const void *)bytes, (uint32_t)(size / 4), CHECKED_WINDOW_LOG2);
    }
}

static void report(const char *name, const uint32_t *words, uint32_t count, uint64_t seed)
{
    uint64_t number = (model.pc - model.code_base) / 4;
    printf("VIOLATION: %s\n  mutant of %s, state of the generator 0x%" PRIx64 "\n", model.violation, name, seed);
    printf("  at pc = code base + 0x%" PRIx64, model.pc - model.code_base);
    if (number < count)
        printf(": word 0x%08" PRIx32, words[number]);
    printf("\n");
    for (uint32_t r = 1; r < 32; r++)
        printf("  x%-2" PRIu32 " 0x%016" PRIx64 "%s", r, model.x[r], r % 4 == 0 || r == 31 ? "\n" : "");
    printf("  code base 0x%" PRIx64 ", stack 0x%" PRIx64 ", data base 0x%" PRIx64 "\n", model.code_base,
           model.stack_low, model.data_base);
}

// Runs a program from one word, and goes on elsewhere when it faults. False: it broke out.
static bool run_from(struct mutator *mutator, uint32_t count, uint32_t entry)
{
    uint32_t resumes = 0;
    model_start(&model, entry);
    model_scramble(&model);
    for (uint32_t step = 0; step < STEPS_PER_ENTRY; step++) {
        enum model_result result = model_step(&model);
        if (result == MODEL_VIOLATION)
            return false;
        if (result == MODEL_RUNS)
            continue;
        if (resumes++ == RESUMES_PER_ENTRY)
            break;
        uint64_t number = (model.pc - model.code_base) / 4;
        uint64_t choice = mutator_random(mutator);
        model_resume(&model,
                     number + 1 < count && (choice & 1) ? (uint32_t)number + 1 : (uint32_t)(choice >> 8) % count);
        if ((choice & 14) == 0)
            model_scramble(&model);
    }
    return true;
}

// Small programs are entered at every word, large ones at some.
static bool run_mutant(struct mutator *mutator, const struct seed *program)
{
    model_attach(&model, program->words, program->count, program->window_log2);
    for (uint32_t n = 0; n < program->count && n < ENTRIES_MAX; n++) {
        uint32_t entry = program->count <= ENTRIES_MAX ? n : (uint32_t)(mutator_random(mutator) >> 8) % program->count;
        if (!run_from(mutator, program->count, entry))
            return false;
    }
    return true;
}

static bool attack_once(struct mutator *mutator, uint32_t *words)
{
    uint64_t start = mutator->random;
    struct seed mutant = {"nothing", words, 0, CHECKED_WINDOW_LOG2};
    model.random = start; // so that -s repeats a mutant whole
    uint32_t choice = (uint32_t)(mutator_random(mutator) >> 32);

    if (choice % 4 == 0) {
        mutant.count = 2 + choice / 4 % (NOTHING_WORDS_MAX - 1);
        mutate_from_nothing(mutator, words, mutant.count);
        changes_made += mutant.count;
    } else {
        const struct seed *seed = &seeds[choice / 4 % seed_count];
        uint32_t changes = 1 + (uint32_t)(mutator_random(mutator) >> 32) % (seed->count / 2 + 4) % 2048;
        mutant = *seed;
        mutant.words = words;
        memcpy(words, seed->words, seed->count * sizeof *words);
        uint32_t made = mutate_program(mutator, words, seed->count, changes);
        if (made == 0)
            return true;
        changes_made += made;
    }
    if (!is_accepted(words, mutant.count))
        die("the mutator made a program that is not accepted", mutant.name);
    mutants++;
    if (run_mutant(mutator, &mutant))
        return true;
    report(mutant.name, words, mutant.count, start);
    return false;
}

int main(int argc, char **argv)
{
    uint64_t wanted = 2000;
    struct mutator mutator = {88172645463325252ull};
    uint32_t count_max = NOTHING_WORDS_MAX + 2;
    int option;

    while ((option = getopt(argc, argv, "wn:s:")) != -1) {
        if (option == 'w')
            is_checker_changed = true;
        else if (option == 'n')
            wanted = strtoull(optarg, NULL, 0);
        else if (option == 's')
            mutator.random = strtoull(optarg, NULL, 0);
        else
            return 2;
    }
    for (int n = optind; n < argc; n++)
        seed_add_file(argv[n]);
    if (seed_count == 0 || mutator.random == 0)
        die("no program to start from, or a seed of 0", "usage");
    for (uint32_t n = 0; n < seed_count; n++)
        count_max = seeds[n].count > count_max ? seeds[n].count : count_max;

    uint32_t *words = calloc(count_max, sizeof *words);
    bool holds = words != NULL;
    while (holds && mutants < wanted)
        holds = attack_once(&mutator, words);
    printf("%" PRIu64 " accepted mutants of %" PRIu32 " programs, %" PRIu64 " changes; %" PRIu64
           " instructions, %" PRIu64 " accesses, %" PRIu64 " calls, %" PRIu64 " faults; %d violations\n",
           mutants, seed_count, changes_made, model.instructions, model.accesses, model.calls, model.faults, !holds);
    free(words);
    return holds ? 0 : 1;
}
