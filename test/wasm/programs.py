# SPDX-License-Identifier: Apache-2.0
"""Programs in C: program/NAME.c must print program/NAME.out, whose last line is the exit code.

    /usr/bin/python3 test/wasm/programs.py [NAME...]
"""
import subprocess
import sys

import conformance
import execution

RUN_TIMEOUT_S = 60


def run_program(source):
    """What is wrong, or None."""
    image = conformance.ROOT / "build/wasm/program" / (source.stem + ".njimage")
    built = subprocess.run(["make", "-s", str(image.relative_to(conformance.ROOT))], cwd=conformance.ROOT, text=True,
                           capture_output=True, check=False)
    if built.returncode != 0:
        return "does not build\n" + built.stdout + built.stderr
    run = subprocess.run([*execution.QEMU, str(conformance.ROOT / "build/wasm/execute"), str(image)], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_TIMEOUT_S, check=False)
    printed = f"{run.stdout}exit {run.returncode}\n"
    wanted = source.with_suffix(".out").read_text(encoding="utf-8")
    return None if printed == wanted else f"printed\n{printed}instead of\n{wanted}"


def main():
    subprocess.run(["make", "-s", "build/host/njc", "build/wasm/execute"], cwd=conformance.ROOT, check=True)
    sources = sorted((conformance.HERE / "program").glob("*.c"))
    if len(sys.argv) > 1:
        sources = [source for source in sources if source.stem in sys.argv[1:]]
    failed = 0
    for source in sources:
        problem = run_program(source)
        failed += problem is not None
        if problem:
            print(f"{source.name}: {problem}")
    print(f"{len(sources) - failed} passed, {failed} failed")
    return 1 if failed or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
