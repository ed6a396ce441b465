// SPDX-License-Identifier: Apache-2.0
// Mapping and unmapping one page where the page tables are there already, inline; the build puts the architecture's folder
// on the include path.
//
// arch_page_map(space, address, page, access): as arch_space_map() of arch.h. False, and nothing done: ask that one.
// arch_page_unmap(space, address, page, device): as arch_space_unmap().
#pragma once
#include <page_map.h>
