// SPDX-License-Identifier: Apache-2.0
// Vector registers of threads that use them: where they are kept. On a machine without a vector unit nothing of vector.c is
// called: it lies in memory that was given back.
#pragma once
#include "kernel/object.h"
#include "kernel/page.h"

// The thread, which has none yet, gets a cleared page of its space for its vector registers. NEEDS_SUPPLY.
/*@ requires thread < THREADS_MAX && threads[thread].space < SPACES_MAX;
    requires threads[thread].vector_page == NIL;
    requires spaces[threads[thread].space].vector_pages < PAGES_MAX;
    assigns threads[thread].vector_page, spaces[threads[thread].space].vector_pages;
    assigns page_kinds[0 .. PAGES_MAX / PAGE_KINDS_PER_WORD - 1], slots[0 .. SLOTS_MAX - 1].cap.word;
    assigns pages[0 .. PAGES_MAX - 1][0 .. PAGE_BYTES / 8 - 1];
    ensures \result == NJ_OK || \result == NJ_NEEDS_SUPPLY;
    ensures \result == NJ_OK <==> threads[thread].vector_page != NIL;
    ensures threads[thread].vector_page < PAGES_MAX;
    ensures \result == NJ_OK ==>
        \forall integer word; 0 <= word < PAGE_BYTES / 8 ==> pages[threads[thread].vector_page][word] == 0;
    ensures spaces[threads[thread].space].is_dead ==> \result == NJ_NEEDS_SUPPLY; */
enum nj_status vector_begin(uint32_t thread);
// The thread, which has one, leaves its space. The page stays there for the next thread.
/*@ requires thread < THREADS_MAX && threads[thread].space < SPACES_MAX;
    requires NIL < threads[thread].vector_page < PAGES_MAX;
    assigns threads[thread].vector_page, threads[thread].context.status, threads[thread].slow;
    assigns spaces[threads[thread].space].vector_pages, pages[threads[thread].vector_page][0];
    ensures threads[thread].vector_page == NIL;
    ensures spaces[threads[thread].space].vector_pages == \old(threads[thread].vector_page);
    ensures pages[\old(threads[thread].vector_page)][0] == \old(spaces[threads[thread].space].vector_pages); */
void vector_end(uint32_t thread);
