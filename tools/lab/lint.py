"""Checks of exercises, starters, wrong solutions and manifests before trees are made of them."""

import re

import mistake
from exercise import code_lines, normal, region_of
from say import Stop
from source import built_from

MIN_LINES, MAX_LINES, MIN_WRONG = 20, 80, 3


def lint(source):
    """[(where, what is wrong)], nothing if all is well."""
    found = []
    try:
        source.release()
        source.line()
    except Stop as stop:
        found.append(("main", str(stop)))
    found += [tuple(p.split(": ", 1)) for p in source.check()]
    found += misplaced(source) + manifests(source)
    for lab in sorted(source.labs):
        found += starters(source, lab) + wrongs(source, lab) + sizes(source, lab)
    return found


def misplaced(source):
    found = []
    for path in source.entries:
        if path.startswith("stages/") and re.search(r"EXERCISE\s+\d+\.\d+.*:\s*begin", source.text(path) or ""):
            found.append((path, "an exercise never lies in a stand-in"))
    return found


def exercises(source, lab):
    """{(lab, number): [Region]} of one lab."""
    found = {}
    for region in source.regions(lab):
        found.setdefault((region.lab, region.number), []).append(region)
    return found


def sizes(source, lab):
    found = []
    if not source.regions(lab):
        found.append((f"labs/{lab}-{source.labs[lab]}", "the lab has a handout, but no exercise is marked"))
    for parts in exercises(source, lab).values():
        lines = sum(code_lines(r.body) for r in parts)
        if not MIN_LINES <= lines <= MAX_LINES:
            found.append((parts[0].where, f"exercise {parts[0].id} is {lines} lines of reference; "
                          f"an exercise is {MIN_LINES} to {MAX_LINES}"))
        numbers = sorted(r.part for r in parts)
        if numbers != list(range(1, len(parts) + 1)):
            found.append((parts[0].where, f"the parts of exercise {parts[0].id} are not numbered 1 to {len(parts)}"))
    return found


def starters(source, lab):
    found = []
    wanted = {source.starter(r): r for r in source.regions(lab)}
    for path, name in source.lab_files(lab, "starter").items():
        region = wanted.get(path)
        if not region:
            found.append((path, "belongs to no exercise: want N.M-name.c, or N.M-name.2.c for part 2"))
            continue
        body = source.text(path)
        if name[4] != region.path.rsplit(".", 1)[-1]:
            found.append((path, f"its extension is not that of {region.path}"))
        if "EXERCISE" in body and re.search(r"EXERCISE\s+\d+\.\d+.*:\s*(begin|end)", body):
            found.append((path, "holds a marker line; a starter is only the text between the markers"))
        if normal(body) == normal(region.body):
            found.append((path, f"is the solution of exercise {region.label}"))
    for parts in exercises(source, lab).values():
        paths = [source.starter(r) for r in parts]
        if all(paths) and not any(parts[0].id in source.text(p) for p in paths):
            found.append((paths[0], f"does not report that exercise {parts[0].id} is missing"))
    return found


def wrongs(source, lab):
    found, known = [], exercises(source, lab)
    kinds = {key: set() for key in known}
    for path, name in source.lab_files(lab, "wrong").items():
        if not name or name[:2] not in known:
            found.append((path, "belongs to no exercise: want N.M-what.diff, or N.M-what.2.diff for part 2"))
            continue
        region = region_of(name, known[name[:2]])
        if not region:
            found.append((path, f"exercise {name[0]}.{name[1]} has no part {name[3]}"))
            continue
        if name[4] != mistake.EXTENSION:
            found.append((path, "is not a difference: want a file N.M-what.diff (lab.py make-wrong writes it)"))
            continue
        kinds[name[:2]].add(name[2])
        try:
            body = mistake.parse(path, source.text(path)).apply(region)
        except mistake.Refused as refused:
            found.append((refused.where, refused.what))
            continue
        starter = source.starter(region)
        if normal(body) == normal(region.body):
            found.append((path, "is the right solution"))
        elif starter and normal(body) == normal(source.text(starter)):
            found.append((path, "is the starter"))
    for key, what in kinds.items():
        if len(what) < MIN_WRONG:
            region = known[key][0]
            found.append((region.where, f"exercise {region.id} has {len(what)} wrong solutions of {MIN_WRONG} in "
                          f"labs/{lab}-{source.labs[lab]}/wrong/"))
    return found


def manifests(source):
    """Each file's first stage, by the claims, is the stage that first builds it."""
    found, joined, built = [], {}, {}
    for stage in sorted(source.manifests):
        where, manifest = f"stages/{stage}-{source.stages[stage]}/stage.mk", source.manifests[stage]
        for claim in manifest["claims"]:
            claim = claim.strip("/")
            if not any(p == claim or p.startswith(claim + "/") for p in source.entries):
                found.append((where, f"claims {claim}, but nothing of that name is tracked"))
        for name, words in manifest.items():
            if name.endswith("-y"):
                joined.setdefault(name[:-2], set()).update(words)
                for word in words:
                    for path in files_of(source, name, word):
                        built.setdefault(path, (stage, where))
            elif name.endswith("-n"):
                found += [(where, f"{name} takes out {word}, which no earlier {name[:-2]}-y put in")
                          for word in words if word not in joined.get(name[:-2], set())]
    for path, (stage, where) in sorted(built.items()):
        first = source.stage_of(path)
        if first > stage:
            found.append((where, f"builds {path}, which stage {first} claims: it is not in the tree of stage {stage} "
                          f"(claims += {path} here puts it there)"))
        elif first < stage:
            found.append((where, f"is the first to build {path}, which stage {first} claims: it is in stage {first}'s tree, too"))
    return found + stand_ins(source, built)


def stand_ins(source, built):
    """Each stand-in shadows a file that a later stage builds, and is a file that the rules build (tools/build/manifest.mk)."""
    found, shadowed = [], {}
    programs = {w for m in source.manifests.values() for w in m.get("programs-y", [])}
    for path in sorted(source.entries):
        match = re.match(r"stages/(\d+)-[^/]+/((?:kernel|servers|drivers|user|lib)/.+\.[cS])$", path)
        if not match:
            continue
        stage = built.get(match.group(2), (0, ""))[0]
        other = shadowed.setdefault(match.group(2), path)
        if not path.endswith(".c"):
            found.append((path, "stands in for assembly; only a .c file can, so it is not built"))
        elif not any(re.fullmatch(rf"{re.escape(p)}/([^/]+/)?[^/]+", match.group(2)) for p in {"kernel", *programs}):
            found.append((path, "lies neither in kernel/ nor in a program's folder, or too deep: it is not built"))
        elif other != path:
            found.append((path, f"stands in for {match.group(2)}, as {other} does: both would be linked"))
        elif not stage:
            found.append((path, f"stands in for {match.group(2)}, which no stage builds"))
        elif stage <= int(match.group(1)):
            found.append((path, f"stands in for {match.group(2)}, which is built from stage {stage} on: it is never used"))
    return found


def files_of(source, name, word):
    """The tracked files that a word of a manifest's list stands for."""
    if name == "programs-y":
        return [p for p in source.entries if p.startswith(word + "/") and p.endswith((".c", ".S", ".mk"))
                and not any(p in files_of(source, n, w) for m in source.manifests.values()
                            for n, words in m.items() if n == f"{word}-y" for w in words)]
    return [c for c in built_from(name, word) if c in source.entries]
