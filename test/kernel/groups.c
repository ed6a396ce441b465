// SPDX-License-Identifier: Apache-2.0
// The list of all groups, in the order in which they run: what later ones build on comes first.
#include "test/kernel/test.h"

extern const struct test_group system_group, untyped_group, cnode_group;

const struct test_group *const groups[] = {
    &system_group,
    &untyped_group,
    &cnode_group,
    0,
};
