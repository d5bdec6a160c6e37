"""Pages in derived trees: without the parts about other trees.

Comments in a page of main mark which of its parts are in which trees:

    <!-- only: main -->      alone on its line, up to <!-- only: end -->: not in derived trees
    <!-- only: stage 3 -->   the same: in main, and in the trees of stage 3 and later
    | a row | … <!-- only: main --> |       within a line: that line
    <!-- only: derived       and lines up to one that is -->: shown in derived trees, a comment in main

And a link to a file that the tree does not have becomes plain text. `lab-N` and `stage-N` have the same pages, so that they
differ in the solution and nothing else.
"""

import posixpath
import re

FENCE = re.compile(r"(^```.*?^```$)", re.M | re.S)
ALONE = re.compile(r"^<!-- only: ([\w ]+?) -->$")
HIDDEN = "<!-- only: derived"
WITHIN = re.compile(r" ?(?<!`)<!-- only: ([\w ]+?) -->(?!`)")
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")


def holds(who, stage):
    """Whether a tree of this stage has the parts marked so."""
    match = re.fullmatch(r"stage (\d+)", who)
    if who != "main" and not match:
        raise ValueError(f"`<!-- only: {who} -->` names no tree; use main, stage N or derived")
    return bool(match) and stage >= int(match.group(1))


def without_parts(text, stage):
    kept, opened, show, hidden, fenced = [], False, True, False, False
    for line in text.splitlines(keepends=True):
        bare = line.rstrip()
        alone = None if fenced else ALONE.match(bare)
        if not alone and bare.startswith("```"):
            fenced = not fenced
        if hidden and bare == "-->":
            hidden = False
        elif alone and alone[1] == "end":
            if not opened:
                raise ValueError("`<!-- only: end -->` ends nothing")
            opened, show = False, True
        elif alone or bare == HIDDEN and not fenced:
            if opened or hidden:
                raise ValueError(f"`{bare}` begins inside another")
            hidden = not alone
            if alone:
                opened, show = True, holds(alone[1], stage)
        elif show:
            marks = [] if fenced else WITHIN.findall(line)
            if all(holds(who, stage) for who in marks):
                kept.append(WITHIN.sub("", line) if marks else line)
    if opened or hidden:
        raise ValueError("`<!-- only: …` begins here and never ends")
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)) if len(kept) < len(text.splitlines()) else text


def without_dead_links(path, text, files):
    folders = {posixpath.dirname(f)[:i] for f in files for i in range(len(posixpath.dirname(f)) + 1)}

    def put(link):
        target = link[2].partition("#")[0]
        if not target or re.match(r"\w+:", target):
            return link[0]
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        return link[0] if name in files or name in folders else link[1]

    return "".join(part if part.startswith("```") else LINK.sub(put, part) for part in FENCE.split(text))


def derived(path, text, stage, files):
    """The page as the trees of a stage have it; `files`: those in them. ValueError if its marks are wrong."""
    return without_dead_links(path, without_parts(text, stage), files)
