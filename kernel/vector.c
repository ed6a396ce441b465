// SPDX-License-Identifier: Apache-2.0
// A thread's first vector instruction takes a page of its space's supply, as a first touch of memory does. When the thread
// ends, the page waits in its space for another one: a supply takes nothing back. It is cleared when it is used again, so
// that ending many threads at once does not mean clearing many pages.
#include "kernel/vector.h"

#include "kernel/arch/arch.h"
#include "kernel/untyped.h"

enum nj_status vector_begin(uint32_t thread)
{
    uint32_t space = threads[thread].space, page = spaces[space].vector_pages;

    if (spaces[space].is_dead)
        return NJ_NEEDS_SUPPLY;
    if (page != NIL) {
        spaces[space].vector_pages = (uint32_t)pages[page][0];
        page_clear(page);
    } else {
        page = space_take_page(space, PAGE_VECTOR);
    }
    threads[thread].vector_page = page;
    return page != NIL ? NJ_OK : NJ_NEEDS_SUPPLY;
}

void vector_end(uint32_t thread)
{
    uint32_t space = threads[thread].space, page = threads[thread].vector_page;

    arch_vector_forget(thread);
    threads[thread].vector_page = NIL;
    pages[page][0] = spaces[space].vector_pages;
    spaces[space].vector_pages = page;
}
