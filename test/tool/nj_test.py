# SPDX-License-Identifier: Apache-2.0
"""The front door and the test runner, on scratch trees of their own."""
import shutil
import subprocess

import pytest

from machine import ROOT


def run(command, cwd=ROOT):
    # No terminal: a question must not wait for an answer.
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          start_new_session=True, timeout=60)


@pytest.fixture
def tree(tmp_path):
    """A tree with the front door and the tools, and nothing else."""
    (tmp_path / "tool").mkdir()
    for path in ["nj", *(f"tool/{path.name}" for path in (ROOT / "tool").glob("*.py"))]:
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / "tool" / "packages.txt").write_text("# nothing\n")
    return tmp_path


def add_group(tree, name, script):
    path = tree / "test" / name / "run"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_help_and_unknown_commands():
    assert "usage: ./nj COMMAND" in run(["./nj"]).stdout
    assert run(["./nj", "help"]).returncode == 0
    done = run(["./nj", "frobnicate"])
    assert done.returncode == 2 and "unknown command 'frobnicate'" in done.stderr
    for command in ("graph", "new", "pack"):
        done = run(["./nj", command])
        assert done.returncode != 0 and "does not exist yet" in done.stderr
        assert f"  {command} " not in run(["./nj", "help"]).stdout


def test_missing_packages_are_named_and_not_installed_unasked(tree):
    (tree / "tool" / "packages.txt").write_text("dpkg build\nno-such-package-a build test\nno-such-package-b prove\n")
    done = run(["./nj", "run"], tree)
    assert done.returncode == 1
    assert "missing packages: no-such-package-a\n" in done.stderr
    assert "--yes" in done.stderr


def test_works_from_any_folder(tmp_path):
    assert run([str(ROOT / "nj"), "test", "--list"], tmp_path).returncode == 0


def test_every_package_is_listed_once():
    lines = [line.split() for line in (ROOT / "tool" / "packages.txt").read_text().splitlines()]
    rows = [words for words in lines if words and not words[0].startswith("#")]
    names = [words[0] for words in rows]
    assert len(names) == len(set(names))
    assert all(len(words) > 1 and set(words[1:]) <= {"build", "test", "debug", "format", "prove"} for words in rows)


def test_groups_are_added_up(tree):
    add_group(tree, "host", "echo chatter; echo '3 passed, 0 failed'")
    add_group(tree, "wasm", "echo '10 passed, 2 failed, 4 skipped'; exit 1")
    done = run(["./nj", "test"], tree)
    assert done.stdout.splitlines()[-1] == "13 passed, 2 failed, 4 skipped"
    assert done.returncode == 1
    done = run(["./nj", "test", "unit"], tree)
    assert done.stdout.splitlines()[-1] == "3 passed, 0 failed"
    assert done.returncode == 0


@pytest.mark.parametrize("script, note", [
    ("echo half way; kill -SEGV $$", "no closing line"),
    ("true", "no closing line"),
    ("echo '5 passed, 0 failed'; exit 3", "ended with status 3"),
    ("echo '5 passed, 0 failed'; echo afterthought", "no closing line"),
])
def test_a_group_that_breaks_counts_as_failed(tree, script, note):
    add_group(tree, "broken", script)
    done = run(["./nj", "test"], tree)
    assert done.returncode == 1 and note in done.stdout
    assert done.stdout.splitlines()[-1].split(", ")[1] == "1 failed"


def test_no_groups_is_a_failure(tree):
    assert run(["./nj", "test"], tree).returncode == 1
    assert "no such group" in run(["./nj", "test", "nonsense"], tree).stderr
