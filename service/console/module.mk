# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,console,$(wildcard service/console/*.c)))
$(eval $(call unit_test,editor,service/console/editor.c))
$(eval $(call unit_test,words,service/console/words.c))
