# SPDX-License-Identifier: Apache-2.0
$(eval $(call service,compiler,$(wildcard service/compiler/*.c) service/process/archive.c $(wildcard wasm/*.c)))
