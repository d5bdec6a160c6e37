"""make next and make update: take a learner's tree on, and never touch the learner's own code.

A merge is a three-way merge whose base is named, not found: lab N+1 is merged as the changes after stage N, so the
difference between a learner's solution and the reference is the learner's and stays. It needs no common history,
and so a zip or a template repository is carried on just as well.
"""

import re
import sys

import exercise
from branches import REFS, base_in, derived, newest
from exercise import ROOTS, normal
from plumbing import Repo, decode, encode, repo_at
from say import Stop, count, paint, rows, say
from source import read_stage, scan

FROM_REFS = "refs/remotes/microk-from"


def learner_repo(root, place):
    """The repository to work in; a folder without history gets one, if the address of the trees is given."""
    stage = read_stage((root / "STAGE").read_text() if (root / "STAGE").is_file() else "")
    if not stage:
        raise Stop("this is not a lab's tree (it has no STAGE file). In a clone of the project: "
                   "make branches, then git switch lab-1")
    repo = repo_at(root)
    if repo:
        return repo
    if not place:
        raise Stop("this folder has no git history to merge with: make next FROM=<address of the repository "
                   "it came from>, or git clone that and copy your files over it")
    repo = Repo(root)
    repo.run("init", "-q", "-b", f"my-{stage['kind']}-{stage['stage']}")
    need_identity(repo)
    repo.run("add", "-A")
    repo.run("commit", "-q", "--no-verify", "-m", f"My {stage['kind']} {stage['stage']}, as it was without history")
    say("This folder is a git repository now; your work is its first commit.")
    return repo


def need_identity(repo):
    if not repo.test("var", "GIT_COMMITTER_IDENT"):
        raise Stop('git has no name for your commits: git config --global user.name "…", and user.email, then again')


def need_clean(repo):
    if not repo.commit_of("HEAD"):
        raise Stop("nothing is committed here yet: git add -A && git commit, then again")
    if repo.git_path("MERGE_HEAD").exists():
        raise Stop("a merge is under way: finish it (git add the files, git commit) or give it up "
                   "(git merge --abort), then again")
    if not repo.current_branch():
        raise Stop("you are on no branch: git switch -c my-lab, then again")
    changed = repo.out("status", "--porcelain", "--untracked-files=no").splitlines()
    if changed:
        raise Stop(f"{count(len(changed), 'file')} changed and not committed ({changed[0][3:]}"
                   f"{', …' if len(changed) > 1 else ''}): git commit -a, then again")
    new = repo.out("ls-files", "-o", "--exclude-standard", "--", *ROOTS).splitlines()
    if new:
        raise Stop(f"{new[0]} is not in git yet: git add and commit it (or remove it), then again")
    need_identity(repo)


def fetch(repo, place=None, quiet=False):
    """Bring the trees here: from a named place, or from where this clone came from. False if that did not work."""
    if place:
        args = (place, f"+refs/heads/lab-*:{FROM_REFS}/lab-*", f"+refs/heads/stage-*:{FROM_REFS}/stage-*")
    else:
        remotes = repo.out("remote").split()
        if not remotes:
            return False
        args = ("origin" if "origin" in remotes else remotes[0],)
    result = repo.run("-c", "gc.auto=0", "fetch", "-q", "--no-tags", *args, ok=None, timeout=300)
    if result.returncode and place:
        raise Stop(f"nothing could be fetched from {place}: {decode(result.stderr).strip().splitlines()[-1]}")
    if result.returncode and not quiet:
        say(paint(f"{args[0]} could not be reached; using the copy that is here.", "warn"))
    return result.returncode == 0


class Learner:
    """A learner's tree: its kind and stage, and the derived commit it was made from."""

    def __init__(self, repo, known):
        self.repo, self.known = repo, known
        self.stage = read_stage(repo.file_at("HEAD", "STAGE"))
        if not self.stage:
            raise Stop("STAGE is not committed, or damaged: git checkout it from the lab's branch")
        self.name = f"{self.stage['kind']}-{self.stage['stage']}"
        self.base = base_in(repo, "HEAD", self.name) or self.alike()

    def alike(self):
        """Without common history: the tree of this release that shares the most files with it."""
        text, best = self.repo.file_at("HEAD", "STAGE"), (0, None)
        mine = set(self.repo.entries("HEAD").items())
        for candidate in (d for d in self.known if d.name == self.name):
            if self.repo.file_at(candidate.hash, "STAGE") == text:
                same = len(mine & set(self.repo.entries(candidate.hash).items()))
                best = max(best, (same, candidate), key=lambda b: b[0])
        return best[1]


def files_at(repo, rev):
    entries = {p: e for p, e in repo.entries(rev).items()
               if exercise.may_hold(p) and e[1] == "blob" and e[0] != "120000"}
    blobs = repo.blobs(e[2] for e in entries.values()) if entries else {}
    return {p: decode(blobs[e[2]]) for p, e in entries.items()}


def parent_named(here, commit, name):
    """The direct parent of a derived commit that is the tree `name`."""
    for parent in commit.parents:
        if parent in here and here[parent].name == name:
            return here[parent]
    return None


def commit(repo, message):
    repo.run("commit", "-q", "--no-verify", "--cleanup=verbatim", "-F", "-", data=encode(message))


def merge(repo, base, theirs, label, message):
    """Merge `theirs` as what changed since `base`. Commits and returns [] or leaves the conflicts and returns them."""
    head = repo.commit_of("HEAD")
    env = {f"GITHEAD_{head}": "your work", f"GITHEAD_{theirs}": label}
    result = repo.run("merge-recursive", base, "--", head, theirs, env=env, ok=None)
    said = decode(result.stdout)
    unmerged = repo.out("diff", "--name-only", "--diff-filter=U").splitlines()
    conflicts = [line for line in said.splitlines() if line.startswith("CONFLICT")]
    if result.returncode and not unmerged and not conflicts:
        raise Stop(f"git could not merge {label}; nothing was changed:\n{decode(result.stderr).strip()}")
    repo.git_path("MERGE_HEAD").write_text(theirs + "\n")
    repo.git_path("MERGE_MSG").write_text(message)
    if not result.returncode:
        commit(repo, message)
        return []
    return conflicts or [f"CONFLICT in {path}" for path in unmerged]


def stop_for_conflicts(repo, conflicts, label, again):
    say(f"{label} and your work changed the same lines. Both are in these files; choose the right one in each:",
        "warn")
    table = []
    for path in repo.out("diff", "--name-only", "--diff-filter=U").splitlines():
        lines = (repo.top / path).read_text(errors="replace").splitlines() if (repo.top / path).is_file() else []
        at = [str(i) for i, line in enumerate(lines, 1) if line.startswith("<<<<<<< ")]
        table.append((path, "line " + ", ".join(at) if at else "removed on one side, changed on the other"))
    rows(table)
    for conflict in conflicts:
        if not conflict.startswith(("CONFLICT (content)", "CONFLICT in")):
            say(f"  {conflict}")
    raise Stop("the merge waits for you: edit these files, git add them, git commit" + again
               + "\n(or give it up, with nothing lost: git merge --abort)")


def bring_up(me, to, again):
    """Merge a newer release of the same tree. False if there is none."""
    repo = me.repo
    if me.base is None:
        raise Stop(f"no {me.name} of release {me.stage['release']} is here to compare your work with; "
                   "make update FROM=<address of the repository it came from> brings it")
    if me.base.hash == to.hash or me.base.tree == to.tree or repo.is_ancestor(to.hash, "HEAD"):
        return False
    label = f"release {to.release} of {me.name}"
    if repo.is_ancestor("HEAD", to.hash):
        repo.run("merge", "-q", "--ff-only", to.hash)
    else:
        conflicts = merge(repo, me.base.hash, to.hash, label, f"Update {me.name} to release {to.release}\n")
        if conflicts:
            stop_for_conflicts(repo, conflicts, label, again)
    say(f"{me.name}: release {me.base.release} → {to.release}, merged into {repo.current_branch()}", "good")
    return True


def open_tree(root, place):
    repo = learner_repo(root, place)
    need_clean(repo)
    if place:
        fetch(repo, place)
    return repo


def update(root, place=None):
    repo = open_tree(root, place)
    if not place:
        fetch(repo)
    me = Learner(repo, derived(repo, *REFS))
    to = newest(repo, me.known, me.name, me.base and me.base.hash)
    if not to:
        raise Stop(f"there is no {me.name} here to update from; "
                   "make update FROM=<address of the repository it came from>")
    if not bring_up(me, to, ", then make update again"):
        say(f"{me.name} is up to date: release {me.stage['release']}.")


def find_next(repo, me):
    """(the next tree, its parent stage N), or (None, None)."""
    n, here = me.stage["stage"], {d.hash: d for d in me.known}
    for name in (f"lab-{n + 1}", f"stage-{n + 1}"):
        to = newest(repo, me.known, name, me.base and me.base.hash)
        before = to and parent_named(here, to, f"stage-{n}")
        if before:
            return to, before
    return None, None


def next_lab(root, place=None, fills=False):
    """`fills`: exercises that are open may be filled from the reference, which gives their solutions away."""
    repo = open_tree(root, place)
    me = Learner(repo, derived(repo, *REFS))
    to, before = find_next(repo, me)
    if not to and not place and fetch(repo, quiet=True):
        me = Learner(repo, derived(repo, *REFS))
        to, before = find_next(repo, me)
    n = me.stage["stage"]
    if not to:
        raise Stop(f"the tree after stage {n} is not here: it is not released yet, or this was the last one "
                   "(make next FROM=<address> looks in another repository)")
    began = repo.commit_of("HEAD")
    if me.stage["kind"] == "lab" and not fills:
        ask_to_fill(me, to, before)
    here = {d.hash: d for d in me.known}
    same = before if me.stage["kind"] == "stage" else parent_named(here, before, me.name)
    if same and not (me.base and repo.is_ancestor(same.hash, me.base.hash)) \
            and bring_up(me, same, ", then make next again"):
        me = Learner(repo, me.known)
    say(f"{me.stage['kind']} {n} → {to.name.replace('-', ' ')} (release {to.release})", "bold")
    if me.stage["kind"] == "lab":
        fill(me, before)
    label = to.name
    conflicts = merge(repo, before.hash, to.hash, label, f"Go on to {to.name} of release {to.release}\n")
    if conflicts:
        stop_for_conflicts(repo, conflicts, label, "")
    arrived(repo, to)
    say(f"To undo this step: git reset --hard {began[:10]}")


# A starter's function that only reports its exercise, and the calls by which an exercise is still open.
REPORTS = re.compile(r"static void missing\(void\)\s*\{.*?\n\}\n", re.S)
STILL_OPEN = re.compile(r"\bmissing\(\)|\bexercise_missing\w*")


def state_of(region, starters):
    """Of one region in a learner's tree: open (the starter as it was), begun (a part of it is open) or yours."""
    if starters.get(region.key) == normal(region.body):
        return "open"
    return "begun" if STILL_OPEN.search(REPORTS.sub("", region.body)) else "yours"


def states(me, before):
    """[(wanted region of the reference, the learner's or None, its state or "lost")] of the present lab, and the broken markers."""
    repo, n = me.repo, me.stage["stage"]
    if not me.base:
        raise Stop(f"no {me.name} of release {me.stage['release']} is here, so that open exercises cannot be distinguished "
                   "from solved ones; make next FROM=<address of the repository it came from> brings it")
    starters = {r.key: normal(r.body) for r in scan(files_at(repo, me.base.hash))[0] if r.lab == n}
    found, broken = scan(files_at(repo, "HEAD"))
    mine = {r.key: r for r in found if r.lab == n}
    wanted = [r for r in scan(files_at(repo, before.hash))[0] if r.lab == n]
    return [(want, mine.get(want.key), state_of(mine[want.key], starters) if want.key in mine else "lost") for want in wanted], broken


def ask_to_fill(me, to, before):
    """Stops at exercises that are not done: a step that fills them gives their solutions away. At a terminal it asks."""
    n = me.stage["stage"]
    table = states(me, before)[0]
    left = sorted({want.id for want, _, state in table if state in ("open", "begun")})
    if not left:
        return
    if all(state == "open" for _, _, state in table):
        raise Stop(f"lab {n} is not begun, so there is nothing to carry on: this branch holds it already. Read its handout, and "
                   f"make stage-{n} check. (make next FILL=1 goes on without it, and shows all of its solutions)")
    words = f"not done: exercise {', '.join(left)}. The next lab builds on them, so they would be filled from the reference."
    if sys.stdin.isatty():
        say(words, "warn")
        if input("Show their solutions and go on? [y/N] ").strip().lower() in ("y", "yes"):
            return
        raise Stop("nothing was changed")
    raise Stop(f"{words} make next FILL=1 does that, and shows their solutions; "
               f"tools/lab/lab.py take {left[0]} takes one alone, since {to.name.replace('-', ' ')} is here")


def take(root, exercise_id, place=None):
    """Puts the reference into one exercise, as a commit."""
    repo = open_tree(root, place)
    me = Learner(repo, derived(repo, *REFS))
    before = find_next(repo, me)[1]
    if not before and not place and fetch(repo, quiet=True):
        me = Learner(repo, derived(repo, *REFS))
        before = find_next(repo, me)[1]
    if not before or me.stage["kind"] != "lab":
        raise Stop(f"the reference of lab {me.stage['stage']} is not here: it comes with the next lab")
    rows_of = [row for row in states(me, before)[0] if row[0].id == exercise_id]
    if not rows_of:
        raise Stop(f"lab {me.stage['stage']} has no exercise {exercise_id}")
    if gone := [want for want, _, state in rows_of if state == "lost"]:
        raise Stop(f"the markers of exercise {exercise_id} are gone from {gone[0].path}: put them back, then again")
    began, files, bodies = repo.commit_of("HEAD"), files_at(repo, "HEAD"), {}
    for want, region, _ in rows_of:
        if normal(region.body) != normal(want.body):
            bodies.setdefault(region.path, {})[want.key] = want.body
    if not bodies:
        say(f"Exercise {exercise_id} is the reference already.")
        return
    for path, new in bodies.items():
        (repo.top / path).write_bytes(encode(exercise.replace_regions(path, files[path], new)))
    repo.run("add", "--", *bodies)
    commit(repo, f"Exercise {exercise_id} taken from the reference\n")
    say(f"Exercise {exercise_id} is the reference now, in {', '.join(sorted(bodies))}.", "good")
    say(f"To undo this step: git reset --hard {began[:10]}")


def fill(me, before):
    """Fill the exercises still open from the reference, and commit: from here on the tree is stage N, the learner's.
    The learner's own code stays, but for an exercise that is only begun: that code is in the commit before. Where a marker is gone
    the exercise cannot be found, and that is reported."""
    repo, n = me.repo, me.stage["stage"]
    regions, broken = states(me, before)
    files = files_at(repo, "HEAD")
    table, filled, lost = [], {}, set()
    for want, region, state in regions:
        name = f"{want.label} {want.slug}"
        if state == "lost":
            lost.add(want.path)
            table.append((name, (f"not carried: exercise {want.label}, its markers are gone from {want.path}", "warn")))
            table += [("", f"{where}: {what}") for where, what in broken if where.rsplit(":", 1)[0] == want.path]
        elif state in ("open", "begun"):
            filled.setdefault(region.path, {})[want.key] = want.body
            table.append((name, (f"was {state}: filled from the reference, {region.where}", "dim")))
        else:
            table.append((name, (f"yours, {region.where}", "good")))
    rows(table)
    if lost:
        say(f"Exercises that are not carried stay as you left them, and the next tree builds on them. The reference's text: "
            f"git diff HEAD {before.hash[:10]} -- {' '.join(sorted(lost))}", "warn")
    for path, bodies in filled.items():
        (repo.top / path).write_bytes(encode(exercise.replace_regions(path, files[path], bodies)))
    (repo.top / "STAGE").write_bytes(encode(repo.file_at(before.hash, "STAGE")))
    repo.run("add", "--", "STAGE", *filled)
    names = sorted({f"{k[0]}.{k[1]}" for bodies in filled.values() for k in bodies})
    commit(repo, f"Lab {n}: exercises {', '.join(names)} filled from the reference\n" if names
           else f"Lab {n} is done\n")


def arrived(repo, to):
    now = read_stage(repo.file_at("HEAD", "STAGE"))
    handouts = [p for p in repo.entries("HEAD") if re.fullmatch(rf"labs/{now['stage']}-[^/]+/handout\.md", p)]
    todo = sorted({(r.lab, r.number, r.slug) for r in scan(files_at(repo, "HEAD"))[0] if r.lab == now["stage"]})
    say(f"Your branch {repo.current_branch()} now holds {to.name.replace('-', ' ')}.", "good")
    if to.name.startswith("lab-"):
        say(f"Open: {', '.join(f'{a}.{b} {c}' for a, b, c in todo)}")
        if handouts:
            say(f"Read {handouts[0]}, and see where you stand by make stage-{now['stage']} check")
    else:
        say(f"Lab {now['stage']} is not written yet: this is stage {now['stage']}, complete. "
            f"make stage-{now['stage']} run")


def starters_here(root):
    """{Region.key: starter body} of the lab a learner's tree is, or None where that is unknown."""
    repo = repo_at(root)
    if not repo or not repo.commit_of("HEAD") or not repo.file_at("HEAD", "STAGE"):
        return None
    me = Learner(repo, derived(repo, *REFS))
    if not me.base or me.stage["kind"] != "lab":
        return None
    return {r.key: normal(r.body) for r in scan(files_at(repo, me.base.hash))[0] if r.lab == me.stage["stage"]}
