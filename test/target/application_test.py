# SPDX-License-Identifier: Apache-2.0
"""Applications through the shell: install, start in both forms, status, stop, uninstall, and what each command refuses."""
import re

import pytest

FORMS = ["process", "capsule"]


def free_bytes(console):
    return int(re.search(r"free (\d+),", console.run("mstats")).group(1))


@pytest.fixture(scope="module")
def hello(system):
    assert "hello: installed" in system.run("install hello")
    return system


def ended(console, name):
    """Waits for the line that tells the end of an application."""
    return console.wait(rf"{name}: (exited with code -?\d+|crashed: [^\n]*)\n").group(1)


@pytest.mark.parametrize("form", FORMS)
def test_hello_prints_the_same_in_both_forms(hello, form):
    hello.type(f"start hello --{form} -- one 'two words'")
    said = hello.wait(r"hello: started as a (\w+)\n")
    assert said.group(1) == form
    hello.wait(r"Hello, world, from hello\n")
    hello.wait(r"argument 1: one\n")
    hello.wait(r"argument 2: two words\n")
    assert ended(hello, "hello") == "exited with code 0"
    status = hello.run("status hello")
    assert re.search(rf"hello +{form} +exited +0 +0 ", status), "its memory is back"


def test_wait_runs_in_the_foreground(hello):
    output = hello.run("start hello --wait")
    assert "Hello, world" in output and "hello: exited with code 0\n" in output


def test_a_name_of_its_own(hello):
    output = hello.run("start hello --as greeter --wait")
    assert "Hello, world, from greeter\n" in output and "greeter: exited with code 0\n" in output


def test_bundles_and_packages_tell_what_is_installed(hello):
    assert re.search(r"^  hello +\d+ +\d+ +\d+ +0$", hello.run("bundles"), re.M)
    packages = hello.run("packages")
    assert re.search(r"^  hello +\d+  installed$", packages, re.M)
    assert re.search(r"^  primes +\d+ *$", packages, re.M)


def test_memory_comes_back_to_the_byte(system):
    before = free_bytes(system)
    for form in FORMS:
        system.run("install trap")
        assert free_bytes(system) < before
        system.run(f"start trap --{form} --wait -- nothing")
        system.run("uninstall trap")
        assert free_bytes(system) == before


def test_echo_between_applications(system):
    system.run("install echo-server")
    system.run("install echo-client")
    for server_form in FORMS:
        for client_form in FORMS:
            system.type(f"start echo-client --{client_form} -- 200")  # first: it has to wait for the name
            system.wait(r"echo-client: started")
            system.type(f"start echo-server --{server_form}")
            system.wait(r"echo-server: ready\n")
            system.wait(r"echo-client: 200 messages echoed, \d+ ns each\n")
            assert ended(system, "echo-client") == "exited with code 0"
            assert "echo-server: stopped" in system.run("stop echo-server")
    system.run("uninstall echo-client")
    system.run("uninstall echo-server")


def test_sleeping_applications_take_turns(system):
    system.run("install fibonacci")
    system.run("start fibonacci --as one --process -- 4")
    system.run("start fibonacci --as two --capsule -- 4")
    assert "one" in system.run("ps")
    ends = {system.wait(r"(one|two): exited with code 0\n").group(1) for _ in range(2)}
    assert ends == {"one", "two"}
    assert len(re.findall(r"fibonacci 3: 2\n", system.text)) == 2
    system.run("uninstall fibonacci")


def test_the_shell_answers_while_an_application_computes(system):
    system.run("install primes")
    system.run("start primes --capsule -- 100000 20")
    assert re.search(r"^  primes +capsule +64 ", system.run("ps"), re.M)
    system.wait(r"primes below 100000: 9592 \(20 rounds")
    assert ended(system, "primes") == "exited with code 0"
    system.run("uninstall primes")


def test_capabilities_of_an_application(system):
    system.run("install spin")
    system.run("start spin")
    scan = system.run("capscan spin")
    assert re.search(r"^ +1 endpoint +s---- ", scan, re.M)
    assert re.search(r"^ +2 reply ", scan, re.M)
    assert "2 capabilities in 32 slots" in scan
    system.run("stop spin")
    system.run("uninstall spin")


@pytest.mark.parametrize("line, says", [
    ("start nothere", "start nothere: it is not installed; `install` it first; `bundles` shows what is installed\n"),
    ("install nothere", "install nothere: the boot archive has no such package; see `packages` for those it has\n"),
    ("install hello", "install hello: it is installed already; `uninstall` it first to install it anew\n"),
    ("install a/b", "install a/b: a name has 1 to 31 of the characters a-z A-Z 0-9 . _ -; choose another name\n"),
    ("uninstall nothere", "uninstall nothere: it is not installed; "),
    ("stop hello", "stop hello: it is not running; see `status`\n"),
    ("status nothere", "status nothere: no application of this name was started; "),
    ("capscan nothere", "capscan nothere: no component or running application has this name; see `ps`\n"),
    ("start", "start: something is missing; usage: start NAME [OPTION...] [-- ARGUMENT...]\n"),
    ("start hello --fast", "start: --fast: no such option, or its value is missing; "),
    ("start hello --memory 0", "start: --memory 0: not a size; "),
    ("start hello -- " + "x" * 150 + " " + "y" * 80 + " z", "Hello, world"),
    ("frobnicate", "frobnicate: unknown command; `help` lists all commands\n"),
    ("help 'me", "console: a quote is not closed; "),
    ("sleep long", "sleep long: not a number of seconds; "),
    ("loglevel loud", "loglevel loud: no such level; use error, warn, info, debug or trace\n"),
    ("source nothere", "source nothere: the boot archive has no such script; see `packages`\n"),
])
def test_errors_name_thing_rule_and_remedy(hello, line, says):
    if says == "Hello, world":
        line = line.replace("start hello", "start hello --wait")
    assert says in hello.run(line)


def test_uninstall_refuses_while_it_runs(system):
    system.run("install spin")
    system.run("start spin")
    assert "uninstall spin: it is running; `stop` it first" in system.run("uninstall spin")
    assert "start spin: it is running; " in system.run("start spin")
    system.run("stop spin")
    assert "spin: uninstalled" in system.run("uninstall spin")


def test_a_script_of_the_archive(boot, tmp_path):
    script = tmp_path / "demo"
    script.write_text("# a comment\ninstall hello\nstart hello --wait\n\nsleep 0.1\nuninstall hello\n")
    with boot(files=[script]) as console:
        console.wait_prompt()
        output = console.run("source demo")
        assert "hello: installed" in output and "Hello, world" in output and output.endswith("hello: uninstalled\n")
        assert console.power_off() == 0


@pytest.mark.parametrize("machine", [{"sv39": True}, {"memory": "16M"}, {"exact": True}])
def test_other_machines_run_applications_alike(boot, machine):
    with boot(**machine) as console:
        console.wait_prompt()
        before = free_bytes(console)
        for name in ["hello", "wild"]:
            assert f"{name}: installed" in console.run(f"install {name}")
        for form in FORMS:
            assert "Hello, world, from hello\n" in console.run(f"start hello --{form} --wait")
            crash = console.run(f"start wild --{form} --wait")
            assert "wild: crashed: out of bounds memory access: store to address 0xfffffff0\n" in crash
        for name in ["hello", "wild"]:
            console.run(f"uninstall {name}")
        assert free_bytes(console) == before
        assert console.power_off() == 0
