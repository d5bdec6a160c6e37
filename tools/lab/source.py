"""The content of main, and which part of it belongs to which tree.

A tree of stage N is every tracked file that no later stage claims, without the stages and labs after N and without the project's private files. It
keeps all that the stages 1..N need, stand-ins too, because every
earlier stage still builds in it. A stage claims the files that it is the first to build, and those that its `claims` name besides.
"""

import fnmatch
import re

import exercise
import page
from exercise import may_hold, parse_file
from plumbing import decode
from say import Stop

PRIVATE = "tools/lab/private"
NUMBERED = re.compile(r"^(stages|labs)/(\d+)-([A-Za-z0-9-]+)/")


def parse_manifest(path, text):
    """{variable: [words]} of `claims` and all lists `…-y` and `…-n` of a stage.mk (plain `name += words` lines).

    The list of a folder, kernel/ipc-y, has its words as whole paths, and those of the kernel and the library are kernel-y and
    library-y, as tools/build/manifest.mk has it."""
    found = {"claims": []}
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        match = re.match(r"^\s*(claims|\S+-[yn])\s*(\+=|:=|\?=|=)\s*(.*)$", line.split("#", 1)[0])
        if not match:
            continue
        name, how, words = match[1], match[2], match[3].split()
        if "/" in name:
            folder = name[:-2]
            words = [f"{folder}/{word}" for word in words]
            name = "kernel-y" if folder.startswith("kernel/") else "library-y" if folder.startswith(LIBRARY) else name
        if name == "claims" and any(c in match[3] for c in "$*?"):
            raise Stop(f"{path}: `claims` takes plain paths only, not {match[3]!r}")
        found[name] = (found.get(name, []) if how == "+=" else []) + words
    return found


LIBRARY = ("lib/", "user/runtime")
BUILT = {"kernel", "library", "programs", "tests", "protocols"}


def built_from(name, word):
    """The paths, files or a folder, that a word of a manifest's list `name` is built from; some may not exist."""
    if name == "files-y":
        return [word.split("=", 1)[-1]]
    if word.endswith(".S.o"):
        return [word[:-2]]
    return [word[:-2] + ".c", word[:-2] + ".S"] if word.endswith(".o") else [word]


def claims_of(manifests):
    """{path: stage} of the paths that `claims` names, and of those that a stage is the first to name for its build."""
    claims, implied = {}, {}
    for stage, manifest in sorted(manifests.items()):
        for claim in manifest["claims"]:
            claim = claim.strip("/")
            if claims.setdefault(claim, stage) != stage:
                raise Stop(f"{claim} is claimed by stage {claims[claim]} and by stage {stage}: "
                           "it can first exist at one only")
        for name, words in manifest.items():
            if name.endswith("-y") and (name[:-2] in BUILT or "/" in name):
                for path in (p for word in words for p in built_from(name, word)):
                    implied.setdefault(path, stage)
    return implied | claims


class Source:
    """One state of main, by the hash of a commit or tree."""

    def __init__(self, repo, treeish):
        self.repo = repo
        self.entries = repo.entries(treeish)
        self._regions = None
        # One process reads all files whose content is needed; the others stay hashes.
        read = {e[2] for p, e in self.entries.items() if e[1] == "blob" and e[0] != "120000"
                and (may_hold(p) or p.startswith(("stages/", "labs/")) or p.endswith(".md") or p in ("RELEASE", PRIVATE))}
        self._text = {sha: decode(data) for sha, data in repo.blobs(read).items()} if read else {}
        self.stages, self.labs, self.manifests = {}, {}, {}
        for path in self.entries:
            match = NUMBERED.match(path)
            if match and path == f"{match.group(0)}stage.mk":
                self._add_stage(int(match.group(2)), match.group(3), path)
            elif match and path == f"{match.group(0)}handout.md":
                self.labs[int(match.group(2))] = match.group(3)
        self.claims = claims_of(self.manifests)
        self.private = [line.split("#", 1)[0].strip().strip("/")
                        for line in (self.text(PRIVATE) or "").splitlines()]
        self.private = [tuple(line.split("/")) for line in self.private if line]

    def _add_stage(self, number, name, path):
        if number in self.stages:
            raise Stop(f"two folders are stage {number}: {self.stages[number]} and {name}")
        self.stages[number] = name
        self.manifests[number] = parse_manifest(path, self.text(path))

    def text(self, path):
        """The text of a page, or of a file below stages/, labs/ or where exercises may lie; None if there is no such file."""
        return self._text.get(self.entries[path][2]) if path in self.entries else None

    def release(self):
        lines = (self.text("RELEASE") or "").split()
        if len(lines) != 1 or not re.fullmatch(r"\d+(\.\d+)+", lines[0]):
            raise Stop("RELEASE must hold the version of this release, such as 1.0, and nothing else")
        return lines[0]

    # Exercises

    def scan(self):
        """(regions, problems) of all sources; a problem is (where, text)."""
        if self._regions is None:
            paths = [p for p in self.entries if may_hold(p) and self.text(p) is not None]
            self._regions = scan({p: self.text(p) for p in paths})
        return self._regions

    def regions(self, lab=None):
        return [r for r in self.scan()[0] if lab in (None, r.lab)]

    def lab_files(self, lab, folder):
        """{path: parsed name or None} of the files in labs/N-name/<folder>/."""
        found = {}
        for path in self.entries:
            match = NUMBERED.match(path)
            if match and match.group(1) == "labs" and int(match.group(2)) == lab:
                rest = path[match.end():].split("/")
                if len(rest) == 2 and rest[0] == folder and rest[1] != "README.md":
                    found[path] = parse_file(rest[1])
        return found

    def starter(self, region):
        """The path of a region's starter, or None."""
        for path, name in self.lab_files(region.lab, "starter").items():
            if name and name[:4] == (region.lab, region.number, region.slug, region.part):
                return path
        return None

    # Trees

    def is_private(self, path):
        parts = path.split("/")
        return any(len(parts) >= len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))
                   for pattern in self.private)

    def stage_of(self, path):
        """The first stage at which a path exists: its most specific claim decides."""
        return stage_of(path, self.claims)

    def members(self, stage):
        return [p for p in self.entries if self.stage_of(p) <= stage and not self.is_private(p)]

    def line(self):
        """The trees in order: [(number, "lab" or "stage")]."""
        if not self.stages:
            raise Stop("there is no stages/N-name/stage.mk, so there is no tree to make")
        for lab in self.labs:
            if lab not in self.stages:
                raise Stop(f"labs/{lab}-{self.labs[lab]} has a handout, but stage {lab} has no stage.mk")
        return [(n, kind) for n in sorted(self.stages) for kind in ("lab", "stage")
                if kind == "stage" or n in self.labs]

    def check(self):
        """Refuse to make trees that would be wrong: broken markers, a missing starter, a solution too early."""
        problems = [f"{where}: {text}" for where, text in self.scan()[1]]
        for region in self.regions():
            if region.lab in self.labs and not self.starter(region):
                problems.append(f"{region.where}: exercise {region.label} has no starter "
                                f"labs/{region.lab}-{self.labs[region.lab]}/starter/{region.starter}.*")
            early = self.stage_of(region.path)
            if region.lab in self.labs and early != region.lab:
                problems.append(f"{region.where}: exercise {region.label} lies in a file of stage {early}; "
                                + ("its solution would be in the earlier trees" if early < region.lab
                                   else f"lab {region.lab} would not have it"))
        for path in self.pages():
            try:
                page.derived(path, self.text(path), 1, set())
            except ValueError as error:
                problems.append(f"{path}: {error}")
        if "STAGE" in self.entries:
            problems.append("STAGE: is written into the trees; main does not track it")
        return problems

    def pages(self):
        return [p for p in self.entries if p.endswith(".md") and self.text(p) is not None and not self.is_private(p)]

    def build(self, number, kind, into):
        """Write the tree of (number, kind) into a repository that can see this one's objects."""
        entries = {p: self.entries[p] for p in self.members(number)}
        if kind == "lab":
            bodies = {r.key: self.text(self.starter(r)) for r in self.regions(number)}
            for path in {r.path for r in self.regions(number)}:
                text = exercise.replace_regions(path, self.text(path), bodies)
                entries[path] = (self.entries[path][0], "blob", into.write_blob(text))
        for path in (p for p in self.pages() if p in entries):
            text = page.derived(path, self.text(path), number, entries.keys())
            if text != self.text(path):
                entries[path] = (self.entries[path][0], "blob", into.write_blob(text))
        entries["STAGE"] = ("100644", "blob", into.write_blob(
            stage_file(self.release(), number, self.stages[number], kind)))
        return into.write_tree(entries)


def stage_of(path, claims):
    match = NUMBERED.match(path)
    if match:
        return int(match.group(2))
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        stage = claims.get("/".join(parts[:length]))
        if stage:
            return stage
    return 1


def scan(files):
    """(regions, problems) of {path: text}, with ids unique over all of them."""
    regions, problems, seen, slugs = [], [], {}, {}
    for path, text in sorted(files.items()):
        found, wrong = exercise.regions_of(path, text) if "EXERCISE" in text else ([], [])
        problems += [(f"{path}:{line}", what) for line, what in wrong]
        for region in found:
            if region.key in seen:
                problems.append((region.where, f"exercise {region.label} is already in {seen[region.key].where}"))
            elif slugs.setdefault(region.id, region.slug) != region.slug:
                problems.append((region.where, f"exercise {region.id} is called {region.slug} here "
                                 f"and {slugs[region.id]} elsewhere"))
            else:
                seen[region.key] = region
                regions.append(region)
    return sorted(regions, key=lambda r: r.key), problems


def stage_file(release, number, name, kind):
    return ("# Which tree this is; `make next` and `make update` read it. Leave it as it is.\n"
            f"release {release}\nstage {number}\nname {name}\nkind {kind}\n")


def read_stage(text):
    """{"release", "stage", "name", "kind"} of a STAGE file, or None if it is no such file."""
    found = dict(line.split(None, 1) for line in (text or "").splitlines()
                 if not line.startswith("#") and len(line.split(None, 1)) == 2)
    found = {k: v.strip() for k, v in found.items()}
    if found.get("kind") not in ("lab", "stage") or not re.fullmatch("[0-9]{1,9}", found.get("stage", "")) or "release" not in found:
        return None
    found["stage"] = int(found["stage"])
    found.setdefault("name", "")
    return found
