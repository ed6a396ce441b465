// SPDX-License-Identifier: Apache-2.0
    .section .rodata.host_call, "a"
    .balign 4096
    .globl host_call_image
host_call_image:
    .incbin "build/wasm/host_call.image"
