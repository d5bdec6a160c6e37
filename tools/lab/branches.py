"""make branches: the line lab-1, stage-1, lab-2, … of a release, appended to the existing branches.

Of two ways to keep trees in step (rCore cherry-picks by hand, blog_os merges forward) this takes neither: every
tree is computed from main, and a commit only records it, so no tree can drift.
"""

import re
from dataclasses import dataclass

from plumbing import EMAIL
from say import Stop, count, paint, rows, say
from source import Source, read_stage

REFS = ("--branches", "--remotes")


@dataclass
class Derived:
    """A commit this tool made, as it is found again by its committer and its trailer."""
    hash: str
    parents: list
    tree: str
    name: str
    release: str
    origin: str | None


@dataclass
class Step:
    name: str
    number: int
    kind: str
    commit: str
    tree: str
    old: str | None


def derived(repo, *revs):
    """Every derived commit reachable from revs, newest first (no commit before its descendants)."""
    result = repo.run("log", "--topo-order", "-F", f"--committer={EMAIL}",
                      "--format=%H%x1f%P%x1f%T%x1f%ce%x1f%B%x1e", *revs, "--", ok=None)
    found = []
    for item in result.stdout.decode("utf-8", "replace").split("\x1e"):
        fields = item.strip("\n").split("\x1f")
        if len(fields) != 5 or fields[3] != EMAIL:
            continue
        said = dict(re.findall(r"^MicroK-(Tree|Release|From): (\S+)$", fields[4], re.M))
        if "Tree" in said and "Release" in said:
            found.append(Derived(fields[0], fields[1].split(), fields[2], said["Tree"], said["Release"],
                                 said.get("From")))
    return found


def newest(repo, known, name, anchor=None):
    """The newest derived commit of a tree; of several lines, the one that goes on from `anchor`."""
    mine = [d for d in known if d.name == name]
    if anchor:
        for d in mine:
            if repo.is_ancestor(anchor, d.hash):
                return d
    return mine[0] if mine else None


def base_in(repo, rev, name):
    """The newest derived commit of a tree that a revision goes back to, or None."""
    return newest(repo, derived(repo, rev), name)


def write_line(source, steps, into, tips, seconds, origin=None):
    """Write the commits of a release; `tips` gives each tree's newest commit so far. Existing commits do not change: if a
    tree and its predecessor are still the same, the tree keeps its commit."""
    line, before, release = [], None, source.release()
    for number, kind in steps:
        name = f"{kind}-{number}"
        tree, old = source.build(number, kind, into), tips.get(name)
        if old and old.tree == tree and (before is None or before in old.parents):
            commit = old.hash
        else:
            state = "its exercises open" if kind == "lab" else "complete"
            message = (f"MicroK {release}: {kind} {number} ({source.stages[number]}), {state}\n\n"
                       f"MicroK-Tree: {name}\nMicroK-Release: {release}\n")
            if origin:
                message += f"MicroK-From: {origin}\n"
            parents = list(dict.fromkeys(p for p in (old and old.hash, before) if p))
            commit = into.write_commit(tree, parents, message, seconds)
        line.append(Step(name, number, kind, commit, tree, old and old.hash))
        before = commit
    return line


def main_commit(repo, rev):
    """The commit of main that trees are made from: the one named, or HEAD."""
    if not rev:
        stage = read_stage(repo.file_at("HEAD", "STAGE")) if repo.commit_of("HEAD") else None
        if stage:
            raise Stop(f"this is the tree of {stage['kind']} {stage['stage']}; the trees are made in main: {to_main(repo)}")
        rev = "HEAD"
    commit = repo.commit_of(rev)
    if not commit:
        raise Stop(f"there is no commit {rev} here" + (": commit first" if rev == "HEAD" else ""))
    if repo.file_at(commit, "STAGE") is not None:
        raise Stop(f"{rev} is itself a derived tree (it has a file STAGE); name a commit of main")
    return commit


def to_main(repo):
    """The error in a derived tree, with the command to use instead: a course's clone has no main."""
    names = {name.rsplit("/", 1)[1]: name for name in refs(repo)}
    if "main" in names:
        return "git switch main, then the same command again"
    labs = sorted(n for n in names if re.fullmatch(r"lab-\d+", n))
    have = f"there is none here, but this clone already has its labs: {', '.join(labs)}" if labs else "there is none here"
    return f"{have}.\nWork in {labs[0] if labs else 'this tree'}; when it is done, make next brings the lab after it"


def open_release(repo, rev):
    """(commit, its time, Source) of a release that may be made, or Stop with its faults."""
    commit = main_commit(repo, rev)
    source = Source(repo, commit)
    source.line()
    problems = source.check()
    if problems:
        raise Stop("the trees of this commit would be wrong:\n" + "\n".join(f"  {p}" for p in problems))
    return commit, int(repo.out("show", "-s", "--format=%ct", commit)), source


def place(repo, step, here, stuck, ref_of):
    """(the outcome for a branch, the update-ref line or None). `here` is the known derived commits by hash."""
    ref, current = f"refs/heads/{step.name}", ref_of.get(f"refs/heads/{step.name}")
    if current is None:
        for name, sha in ref_of.items():
            if name.startswith("refs/remotes/") and name.endswith(f"/{step.name}") and not ours(here, sha, step.name):
                return f"kept: {name[len('refs/remotes/'):]} carries commits of your own", None
        return "new", f"create {ref} {step.commit}"
    if current == step.commit:
        return "unchanged", None
    if not ours(here, current, step.name):
        base = base_in(repo, current, step.name)
        if not base:
            return "kept: this branch is your own, not one of the lab's", None
        own = int(repo.out("rev-list", "--count", current)) - len(derived(repo, current))
        return f"kept: carries {count(max(own, 1), 'commit')} of your own (make update brings it up)", None
    if not repo.is_ancestor(current, step.commit):
        return "kept: it has another history than this release", None
    if step.name in stuck:
        return "kept: it is checked out; switch to another branch and run this again", None
    return "appended", f"update {ref} {step.commit} {current}"


def ours(here, sha, name):
    return sha in here and here[sha].name == name


def refs(repo):
    lines = repo.out("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes").splitlines()
    return {name: sha for sha, name in (line.split(" ", 1) for line in lines)}


def find_tips(repo, names):
    """({name: newest derived commit}, {hash: derived}) of the commits on a repository's branches."""
    known, ref_of = derived(repo, *REFS), refs(repo)
    tips = {}
    for name in names:
        local = ref_of.get(f"refs/heads/{name}")
        anchor = base_in(repo, local, name) if local else None
        tip = newest(repo, known, name, anchor and anchor.hash)
        if tip:
            tips[name] = tip
    return tips, {d.hash: d for d in known}


def put_refs(repo, line, here, stuck):
    """Create and append the branches of a line, all or none; [(step, what became of it)]."""
    ref_of, done, orders = refs(repo), [], []
    for step in line:
        what, order = place(repo, step, here, stuck, ref_of)
        done.append((step, what))
        orders += [order] if order else []
    if orders:
        repo.run("update-ref", "--stdin", "-m", "lab: make branches", data="".join(f"{o}\n" for o in orders).encode())
    return done


def show(done, source):
    table = []
    for step, what in done:
        style = "warn" if what.startswith("kept") else "dim" if what == "unchanged" else "good"
        opened = {r.id for r in source.regions(step.number)} if step.kind == "lab" else ()
        note = f"{count(len(opened), 'exercise')} open" if step.kind == "lab" else "solved"
        table.append((step.name, (step.commit[:10], "dim"), note, (what, style)))
    rows(table)


def make_branches(repo, rev=None):
    commit, seconds, source = open_release(repo, rev)
    steps = source.line()
    tips, here = find_tips(repo, [f"{kind}-{n}" for n, kind in steps])
    for tip in tips.values():
        if tip.origin and tip.origin != commit and repo.commit_of(tip.origin) and repo.is_ancestor(commit, tip.origin):
            raise Stop(f"{commit[:10]} is older than the branches' contents ({tip.name} is made from main "
                       f"{tip.origin[:10]}); a release is only ever appended")
    line = write_line(source, steps, repo, tips, seconds, commit)
    say(f"Release {source.release()}, made from main {commit[:10]}", "bold")
    show(put_refs(repo, line, here, repo.checked_out()), source)
    if not rev and repo.out("status", "--porcelain", "--untracked-files=no"):
        say(paint("Uncommitted changes are not in these trees.", "warn"))
    return line
