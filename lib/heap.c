// SPDX-License-Identifier: Apache-2.0
// Memory for malloc: from the end of bss as far as the start-up page's "heap" allows. Pages come on first touch.
#include "lib/startup.h"
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

extern char component_end[];
void *sbrk(ptrdiff_t increment); // picolibc's malloc calls it; its header hides it from strict C

void *sbrk(ptrdiff_t increment)
{
    static ptrdiff_t used;
    const struct nj_startup_entry *heap = startup_entry("heap");
    ptrdiff_t limit = heap ? (ptrdiff_t)heap->value : 0;
    if (increment < -used || increment > limit - used) {
        errno = ENOMEM;
        return (void *)-1;
    }
    void *start = component_end + used;
    used += increment;
    return start;
}
