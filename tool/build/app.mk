# SPDX-License-Identifier: Apache-2.0
# Applications in C: WebAssembly modules with WASI, build/app/NAME.wasm.
#
#   $(eval $(call app,NAME,sources,flags,linker flags))    sources by default: app/NAME/*.c
#   $(eval $(call packaged_app,...))                       the same, and the boot archive holds it as package/NAME.wasm
#
# wasm-ld is called directly: the clang driver would run whatever wasm-opt it finds in PATH.
WASM_CC ?= clang-16
WASM_LD ?= wasm-ld-16
WASI_LIB ?= /usr/lib/wasm32-wasi
WASI_INCLUDE ?= /usr/include/wasm32-wasi
WASM_BUILTINS ?= /usr/lib/llvm-16/lib/clang/16/lib/wasi/libclang_rt.builtins-wasm32.a
APP_CFLAGS := -std=c11 -Wall -Wextra -Werror --target=wasm32-wasi -isystem $(WASI_INCLUDE) -O2 -I. -Isdk/include
APP_LDFLAGS := --strip-debug --stack-first -z stack-size=16384

define app
APPS += $(BUILD)/app/$(1).wasm
$(BUILD)/app/$(1).wasm: $(patsubst %.c,$(BUILD)/app/$(1).objects/%.o,$(or $(2),$(wildcard app/$(1)/*.c)))
	$$(call say,WASMLD,$$@) mkdir -p $$(@D) && $(WASM_LD) $(APP_LDFLAGS) $(4) -L$(WASI_LIB) -o $$@ \
	    $(WASI_LIB)/crt1-command.o $$(filter %.o,$$^) -lc $(WASM_BUILTINS)
$(BUILD)/app/$(1).objects/%.o: %.c $$(lastword $$(MAKEFILE_LIST)) tool/build/app.mk
	$$(call say,WASMCC,$$<) mkdir -p $$(@D) && $(WASM_CC) $(APP_CFLAGS) $(3) $(DEPENDENCIES) -c -o $$@ $$<
endef

define packaged_app
$(call app,$(1),$(2),$(3),$(4))
ARCHIVE_FILES += package/$(1).wasm=$(BUILD)/app/$(1).wasm
endef
