"""make course: the repository a teacher hands out, with nothing in it that is not released yet.

It is not a filtered clone, which could keep forgotten objects, but a new line of commits, made in a scratch repository and
fetched from there: a fetch carries the objects that the branches reach, and nothing else.
"""

import shutil
import tempfile
from pathlib import Path

import mistake
from branches import derived, find_tips, open_release, put_refs, show, write_line, REFS
from exercise import code_lines, normal, region_of
from plumbing import Repo, decode, repo_at
from say import Stop, count, say


def secrets(source, upto):
    """{what it is: text} of all that a course up to lab `upto` must not hold anywhere."""
    found = {}
    for region in source.regions():
        if region.lab >= upto and code_lines(region.body) >= 3:
            found[f"the solution of exercise {region.label}"] = squeeze(region.body)
    for lab in {r.lab for r in source.regions()} | set(source.labs):
        for path, name in source.lab_files(lab, "wrong").items():
            found[f"a wrong solution, {path}"] = squeeze(source.text(path))
            region = region_of(name, source.regions(lab)) if name else None
            if region:
                body = squeeze(mistake.parse(path, source.text(path)).apply(region))
                # A mistake that leaves out the last lines makes a part of the reference, which later labs hold.
                found[f"the reference as changed by {path}"] = body if body not in squeeze(region.body) else ""
    return {what: text for what, text in found.items() if text}


def squeeze(text):
    return "\n".join(line.strip() for line in normal(text).splitlines() if line.strip())


def leaks(source, upto, repo, new, old):
    """The forbidden content among the new objects of a repository: ([text], number of objects looked at)."""
    not_old = [f"^{sha}" for sha in old]
    objects = [line.split(" ", 1)[0] for line in repo.out("rev-list", "--objects", *new, *not_old).splitlines()]
    released = {source.entries[p][2] for p in source.members(upto)}
    held_back = {e[2]: p for p, e in source.entries.items() if e[2] not in released}
    found = [f"the file {held_back[sha]}" for sha in objects if sha in held_back]
    hidden = secrets(source, upto)
    for sha, data in repo.blobs(objects).items():
        text = squeeze(decode(data))
        found += [f"{what} (in object {sha[:10]})" for what, secret in hidden.items() if secret in text]
    return found, len(objects)


def open_dest(source_repo, dest, upto):
    """The repository at DEST if there is one already (then it must be a course), else None."""
    if not dest.exists() or (dest.is_dir() and not any(dest.iterdir())):
        return None
    repo = repo_at(dest)
    known = derived(repo, *REFS) if repo else []
    if not repo or not known or repo.top == source_repo.top or any(d.origin for d in known):
        raise Stop(f"{dest} exists and was not made by this command: name a new folder, or the one of the last time")
    there = max((int(d.name[4:]) for d in known if d.name.startswith("lab-")), default=0)
    if there > upto:
        raise Stop(f"{dest} already holds lab {there}; a lab that was handed out cannot be taken back (UPTO={there} or more)")
    if repo.out("status", "--porcelain", "--untracked-files=no"):
        raise Stop(f"{dest} has changes that are not committed: commit or undo them first")
    return repo


def scratch_repo(folder, source_repo, dest):
    """An empty repository that can read the objects of both."""
    scratch = Repo(folder)
    scratch.run("init", "-q", "--bare", ".")
    stores = [r.top / r.out("rev-parse", "--git-path", "objects") for r in (source_repo, dest) if r]
    (folder / "objects/info/alternates").write_text("".join(f"{s.resolve()}\n" for s in stores))
    return scratch


def make_course(source_repo, upto, dest, rev=None):
    commit, seconds, source = open_release(source_repo, rev)
    if upto not in source.labs:
        labs = ", ".join(map(str, sorted(source.labs))) or "none yet"
        raise Stop(f"there is no lab {upto} to release (the labs of this release: {labs})")
    steps = [s for s in source.line() if s[0] < upto or s == (upto, "lab")]
    names = [f"{kind}-{n}" for n, kind in steps]
    dest = Path(dest).resolve()
    repo = open_dest(source_repo, dest, upto)
    tips, here = find_tips(repo, names) if repo else ({}, {})
    with tempfile.TemporaryDirectory(prefix="microk-course-") as folder:
        scratch = scratch_repo(Path(folder), source_repo, repo)
        line = write_line(source, steps, scratch, tips, seconds)
        found, looked_at = leaks(source, upto, scratch, [s.commit for s in line], [t.hash for t in tips.values()])
        if found:
            raise Stop("nothing was written, because this would be handed out too early:\n"
                       + "\n".join(f"  {f}" for f in found))
        for step in line:
            scratch.run("update-ref", f"refs/heads/{step.name}", step.commit)
        made = repo is None
        try:
            if made:
                dest.mkdir(parents=True, exist_ok=True)
                repo = Repo(dest)
                repo.run("init", "-q", "-b", names[-1])
            repo.run("-c", "gc.auto=0", "-c", "fetch.writeCommitGraph=false", "fetch", "-q", "--no-tags",
                     "--no-write-fetch-head", "--no-auto-maintenance", folder, *(f"refs/heads/{n}" for n in names))
            if not made:
                repo.run("checkout", "-q", "--detach")
            done = put_refs(repo, line, here, repo.checked_out())
            repo.run("checkout", "-q", "-f" if made else "--no-guess", names[-1])
        except BaseException:
            if made:
                shutil.rmtree(dest / ".git", ignore_errors=True)
            raise
    say(f"Course of release {source.release()} up to lab {upto}, in {dest}", "bold")
    show(done, source)
    say(f"{count(looked_at, 'new object')} searched: no solution, wrong solution or stage that is not released.")
    say(f"Hand it out: git -C {dest} push --all <address>, or let people clone the folder.")
