# SPDX-License-Identifier: Apache-2.0
$(eval $(call host_tool,archive,tool/archive.c))
