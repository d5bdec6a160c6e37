"""The lab tool, tried on a small project with real git: trees, releases, learners, courses, and its own checks."""
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import lab_project as project
from lab_project import (DERIVE, ENDPOINT, MAP, REFERENCE, ROOT, STARTER, SWITCH, SWITCH_S, Tree, make_project, person,
                         release, solution, wrong_body)

LINE = ["lab-1", "stage-1", "lab-2", "stage-2", "stage-3"]
NEVER = "labs/1-ipc/wrong/1.2-never.diff"
LAST = [part.splitlines(True) for part in project.mistake("1.2", "never")]
WRONG = [text for path, text in project.files().items() if "/wrong/" in path]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The project with the branches of release 1.0; tests work in copies."""
    folder = tmp_path_factory.mktemp("lab")
    tree = make_project(folder / "main", person(folder, "maintainer"))
    tree.lab("branches")
    tree.git("repack", "-a", "-d", "-q")  # a copy is then a few files
    return tree


@pytest.fixture
def main(made, tmp_path):
    return made.copy(tmp_path / "main")


@pytest.fixture
def learner(made, tmp_path):
    """A learner's clone, on lab-1."""
    clone = made.clone(tmp_path / "learner")
    clone.env = person(tmp_path, "learner")
    clone.git("switch", "-q", "lab-1")
    return clone


def solve(tree, *keys, how=solution):
    """Write a learner's own solutions in place of the starters and commit them."""
    place = {"1.1": ENDPOINT, "1.2": MAP, "1.3.1": SWITCH, "1.3.2": SWITCH_S, "2.1": DERIVE}
    for key in keys:
        tree.change(place[key], STARTER[key], how(key.replace(".", "_")))
    return tree.commit(f"My solutions: {', '.join(keys)}")


# Trees


def test_a_tree_holds_what_its_stage_holds(main):
    one, two, three = (main.files(f"stage-{n}") for n in (1, 2, 3))
    assert {ENDPOINT, MAP, SWITCH_S, "kernel/cap/slot.h", "stages/1-ipc/kernel/ipc/transfer.c", "labs/1-ipc/handout.md",
            "labs/1-ipc/checks.py", "tools/lab/lab.py", "STAGE", "RELEASE", "tests/test_boot.py"} <= one
    assert not one & {DERIVE, "kernel/ipc/transfer.c", "stages/2-caps/stage.mk", "labs/2-caps/handout.md",
                      "servers/vfs/main.c", "tests/test_vfs.py"}
    assert two - one == {DERIVE, "kernel/ipc/transfer.c", "stages/2-caps/stage.mk", "labs/2-caps/handout.md",
                         "labs/2-caps/checks.py"}
    # A stand-in stays: stage 1 still builds in the tree of stage 3.
    assert one < two < three and three - two == {"servers/vfs/main.c", "servers/vfs/build.mk",
                                                 "stages/3-vfs/stage.mk", "tests/test_vfs.py"}
    every = main.files("main")
    private = {p for p in every if p.startswith(".ci") or "/starter/" in p or "/wrong/" in p}
    assert every - three == private | {"tests/test_lab_private.py", "tools/lab/private"}


def test_a_lab_differs_from_its_stage_by_the_open_exercises_only(main):
    changed = set(main.git("diff", "--name-only", "lab-1", "stage-1").splitlines())
    assert changed == {ENDPOINT, MAP, SWITCH, SWITCH_S, "STAGE"}
    assert main.show("lab-1", MAP) == main.read(MAP).replace(REFERENCE["1.2"], STARTER["1.2"])
    assert main.show("lab-1", SWITCH_S) == main.read(SWITCH_S).replace(REFERENCE["1.3.2"], STARTER["1.3.2"])
    assert main.show("stage-1", MAP) == main.read(MAP)
    # Lab 2 opens its own exercises, on the solved lab 1.
    assert set(main.git("diff", "--name-only", "lab-2", "stage-2").splitlines()) == {DERIVE, "STAGE"}
    assert "release 1.0\nstage 2\nname caps\nkind lab\n" in main.show("lab-2", "STAGE")


PAGE = """# A project

<!-- only: main -->
    make branches

See [lab 2](labs/2-caps/handout.md).
<!-- only: end -->
<!-- only: derived
    make next
-->

| row | of all |
| row | of main <!-- only: main --> |
| row | of vfs <!-- only: stage 3 --> |

See [lab 1](labs/1-ipc/handout.md#lab-1), [what
follows](labs/2-caps/), ![a picture](docs/none.png), [elsewhere](https://example.org) and [here](#a-project).
The mark is `<!-- only: main -->`.

```
<!-- only: main -->
[not a link](none.md)
```
"""
PAGE_1 = """# A project

    make next

| row | of all |

See [lab 1](labs/1-ipc/handout.md#lab-1), what
follows, a picture, [elsewhere](https://example.org) and [here](#a-project).
The mark is `<!-- only: main -->`.

```
<!-- only: main -->
[not a link](none.md)
```
"""


def test_pages_speak_of_their_own_tree(main):
    main.write("README.md", PAGE)
    main.commit("A page", date=1_705_000_000)
    main.lab("branches")
    assert main.show("lab-1", "README.md") == main.show("stage-1", "README.md") == PAGE_1
    two, three = main.show("lab-2", "README.md"), main.show("stage-3", "README.md")
    assert "[what\nfollows](labs/2-caps/)" in two and "of vfs" not in two and "| row | of vfs |\n" in three
    assert "branches" not in three


@pytest.mark.parametrize("text, said", [
    ("<!-- only: main -->\n", "README.md: `<!-- only: …` begins here and never ends"),
    ("<!-- only: end -->\n", "ends nothing"), ("A line <!-- only: lab -->\n", "names no tree"),
    ("<!-- only: main -->\n<!-- only: stage 2 -->\n<!-- only: end -->\n", "begins inside another"),
])
def test_pages_with_broken_marks_are_refused(main, text, said):
    main.write("README.md", text)
    main.commit("A page", date=1_705_000_000)
    assert said in main.lab("branches", status=1)


def test_history_is_one_line_that_never_was_main(main):
    assert main.parents("lab-1") == []
    for before, name in zip(LINE, LINE[1:]):
        assert main.parents(name) == [main.git("rev-parse", before)]
    assert set(main.git("rev-list", "stage-3").split()) == set(main.heads().values())
    assert main.git("merge-base", "main", "stage-3", ok=False) == ""


def test_one_release_is_one_set_of_hashes(main, tmp_path):
    before = main.heads()
    assert list(before) == LINE[:1] + ["lab-2"] + ["stage-1", "stage-2", "stage-3"]
    assert "unchanged" in main.lab("branches") and main.heads() == before
    other = Tree(tmp_path / "other", person(tmp_path, "other"))
    main.git("clone", "-q", "--single-branch", "-b", "main", str(main.path), str(other.path))
    other.git("config", "i18n.commitEncoding", "latin1")
    other.git("config", "core.autocrlf", "true")
    other.env.update(TZ="Asia/Tokyo", GIT_AUTHOR_DATE="2001-01-01T00:00:00", GIT_COMMITTER_NAME="somebody")
    other.lab("branches")
    assert other.heads() == before
    assert other.git("show", "-s", "--format=%ct %ce", "lab-1") == "1700000000 releases@microk.invalid"


def test_branches_leave_the_work_tree_alone(main):
    main.write(MAP, "changed, not committed\n")
    main.write("kernel/new.c", "int not_committed;\n")
    main.git("add", "kernel/new.c")
    for name in LINE:
        main.git("branch", "-q", "-D", name)
    status, head = main.git("status", "--porcelain=v2", "--branch"), main.git("rev-parse", "HEAD")
    assert "Uncommitted changes" in main.lab("branches")
    assert (main.git("status", "--porcelain=v2", "--branch"), main.git("rev-parse", "HEAD")) == (status, head)
    assert "kernel/new.c" not in main.files("stage-3") and "page_of" in main.show("stage-1", MAP)


# Releases


def second(tree):
    return release(tree, "1.1", 1_710_000_000, files={MAP: ("page_step(0,", "page_step_1_1(0,")})


def test_a_later_release_is_appended(main):
    old = main.heads()
    second(main)
    assert main.lab("branches").count("appended") == 5
    new = main.heads()
    assert main.parents("lab-1") == [old["lab-1"]]
    for before, name in zip(LINE, LINE[1:]):
        assert main.parents(name) == [old[name], new[before]]
    assert "page_step_1_1" in main.show("lab-1", MAP) and "release 1.1" in main.show("stage-2", "STAGE")
    main.lab("branches")
    assert main.heads() == new
    main.git("switch", "-q", "--detach", "HEAD~1")
    assert "only ever appended" in main.lab("branches", status=1)
    assert main.heads() == new


def test_a_commit_that_changes_no_tree_adds_nothing(main):
    old = main.heads()
    main.write(".ci/run", "#!/bin/sh\nexec make check web\n")
    main.write("servers/vfs/main.c", "int changed;\n")
    main.commit("Private, and stage 3", date=1_705_000_000)
    main.lab("branches")
    new = main.heads()
    assert {name for name in new if new[name] != old[name]} == {"stage-3"}
    assert main.parents("stage-3") == [old["stage-3"], old["stage-2"]]


def test_a_published_line_goes_on_in_a_fresh_clone(main, tmp_path):
    second(main)
    clone = main.clone(tmp_path / "clone")
    main.lab("branches")
    clone.lab("branches")
    assert clone.heads() == main.heads()


def test_a_learners_branch_is_never_moved(main):
    second(main)
    main.git("switch", "-q", "lab-1")
    mine = solve(main, "1.1")
    assert "git switch main" in main.lab("branches", status=1)
    main.git("switch", "-q", "main")
    said = main.lab("branches")
    assert "kept: carries 1 commit of your own" in said
    assert main.heads()["lab-1"] == mine and "release 1.1" in main.show("stage-1", "STAGE")
    # The lab-1 of release 1.1 is still available, for make update.
    main.git("switch", "-q", "lab-1")
    assert "1.0 → 1.1" in main.lab("update")
    assert "page_step_1_1" in main.read(MAP) and solution("1_1") in main.read(ENDPOINT)


def test_a_checked_out_branch_is_not_moved(main, tmp_path):
    old = main.heads()
    second(main)
    main.git("worktree", "add", "-q", str(tmp_path / "second"), "lab-2")
    assert "kept: it is checked out" in main.lab("branches")
    assert main.heads()["lab-2"] == old["lab-2"] and main.heads()["stage-2"] != old["stage-2"]
    main.git("worktree", "remove", str(tmp_path / "second"))
    main.lab("branches")
    assert main.parents("lab-2") == [old["lab-2"], main.heads()["stage-1"]]
    assert main.parents("stage-2")[1] == main.heads()["lab-2"]


def test_a_branch_of_that_name_that_is_somebodys_own_is_kept(main):
    main.git("branch", "-f", "lab-2", "main")
    mine = main.git("rev-parse", "main")
    second(main)
    assert "your own, not one of the lab's" in main.lab("branches")
    assert main.heads()["lab-2"] == mine


def test_a_new_lab_comes_into_the_line(main):
    main.write("labs/3-vfs/handout.md", "# Lab 3\n")
    main.change("servers/vfs/main.c", project.lines("vfs", 5), "/* EXERCISE 3.1 path: begin */\n"
                + project.lines("vfs", 22) + "/* EXERCISE 3.1 path: end */\n")
    main.write("labs/3-vfs/starter/3.1-path.c", "\texercise_missing(\"3.1\");\n")
    old = main.heads()
    main.commit("Lab 3", date=1_706_000_000)
    main.lab("branches")
    assert main.parents("lab-3") == [old["stage-2"]]
    assert main.parents("stage-3") == [old["stage-3"], main.heads()["lab-3"]]


# make next


def test_next_carries_a_solved_lab(learner):
    solve(learner, "1.1", "1.2", "1.3.1", "1.3.2")
    said = learner.lab("next")
    assert said.count("yours") == 4 and "filled" not in said and "Open: 2.1 derivation" in said
    assert "labs/2-caps/handout.md" in said and "Your branch lab-1 now holds lab 2." in said
    for path, tag in ((ENDPOINT, "1_1"), (MAP, "1_2"), (SWITCH, "1_3_1"), (SWITCH_S, "1_3_2")):
        assert solution(tag) in learner.read(path)
    assert STARTER["2.1"] in learner.read(DERIVE) and "stage 2\nname caps\nkind lab" in learner.read("STAGE")
    assert learner.git("status", "--porcelain") == ""
    assert learner.parents("HEAD")[1] == learner.git("rev-parse", "origin/lab-2")
    # Then on from lab 2 to stage 3, because lab 3 is not written.
    solve(learner, "2.1")
    assert "Lab 3 is not written yet" in learner.lab("next")
    assert solution("2_1") in learner.read(DERIVE) and solution("1_2") in learner.read(MAP)
    assert "kind stage" in learner.read("STAGE") and (learner.path / "servers/vfs/main.c").exists()
    assert "the tree after stage 3 is not here" in learner.lab("next", status=1)


def test_next_fills_what_is_open(learner):
    learner.git("switch", "-q", "-c", "my-work")
    solve(learner, "1.1", "1.3.1")
    said = learner.lab("next", "--fill")
    assert said.count("was open: filled from the reference") == 2 and said.count("yours") == 2
    assert solution("1_1") in learner.read(ENDPOINT) and solution("1_3_1") in learner.read(SWITCH)
    assert REFERENCE["1.2"] in learner.read(MAP) and REFERENCE["1.3.2"] in learner.read(SWITCH_S)
    assert learner.git("log", "-1", "--format=%s %an", "HEAD^1") == \
        "Lab 1: exercises 1.2, 1.3 filled from the reference learner"
    assert learner.git("rev-parse", "lab-1") == learner.git("rev-parse", "origin/lab-1")


@pytest.mark.case("labs 2")
def test_next_fills_nothing_without_being_asked(learner):
    """It gives no solution away: neither of a lab that is not begun, nor of exercises that are left."""
    before = learner.git("rev-parse", "HEAD")
    said = learner.lab("next", status=1)
    assert "lab 1 is not begun" in said and "FILL=1" in said
    solve(learner, "1.1", "1.3.1")
    said = learner.lab("next", status=1)
    assert "not done: exercise 1.2, 1.3." in said and "lab.py take 1.2 takes one alone, since lab 2 is here" in said
    assert "Exercise 1.2 is the reference now" in learner.lab("take", "1.2")
    learner.git("reset", "-q", "--hard", "HEAD^")
    assert STARTER["1.2"] in learner.read(MAP) and "kind lab" in learner.read("STAGE")
    solved = learner.git("rev-parse", "HEAD")
    said = learner.lab("next", "--fill")
    learner.git(*re.search(r"To undo this step: git (.*)", said)[1].split())
    assert learner.git("rev-parse", "HEAD") == solved != before


@pytest.mark.case("labs 1")
def test_next_twice_takes_one_step(learner):
    """The second time lab 2 is not begun, so nothing is to be carried on."""
    solve(learner, "1.1", "1.2", "1.3.1", "1.3.2")
    learner.lab("next")
    there = learner.git("rev-parse", "HEAD")
    assert "lab 2 is not begun" in learner.lab("next", status=1)
    assert learner.git("rev-parse", "HEAD") == there and STARTER["2.1"] in learner.read(DERIVE)


@pytest.mark.case("labs 3")
def test_next_knows_an_exercise_that_is_only_begun(learner):
    """A function of it is written, and another one still reports that it is missing."""
    solve(learner, "1.1", "1.3.1", "1.3.2")
    learner.change(MAP, STARTER["1.2"], solution("1_2") + STARTER["1.2"])
    learner.commit("Half of it")
    assert "begun" in learner.lab("exercises")
    assert "not done: exercise 1.2." in learner.lab("next", status=1)
    assert "was begun: filled from the reference" in learner.lab("next", "--fill")
    assert REFERENCE["1.2"] in learner.read(MAP)


@pytest.mark.case("labs 3")
def test_one_exercise_is_taken_from_the_reference(learner):
    solve(learner, "1.1")
    said = learner.lab("take", "1.3")
    assert "Exercise 1.3 is the reference now" in said and solution("1_1") in learner.read(ENDPOINT)
    assert REFERENCE["1.3.1"] in learner.read(SWITCH) and REFERENCE["1.3.2"] in learner.read(SWITCH_S) and STARTER["1.2"] in learner.read(MAP)
    assert "is the reference already" in learner.lab("take", "1.3")
    assert "no exercise 1.9" in learner.lab("take", "1.9", status=1)
    learner.git(*re.search(r"To undo this step: git (.*)", said)[1].split())
    assert STARTER["1.3.2"] in learner.read(SWITCH_S)


def test_next_without_any_work_gives_the_next_lab_exactly(learner):
    learner.lab("next", "--fill")
    assert learner.git("rev-parse", "HEAD^{tree}") == learner.git("rev-parse", "origin/lab-2^{tree}")


def test_next_finds_what_was_moved_and_says_what_is_gone(learner):
    # The rendezvous moved, markers and all, and still open; the page map moved without its markers, solved.
    text = learner.read(ENDPOINT)
    begin, end = text.index("\nint endpoint_send"), text.index("\nint endpoint_end")
    learner.write("kernel/ipc/rendezvous.c", text[begin:end])
    learner.write(ENDPOINT, text[:begin] + text[end:])
    text = learner.read(MAP)
    learner.write("kernel/mm/page.c", "int page_map(struct state *state)\n{\n" + solution("map") + "}\n")
    learner.write(MAP, text[:text.index("\nint page_map")])
    learner.commit("My own order of things")
    said = learner.lab("next", "--fill")
    assert "not carried: exercise 1.2, its markers are gone from kernel/mm/map.c" in said
    assert "was open: filled from the reference, kernel/ipc/rendezvous.c" in said
    assert REFERENCE["1.1"] in learner.read("kernel/ipc/rendezvous.c") and "EXERCISE" not in learner.read(ENDPOINT)
    assert solution("map") in learner.read("kernel/mm/page.c") and "page_map" not in learner.read(MAP)
    assert "kind lab" in learner.read("STAGE") and learner.git("status", "--porcelain") == ""


def test_next_says_which_marker_is_broken(learner):
    learner.change(MAP, "/* EXERCISE 1.2 map-a-page: end */\n", "")
    learner.change(MAP, STARTER["1.2"], solution("1_2"))
    learner.commit("Tidied")
    said = learner.lab("next", "--fill")
    assert "not carried: exercise 1.2" in said and "never ends" in said
    assert solution("1_2") in learner.read(MAP)


def test_next_shows_a_conflict_and_decides_nothing(main, tmp_path):
    # Release 1.1 changes, in lab 2 only through the file's own stage, a line that the learner changed too.
    release(main, "1.1", 1_710_000_000, files={MAP: ("page_step(4,", "page_step_new(4,")})
    main.lab("branches")
    learner = main.clone(tmp_path / "learner")
    learner.git("switch", "-q", "-c", "lab-1", "origin/lab-1~1")
    solve(learner, "1.1", "1.2")
    learner.change(MAP, "page_step(4,", "page_step_mine(4,")
    mine = learner.commit("A change outside the exercises")
    said = learner.lab("next", "--fill", status=1)
    assert MAP in said and "line " in said and "git merge --abort" in said
    text = learner.read(MAP)
    assert "page_step_mine(4," in text and "page_step_new(4," in text and "<<<<<<< your work" in text
    assert "a merge is under way" in learner.lab("next", "--fill", status=1)
    learner.git("merge", "--abort")
    assert learner.git("rev-parse", "HEAD") == mine and learner.git("status", "--porcelain") == ""
    # After the learner's decision it goes on.
    learner.lab("next", "--fill", status=1)
    at = learner.read(MAP)
    head, rest = at.split("<<<<<<< your work\n")
    ours, rest = rest.split("=======\n", 1)
    learner.write(MAP, head + ours + rest.split(">>>>>>> ", 1)[1].split("\n", 1)[1])
    learner.git("commit", "-q", "-a", "--no-edit")
    assert "Open: 2.1" in learner.lab("next", "--fill")
    assert "page_step_mine(4," in learner.read(MAP) and solution("1_2") in learner.read(MAP)


def test_next_conflict_between_stages(main, tmp_path):
    """A learner has changed a file of stage 1 that lab 2 removes: the conflict is shown, and no change is lost."""
    main.write("stages/1-ipc/notes.txt", "as it was\n")
    main.commit("Notes", date=1_701_000_000)
    main.lab("branches")
    clone = main.clone(tmp_path / "learner")
    clone.git("switch", "-q", "lab-1")
    # Stands for lab 2 in this clone: the same tree without the notes.
    clone.write("stages/1-ipc/notes.txt", "as I like it\n")
    clone.commit("My notes")
    tree = clone.git("ls-tree", "-r", "-z", "origin/lab-2").replace("as it was", "")
    env = dict(clone.env, GIT_INDEX_FILE=str(tmp_path / "index"))
    kept = "\0".join(e for e in tree.split("\0") if e and not e.endswith("notes.txt")) + "\0"
    subprocess.run(["git", "update-index", "-z", "--index-info"], cwd=clone.path, env=env, input=kept, text=True,
                   check=True)
    made = subprocess.run(["git", "write-tree"], cwd=clone.path, env=env, stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    who = {f"GIT_COMMITTER_{k}": v for k, v in (("NAME", "MicroK releases"), ("EMAIL", "releases@microk.invalid"))}
    new = subprocess.run(["git", "commit-tree", made, "-p", "origin/lab-2", "-p", "origin/stage-1"], text=True,
                         cwd=clone.path, env={**clone.env, **who}, input=clone.git(
                             "show", "-s", "--format=%B", "origin/lab-2"), stdout=subprocess.PIPE, check=True)
    clone.git("update-ref", "refs/remotes/origin/lab-2", new.stdout.strip())
    said = clone.lab("next", "--fill", status=1)
    assert "stages/1-ipc/notes.txt" in said and "modify/delete" in said
    assert clone.read("stages/1-ipc/notes.txt") == "as I like it\n"


def test_next_goes_through_the_newer_release(main, tmp_path):
    learner = main.clone(tmp_path / "learner")
    learner.git("switch", "-q", "lab-1")
    solve(learner, "1.2")
    second(main)
    main.lab("branches")
    learner.git("fetch", "-q")
    said = learner.lab("next", "--fill")
    assert "release 1.0 → 1.1" in said and "Open: 2.1" in said
    assert "page_step_1_1" in learner.read(MAP) and solution("1_2") in learner.read(MAP)
    assert REFERENCE["1.1"] in learner.read(ENDPOINT) and "release 1.1" in learner.read("STAGE")


def test_next_in_a_zip_and_in_a_template(made, tmp_path):
    """Without common history the tree's own content shows the release that it was made from."""
    env = person(tmp_path, "learner")
    made.git("archive", "-o", str(tmp_path / "lab-1.zip"), "lab-1")
    with zipfile.ZipFile(tmp_path / "lab-1.zip") as archive:
        archive.extractall(tmp_path / "zip")
    tree = Tree(tmp_path / "zip", env)
    tree.change(MAP, STARTER["1.2"], solution("1_2"))
    said = tree.lab("next", "--fill", status=1)
    assert "make next FROM=" in said and not (tree.path / ".git").exists()
    shutil.copytree(tree.path, tmp_path / "template")
    assert "Open: 2.1" in tree.lab("next", "--fill", "--from", made.path)
    template = Tree(tmp_path / "template", env)
    template.git("init", "-q")
    template.commit("Initial commit")
    assert "FROM=" in template.lab("next", "--fill", status=1)
    assert "Open: 2.1" in template.lab("next", "--fill", env={"FROM": str(made.path)})
    for each in (tree, template):
        assert solution("1_2") in each.read(MAP) and REFERENCE["1.1"] in each.read(ENDPOINT)
        assert STARTER["2.1"] in each.read(DERIVE) and each.git("status", "--porcelain") == ""
    assert "nothing could be fetched" in template.lab("next", "--fill", "--from", tmp_path / "nowhere", status=1)


def test_next_wants_committed_work_on_a_branch(learner):
    learner.change(MAP, STARTER["1.2"], solution("1_2"))
    assert "1 file changed and not committed (kernel/mm/map.c)" in learner.lab("next", status=1)
    learner.git("checkout", "-q", MAP)
    learner.write("kernel/mm/mine.c", "int mine;\n")
    assert "kernel/mm/mine.c is not in git yet" in learner.lab("next", status=1)
    (learner.path / "kernel/mm/mine.c").unlink()
    learner.git("switch", "-q", "--detach")
    assert "on no branch" in learner.lab("next", status=1)
    learner.git("switch", "-q", "main")
    assert "not a lab's tree" in learner.lab("next", status=1)


def test_next_does_not_write_over_a_file_that_is_in_the_way(learner):
    learner.write("stages/2-caps/stage.mk", "mine\n")
    head = learner.git("rev-parse", "HEAD")
    said = learner.lab("next", "--fill", status=1)
    assert "stages/2-caps/stage.mk" in said
    assert learner.read("stages/2-caps/stage.mk") == "mine\n"
    assert learner.git("rev-parse", "HEAD~1") == head or learner.git("rev-parse", "HEAD") == head
    (learner.path / "stages/2-caps/stage.mk").unlink()
    assert "Open: 2.1" in learner.lab("next", "--fill")


# make update


def test_update_between_releases(main, tmp_path):
    learner, idle = (main.clone(tmp_path / name) for name in ("learner", "idle"))
    for tree in (learner, idle):
        tree.git("switch", "-q", "lab-1")
    assert "up to date: release 1.0" in learner.lab("update")
    solve(learner, "1.1")
    second(main)
    main.lab("branches")
    assert "1.0 → 1.1" in learner.lab("update") and "1.0 → 1.1" in idle.lab("update")
    assert solution("1_1") in learner.read(ENDPOINT) and "page_step_1_1" in learner.read(MAP)
    assert STARTER["1.2"] in learner.read(MAP) and "release 1.1" in learner.read("STAGE")
    assert idle.git("rev-parse", "HEAD") == main.git("rev-parse", "lab-1")
    assert "up to date: release 1.1" in learner.lab("update")


def test_update_shows_a_changed_starter_of_a_solved_exercise(main, tmp_path):
    learner = main.clone(tmp_path / "learner")
    learner.git("switch", "-q", "lab-1")
    solve(learner, "1.2")
    starter = "labs/1-ipc/starter/1.2-map-a-page.c"
    release(main, "1.1", 1_710_000_000, files={starter: ("\texercise", "\treturn exercise")})
    main.lab("branches")
    said = learner.lab("update", status=1)
    assert MAP in said and "<<<<<<< your work" in learner.read(MAP)
    assert solution("1_2") in learner.read(MAP) and "return exercise" in learner.read(MAP)


def test_update_without_the_origin_says_so(main, tmp_path):
    learner = main.clone(tmp_path / "learner")
    learner.git("switch", "-q", "lab-1")
    learner.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    said = learner.lab("update")
    assert "could not be reached" in said and "up to date" in said


# make course


def assert_nothing_early(course, main, upto):
    """Every object of a course, reachable or not, against everything that must not be handed out yet."""
    objects = course.objects()
    assert len(objects) > 30
    text = {sha: data.decode("utf-8", "replace") for sha, (_, data) in objects.items()}
    early = [body for key, body in REFERENCE.items() if int(key[0]) >= upto]
    held = [main.git("rev-parse", f"main:{path}") for path in main.files("main")
            if path not in main.files(f"stage-{upto}") and not path.endswith("__init__.py")]
    for sha, found in text.items():
        assert not [b for b in early if b in found], f"a solution is in {sha}"
        assert not [w for w in WRONG if w.strip() in found] and "mistaken_" not in found, f"a wrong one is in {sha}"
    assert not set(held) & set(objects)
    assert main.git("rev-parse", "main") not in objects
    commits = [found for sha, found in text.items() if objects[sha][0] == "commit"]
    assert not [c for c in commits if "MicroK-From" in c or "maintainer" in c]
    # The same for its texts: no file name, message or manifest names a folder that is not released yet.
    names = " ".join(course.git("log", "--all", "--name-only", "--format=%B").split())
    assert f"stages/{upto + 1}-" not in names and f"labs/{upto + 1}-" not in names and "/wrong/" not in names


def test_course_holds_nothing_early_and_is_appended(main, tmp_path):
    dest = tmp_path / "course"
    assert "no solution, wrong solution or stage" in main.lab("course", "--upto", 1, "--dest", dest)
    course = Tree(dest, person(tmp_path, "teacher"))
    first = course.heads()
    assert list(first) == ["lab-1"] and course.parents("lab-1") == []
    assert course.git("symbolic-ref", "--short", "HEAD") == "lab-1" and course.git("status", "--porcelain") == ""
    assert course.git("rev-parse", "lab-1^{tree}") == main.git("rev-parse", "lab-1^{tree}")
    assert_nothing_early(course, main, 1)
    # The same again changes nothing; another folder gets the same hashes.
    main.lab("course", "--upto", 1, "--dest", dest)
    main.lab("course", "--upto", 1, "--dest", tmp_path / "again")
    assert course.heads() == first == Tree(tmp_path / "again", course.env).heads()
    learner = course.clone(tmp_path / "learner")
    solve(learner, "1.1", "1.2")
    assert "not released yet" in learner.lab("next", "--fill", status=1)
    main.lab("course", "--upto", 2, "--dest", dest)
    assert set(course.heads()) == {"lab-1", "stage-1", "lab-2"} and course.heads()["lab-1"] == first["lab-1"]
    assert course.git("symbolic-ref", "--short", "HEAD") == "lab-2" and course.git("status", "--porcelain") == ""
    assert (dest / DERIVE).exists() and STARTER["2.1"] in course.read(DERIVE)
    assert_nothing_early(course, main, 2)
    # Its clones have their labs, and no main to make others from.
    for command in (("branches",), ("course", "--upto", 1, "--dest", tmp_path / "mine"), ("lint",)):
        said = learner.lab(*command, status=1)
        assert "this clone already has its labs: lab-1" in said and "git switch main" not in said and "make next" in said
    # The learner goes on in the course's own repository.
    assert "Open: 2.1" in learner.lab("next", "--fill") and solution("1_2") in learner.read(MAP)


def test_course_of_a_later_release_is_appended(main, tmp_path):
    dest = tmp_path / "course"
    main.lab("course", "--upto", 1, "--dest", dest)
    course = Tree(dest, main.env)
    first = course.heads()["lab-1"]
    second(main)
    main.lab("branches")
    main.lab("course", "--upto", 2, "--dest", dest)
    assert course.parents("lab-1") == [first] and course.parents("lab-2") == [course.heads()["stage-1"]]
    assert_nothing_early(course, main, 2)


def test_course_keeps_what_a_teacher_added(main, tmp_path):
    dest = tmp_path / "course"
    main.lab("course", "--upto", 1, "--dest", dest)
    course = Tree(dest, person(tmp_path, "teacher"))
    course.write("SYLLABUS.md", "Mondays\n")
    assert course.commit("The syllabus") == course.heads()["lab-1"]
    mine = course.heads()["lab-1"]
    second(main)
    assert "kept: carries 1 commit of your own" in main.lab("course", "--upto", 2, "--dest", dest)
    assert course.heads()["lab-1"] == mine and "lab-2" in course.heads()


def test_course_refuses_what_it_must(main, tmp_path):
    dest = tmp_path / "course"
    assert "there is no lab 3 to release (the labs of this release: 1, 2)" in \
        main.lab("course", "--upto", 3, "--dest", dest, status=1)
    assert "UPTO is the number" in main.lab("course", "--upto", "two", "--dest", dest, status=1)
    assert "make course UPTO=1 DEST=" in main.lab("course", "--upto", 1, status=1)
    assert not dest.exists()
    main.lab("course", "--upto", 2, "--dest", dest)
    assert "cannot be taken back" in main.lab("course", "--upto", 1, "--dest", dest, status=1)
    (dest / "RELEASE").write_text("mine\n")
    assert "not committed" in main.lab("course", "--upto", 2, "--dest", dest, status=1)
    for path in (main.path, main.clone(tmp_path / "clone").path, tmp_path):
        assert "was not made by this command" in main.lab("course", "--upto", 1, "--dest", path, status=1)


@pytest.mark.parametrize("leak, said", [
    (REFERENCE["1.2"], "the solution of exercise 1.2"),
    (project.files()["labs/1-ipc/wrong/1.2-never.diff"], "a wrong solution, labs/1-ipc/wrong/1.2-never.diff"),
    (wrong_body("1.2", "never"), "the reference as changed by labs/1-ipc/wrong/1.2-never.diff"),
], ids=["solution", "wrong", "wrong body"])
def test_course_finds_a_leak_and_writes_nothing(main, tmp_path, leak, said):
    main.write("docs/answers.md", "A copy of it:\n\n" + leak.replace("\t", "    ").replace("-    ", "-\t").replace("+    ", "+\t"))
    main.commit("A leak")
    assert said in main.lab("course", "--upto", 1, "--dest", tmp_path / "course", status=1)
    assert not (tmp_path / "course").exists()


def test_a_mistake_that_leaves_out_the_end_is_no_leak_of_the_reference(main, tmp_path):
    """The written difference is the beginning of the reference, and a course with lab 2 holds that of lab 1."""
    main.write("labs/1-ipc/wrong/1.2-stops-early.diff", f"# Stops early.\n@@\n-{REFERENCE['1.2'].splitlines(True)[-1]}")
    main.commit("Another wrong solution")
    assert "no solution, wrong solution or stage" in main.lab("course", "--upto", 2, "--dest", tmp_path / "course")


# Trees for graders, lists, and the tool's own checks


def test_tree_and_apply_wrong(main, tmp_path):
    main.lab("tree", 1, "lab", tmp_path / "lab")
    main.lab("tree", 2, "stage", tmp_path / "stage", "--quiet")
    assert STARTER["1.2"] in (tmp_path / "lab" / MAP).read_text() and not (tmp_path / "lab/.git").exists()
    files = {p.relative_to(tmp_path / "stage").as_posix() for p in (tmp_path / "stage").rglob("*") if p.is_file()}
    assert files == main.files("stage-2")
    assert (tmp_path / "stage/tools/lab/lab.py").stat().st_mode & 0o111
    wrong = "labs/1-ipc/wrong/1.2-never.diff"
    assert "never: the last step comes never." in main.lab("apply-wrong", wrong, tmp_path / "stage")
    mistaken = main.read(MAP).replace(REFERENCE["1.2"], wrong_body("1.2", "never"))
    assert (tmp_path / "stage" / MAP).read_text() == mistaken
    # If the exercise is open, the reference with the mistake is written, not the starter.
    main.lab("apply-wrong", wrong, tmp_path / "lab")
    assert (tmp_path / "lab" / MAP).read_text() == mistaken
    main.lab("apply-wrong", "labs/1-ipc/wrong/1.3-never.1.diff", tmp_path / "lab")
    assert wrong_body("1.3", "never") in (tmp_path / "lab" / SWITCH).read_text()
    assert "has no exercise 2.1" in main.lab("apply-wrong", "labs/2-caps/wrong/2.1-never.diff", tmp_path / "lab", status=1)
    assert "want N.M-what.diff" in main.lab("apply-wrong", MAP, tmp_path / "lab", status=1)
    assert "no such file" in main.lab("apply-wrong", "labs/1-ipc/wrong/1.2-none.diff", tmp_path / "lab", status=1)
    assert "is not empty" in main.lab("tree", 1, "lab", tmp_path / "lab", status=1)
    assert "there is no lab-3; the trees" in main.lab("tree", 3, "lab", tmp_path / "none", status=1)
    main.change(MAP, "page_step(0,", "page_step_work(0,")
    main.lab("tree", 1, "lab", tmp_path / "work", "--work")
    assert "page_step_work" in (tmp_path / "work" / MAP).read_text()
    assert main.git("status", "--porcelain") == f" M {MAP}"


def test_exercises_are_listed(main, learner):
    data = json.loads(main.lab("exercises", 1, "--json"))
    assert [(e["id"], e["lines"], len(e["wrong"])) for e in data] == [("1.1", 24, 3), ("1.2", 30, 3), ("1.3", 24, 3)]
    assert data[2]["regions"][1] == {"path": SWITCH_S, "line": 3, "part": 2,
                                     "starter": "labs/1-ipc/starter/1.3-context-switch.2.S"}
    assert "2.1  derivation" in main.lab("exercises")
    solve(learner, "1.2")
    states = {e["id"]: e["state"] for e in json.loads(learner.lab("exercises", "--json"))}
    assert states == {"1.1": "open", "1.2": "yours", "1.3": "open"}


def test_lint_is_content(main):
    assert "sound: 3 stages, 2 labs, 4 exercises" in main.lab("lint")


@pytest.mark.parametrize("path, old, new, said", [
    (MAP, "/* EXERCISE 1.2 map-a-page: end */\n", "", "an exercise begins here and never ends"),
    (MAP, "/* EXERCISE 1.2 map-a-page: begin */\n", "", "ends, but did not begin"),
    (MAP, "1.2 map-a-page: end", "1.2 map-page: end", "does not match"),
    (MAP, "/* EXERCISE 1.2 map-a-page: begin */", "int x; /* EXERCISE 1.2 map-a-page: begin */", "looks like"),
    (MAP, "/* Pages. */", "/* EXERCISE 1.1 rendezvous: begin */\n/* EXERCISE 1.1 rendezvous: end */", "is already in"),
    (MAP, REFERENCE["1.2"], "\treturn 0;\n", "is 1 lines of reference; an exercise is 20 to 80"),
    (MAP, REFERENCE["1.2"], STARTER["1.2"], "is the solution of exercise 1.2"),
    ("kernel/main.c", "main_step(0", "main_step(0 /* 2 */", None),
    ("stages/1-ipc/stage.mk", "kernel/cap/slot.h", "kernel/cap/derive.c", "is the first to build kernel/cap/derive.c"),
    ("stages/1-ipc/stage.mk", "kernel/cap/slot.h", "kernel/cap/derive.c", "its solution would be in the earlier trees"),
    ("stages/2-caps/stage.mk", " kernel/ipc/transfer.o", "", "stands in for kernel/ipc/transfer.c, which no stage builds"),
    ("stages/1-ipc/stage.mk", "kernel/mm/map.o", "kernel/mm/map.o kernel/ipc/transfer.o", "it is never used"),
    ("stages/3-vfs/stage.mk", "tests/test_vfs.py", "kernel/main.c", "which stage 3 claims"),
    ("stages/3-vfs/stage.mk", "tests/test_vfs.py", "tests/none.py", "nothing of that name is tracked"),
    ("stages/3-vfs/stage.mk", "tests/test_vfs.py", "kernel/cap", "is claimed by stage 2 and by stage 3"),
    ("stages/2-caps/stage.mk", "claims +=", "programs-n += user/none\nclaims +=", "no earlier programs-y put in"),
    ("stages/1-ipc/kernel/ipc/transfer.c", "\treturn 0;", "\t/* EXERCISE 1.9 x: begin */", "never lies in a stand-in"),
    ("RELEASE", "1.0", "soon", "RELEASE must hold the version"),
    ("labs/1-ipc/starter/1.2-map-a-page.c", "1.2", "the", "does not report that exercise 1.2 is missing"),
    (NEVER, "# never: the last step comes never.\n", "", "a comment that describes the mistake"),
    (NEVER, "+" + "+".join(LAST[1]), "".join(f"+{line[:-1]} \n" for line in LAST[0]), "is the right solution"),
    (NEVER, "".join(f"-{line}" for line in LAST[0]) + "+" + "+".join(LAST[1]),
     "".join(f"-{line}" for line in REFERENCE["1.2"].splitlines(True)) + f"+{STARTER['1.2']}", "is the starter"),
    (MAP, LAST[0][1], LAST[0][1].replace("_step", "_stride"), "1.2-never.diff:2: this hunk no longer applies"),
])
def test_lint_finds(main, path, old, new, said):
    main.change(path, old, new)
    output = main.lab("lint", status=1 if said else 0)
    assert (said or "sound") in output


@pytest.mark.parametrize("path, said", [
    ("stages/1-ipc/kernel/x86/switch.S", "only a .c file can, so it is not built"),
    ("stages/1-ipc/lib/microk/print.c", "neither in kernel/ nor in a program's folder"),
    ("stages/1-ipc/kernel/ipc/fast/deep.c", "or too deep: it is not built"),
    ("stages/2-caps/kernel/ipc/transfer.c", "as stages/1-ipc/kernel/ipc/transfer.c does: both would be linked"),
    ("stages/1-ipc/kernel/ipc/nothing.c", "which no stage builds"),
])
def test_lint_finds_stand_ins_that_are_not_built(main, path, said):
    main.write(path, "int stand_in;\n")
    main.commit("A stand-in")
    assert f"{path}: " in (output := main.lab("lint", status=1)) and said in output


@pytest.mark.parametrize("old, new, said", [
    ("starter/1.2-map-a-page.c", None, "has no starter"),
    ("starter/1.2-map-a-page.c", "starter/1.2-map-a-page.S", "its extension is not that of"),
    ("starter/1.2-map-a-page.c", "starter/1.7-map-a-page.c", "belongs to no exercise"),
    ("wrong/1.2-never.diff", None, "exercise 1.2 has 2 wrong solutions of 3"),
    ("wrong/1.2-never.diff", "wrong/1.2.never.diff", "belongs to no exercise"),
    ("wrong/1.2-never.diff", "wrong/1.2-never.c", "is not a difference"),
    ("wrong/1.3-never.1.diff", "wrong/1.3-never.3.diff", "has no part 3"),
])
def test_lint_finds_files_amiss(main, old, new, said):
    old = main.path / "labs/1-ipc" / old
    old.rename(main.path / "labs/1-ipc" / new) if new else old.unlink()
    assert said in main.lab("lint", status=1)


def test_branches_refuse_a_tree_that_would_be_wrong(main):
    before = main.heads()
    main.git("rm", "-q", "labs/1-ipc/starter/1.2-map-a-page.c")
    main.git("commit", "-q", "-m", "No starter")
    assert "has no starter labs/1-ipc/starter/1.2-map-a-page.*" in main.lab("branches", status=1)
    assert main.heads() == before


# The project itself


def dead_links(tree, name):
    """(page, target) of each link in a tree's pages to a target that is not in it."""
    files = tree.files(name)
    for path in (f for f in files if f.endswith(".md")):
        text = re.sub(r"^```.*?^```$", "", tree.show(name, path), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", text):
            to = os.path.normpath(os.path.join(os.path.dirname(path), target))
            if not re.match(r"\w+:", target) and not any(f == to or f.startswith(to + "/") for f in files):
                yield path, target


def lost_parts(tree, name, main):
    """"path: part" of each C file and test of a tree that includes or imports a file of main which the tree does not have."""
    files = set(tree.files(name))
    lines = tree.git("grep", "-E", r'^[[:space:]]*#[[:space:]]*include "|^(from|import) ', name, "--", "*.[chS]", "tests/*.py")
    for line in lines.splitlines():
        _, path, text = line.split(":", 2)
        folder = os.path.dirname(path)
        part = re.match(r"(?:from|import) (\w+)" if path.endswith(".py") else r'\s*#\s*include "([^"]+)"', text)
        if not part:  # C in a Python string, or English in a C comment
            continue
        places = [f"{folder}/{part[1]}.py"] if path.endswith(".py") else \
            [os.path.normpath(os.path.join(at, part[1])) for at in (folder, "", "kernel", "kernel/include")]
        if main & set(places) and not files & set(places):
            yield f"{path}: {part[1]}"


def has_labs():
    return any(ROOT.glob("labs/*/handout.md"))


@pytest.mark.skipif(not has_labs(), reason="no lab is written yet")
def test_this_projects_exercises_are_sound():
    result = subprocess.run(["/usr/bin/python3", "tools/lab/lab.py", "lint"], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.skipif(not has_labs(), reason="no lab is written yet")
def test_this_projects_trees(tmp_path):
    """Branches and a course of the project's own last commit: sound, the same twice, each lab its stage but open."""
    env = person(tmp_path, "somebody")
    clones = [Tree(tmp_path / name, env) for name in ("one", "two")]
    for clone in clones:
        subprocess.run(["git", "clone", "-q", "--single-branch", str(ROOT), str(clone.path)], env=env, check=True)
        assert not clone.heads()
        clone.lab("branches")
    one, two = clones
    assert one.heads() and one.heads() == two.heads()
    tool = Path("tools/lab/lab.py")
    for name in one.heads():
        assert tool.as_posix() in one.files(name)
        assert not [p for p in one.files(name) if "/starter/" in p or "/wrong/" in p or p.startswith(".ci/")]
        if name.startswith("lab-"):
            changed = set(one.git("diff", "--name-only", name, name.replace("lab", "stage")).splitlines())
            data = json.loads(one.lab("exercises", name[4:], "--json"))
            assert changed == {r["path"] for e in data for r in e["regions"]} | {"STAGE"}
    dead = [f"{name}:{path}: {target}" for name in one.heads() for path, target in dead_links(one, name)]
    assert not dead, "\n".join(dead)
    main = set(one.files("HEAD"))
    lost = [f"{name}:{part}" for name in one.heads() for part in lost_parts(one, name, main)]
    assert not lost, "\n".join(lost)
    assert "make branches" not in one.show("lab-1", "README.md") and "make branches" in one.show("main", "README.md")
    one.lab("course", "--upto", min(int(n[4:]) for n in one.heads() if n.startswith("lab-")), "--dest",
            tmp_path / "course")
