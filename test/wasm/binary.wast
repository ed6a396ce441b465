;; SPDX-License-Identifier: Apache-2.0
;; The binary format: what is cut off, overlong, out of order or of an unknown kind is refused.

(module binary "\00asm" "\01\00\00\00")
(module binary "\00asm\01\00\00\00" "\00\05\04note\00\02\01x") ;; custom sections
(module binary "\00asm\01\00\00\00" "\00\08\04name\ff\ff\ff")  ;; a broken name section harms nobody
(module binary "\00asm\01\00\00\00" "\00\0c\04name\01\05\01\63\01a\ff") ;; names a function that does not exist

(assert_malformed (module binary "") "unexpected end")
(assert_malformed (module binary "\00asm") "unexpected end")
(assert_malformed (module binary "\7fELF\01\00\00\00") "magic header not detected")
(assert_malformed (module binary "\00asm\02\00\00\00") "unknown binary version")
(assert_malformed (module binary "\00asm\01\00\00\00" "\0d\00") "malformed section id")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\7f\00") "length out of bounds")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\02\00\00") "section size mismatch")
(assert_malformed (module binary "\00asm\01\00\00\00" "\03\01\00\01\01\00") "unexpected content after last section")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\01\00\01\01\00") "unexpected content after last section")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\06\ff\ff\ff\ff\0f\60") "length out of bounds")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\06\81\80\80\80\80\00") "integer representation too long")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\05\81\80\80\80\10") "integer too large")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\04\01\60\01\40") "malformed value type")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\04\01\5f\00\00") "malformed type form")
(assert_malformed (module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00\03\02\01\00") "function and code section have inconsistent lengths")
(assert_malformed (module binary "\00asm\01\00\00\00" "\0c\01\01") "data count and data section have inconsistent lengths")
(assert_malformed (module binary "\00asm\01\00\00\00" "\02\08\01\01a\02\c0\80\00\00") "malformed UTF-8 encoding") ;; overlong
(assert_malformed (module binary "\00asm\01\00\00\00" "\02\09\01\01a\03\ed\a0\80\00\00") "malformed UTF-8 encoding") ;; surrogate
(assert_malformed (module binary "\00asm\01\00\00\00" "\02\06\01\01a\01b\05") "malformed import kind")
(assert_malformed (module binary "\00asm\01\00\00\00" "\06\06\01\7f\02\41\00\0b") "malformed mutability")
(assert_malformed (module binary "\00asm\01\00\00\00" "\04\04\01\7f\00\00") "malformed reference type")
(assert_malformed (module binary "\00asm\01\00\00\00" "\00\02\02\61") "length out of bounds")

;; A body per line: type section (one type without parameters and results), function section, code section.
(assert_malformed ;; an unknown opcode
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\05\01\03\00\ff\0b") "illegal opcode")
(assert_malformed ;; an unknown opcode behind the prefix
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\06\01\04\00\fc\12\0b") "illegal opcode")
(assert_malformed ;; no END
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\05\01\03\00\01\01") "unexpected end")
(assert_malformed ;; something behind the END
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\05\01\03\00\0b\01") "END opcode expected")
(assert_malformed ;; no body at all
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\02\01\00") "unexpected end")
(assert_malformed ;; a constant cut off
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00" "\0a\06\01\04\00\43\00\0b") "unexpected end")
(assert_malformed ;; 2^32 locals in two groups
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00"
    "\0a\10\01\0e\02\ff\ff\ff\ff\0f\7f\ff\ff\ff\ff\0f\7f\0b") "too many locals")
(assert_malformed ;; memory.size with a written index
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\05\03\01\00\00"
    "\0a\07\01\05\00\3f\01\1a\0b") "zero byte expected")
(assert_malformed ;; memory.init without a data count
  (module binary "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\05\03\01\00\00"
    "\0a\0e\01\0c\00\41\00\41\00\41\00\fc\08\00\00\0b" "\0b\03\01\01\00") "data count section required")

;; call_indirect with a table index of five bytes, as linkers write it.
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\04\04\01\70\00\01"
  "\07\07\01\03run\00\00" "\0a\0d\01\0b\00\41\00\11\00\80\80\80\80\00\0b")
(assert_trap (invoke "run") "uninitialized element")
