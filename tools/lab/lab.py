#!/usr/bin/python3
"""Labs: derive the lab and stage trees from main, take a learner on, and export a course. See docs/labs.md."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import ending  # noqa: E402

ending.loading("lab", __name__)

import argparse  # noqa: E402
import json  # noqa: E402
import textwrap  # noqa: E402
from pathlib import Path  # noqa: E402

import exercise  # noqa: E402
import mistake  # noqa: E402
from branches import make_branches, to_main  # noqa: E402
from carry import next_lab, starters_here, state_of, take, update  # noqa: E402
from course import make_course  # noqa: E402
from difference import difference, text_of  # noqa: E402
from lint import exercises as by_exercise, lint  # noqa: E402
from plumbing import GitError, decode, encode, repo_at  # noqa: E402
from say import Stop, count, rows, say  # noqa: E402
from source import Source, read_stage, scan  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HEAD_COLUMNS = 98  # of a line that describes a mistake


def main_repo():
    repo = repo_at(ROOT)
    if not repo:
        raise Stop("this folder is not a git repository: the trees are made from a clone of the project")
    return repo


def source_of(rev):
    """The state of main that is asked for; by default the work tree as it is."""
    repo = main_repo()
    if (ROOT / "STAGE").exists() and not rev:
        raise Stop(f"this is a derived tree; this command is for main: {to_main(repo)}")
    return Source(repo, repo.commit_of(rev) or rev if rev else repo.work_tree())


def do_tree(args):
    repo = main_repo()
    dest = Path(args.dest)
    if dest.exists() and any(dest.iterdir()):
        raise Stop(f"{dest} is not empty")
    if args.work:
        source = source_of(None)
    else:
        rev = args.rev or "HEAD"
        source = Source(repo, repo.commit_of(rev) or rev)
    problems = source.check()
    if problems:
        raise Stop("this tree would be wrong:\n" + "\n".join(f"  {p}" for p in problems))
    if (args.stage, args.kind) not in source.line():
        made = ", ".join(f"{k}-{n}" for n, k in source.line())
        raise Stop(f"there is no {args.kind}-{args.stage}; the trees of this release: {made}")
    dest.mkdir(parents=True, exist_ok=True)
    repo.export(source.build(args.stage, args.kind, repo), dest)
    if not args.quiet:
        say(f"{args.kind}-{args.stage} is in {dest}")


def tree_files(top):
    """{path: text} of the sources below a folder, git or not."""
    found = {}
    for root in exercise.ROOTS:
        for path in sorted((top / root).rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(top).as_posix()] = decode(path.read_bytes())
    return found


def wrong_file(file):
    """(path, parsed name, region of the reference here) of a wrong solution's file, which need not exist yet."""
    path = Path(file)
    name = exercise.parse_file(path.name)
    if not name or name[4] != mistake.EXTENSION:
        raise Stop(f"{file} is not the name of a wrong solution: want N.M-what.diff, or N.M-what.2.diff for part 2")
    return path, name, region_in(ROOT, tree_files(ROOT), name)


def region_in(top, files, name):
    region = exercise.region_of(name, scan(files)[0])
    if not region:
        raise Stop(f"{top} has no exercise {name[0]}.{name[1]}" + (f" part {name[3]}" if name[3] > 1 else ""))
    return region


def do_apply_wrong(args):
    dest = Path(args.dest)
    path, name, reference = wrong_file(args.file)
    if not path.is_file():
        raise Stop(f"{path}: there is no such file")
    if not (dest / "STAGE").is_file():
        raise Stop(f"{dest} is not a tree made by `lab.py tree`")
    files = tree_files(dest)
    region, wrong = region_in(dest, files, name), mistake.read(path)
    # The exercise may be open in that tree: the mistake is made in the reference, and the whole body put there.
    text = exercise.replace_regions(region.path, files[region.path], {region.key: wrong.apply(reference)})
    (dest / region.path).write_bytes(encode(text))
    say(f"{region.label} {name[2]}: put into {dest / region.path}")
    say("\n".join(f"  {line}" for line in wrong.says))


def do_make_wrong(args):
    path, name, made = wrong_file(args.file)
    if not path.parent.is_dir():
        raise Stop(f"{path.parent}: there is no such folder; wrong solutions are in labs/N-name/wrong/")
    says = textwrap.wrap(args.says or "", HEAD_COLUMNS) or (mistake.read(path).says if path.is_file() else [])
    if not says:
        raise Stop('describe the mistake and its symptom: --says "…"')
    staged = main_repo().file_at("", made.path)
    reference = exercise.region_of(name, exercise.regions_of(made.path, staged or "")[0])
    if not reference:
        raise Stop(f"git's index has no exercise {made.label} in {made.path}: git add the reference first")
    if made.body == reference.body:
        raise Stop(f"exercise {made.label} holds the reference of git's index: make the mistake in {made.where} first")
    text = text_of(says, difference(reference.body, made.body))
    path.write_bytes(encode(text))
    say(f"{made.label} {name[2]}: written to {path}; `git restore {made.path}` brings the reference back")


def do_exercises(args):
    if (ROOT / "STAGE").exists():
        return learner_exercises(args)
    source = source_of(args.rev)
    labs = [args.lab] if args.lab else sorted({r.lab for r in source.regions()})
    table, data = [("id", "exercise", "lines", "wrong", "where")], []
    for lab in labs:
        wrong = source.lab_files(lab, "wrong")
        for key, parts in by_exercise(source, lab).items():
            mine = sorted(p for p, name in wrong.items() if name and name[:2] == key)
            lines = sum(exercise.code_lines(r.body) for r in parts)
            kinds = {wrong[p][2] for p in mine}
            table.append((parts[0].id, parts[0].slug, lines, len(kinds), ", ".join(r.where for r in parts)))
            data.append({"id": parts[0].id, "lab": lab, "slug": parts[0].slug, "lines": lines,
                         "regions": [{"path": r.path, "line": r.first, "part": r.part,
                                      "starter": source.starter(r)} for r in parts], "wrong": mine})
    show_exercises(args, table, data)


def learner_exercises(args):
    stage = read_stage((ROOT / "STAGE").read_text())
    starters = starters_here(ROOT)
    regions, broken = scan(tree_files(ROOT))
    table, data = [("id", "exercise", "state", "where")], []
    for region in regions:
        if region.lab != (args.lab or stage["stage"]):
            continue
        state = state_of(region, starters) if starters is not None and region.lab == stage["stage"] else "-"
        table.append((region.label, region.slug, state, region.where))
        data.append({"id": region.id, "part": region.part, "slug": region.slug, "state": state,
                     "path": region.path, "line": region.first})
    here = {r.key for r in regions}
    for lab, number, part in sorted(set(starters or ()) - here) if args.lab in (None, stage["stage"]) else ():
        label = f"{lab}.{number}" + (f" part {part}" if part > 1 else "")
        table.append((label, "", "its marker lines are gone", "nowhere: make next could not carry it"))
        data.append({"id": f"{lab}.{number}", "part": part, "slug": "", "state": "gone", "path": "", "line": 0})
    for where, what in broken:
        print(f"{where}: {what}", file=sys.stderr)
    show_exercises(args, table, data)


def show_exercises(args, table, data):
    if args.json:
        print(json.dumps(data, indent=1))
    elif not data:
        raise Stop(f"there is no exercise{f' of lab {args.lab}' if args.lab else ''} here")
    else:
        rows([[(str(c), "bold") for c in table[0]], *table[1:]], indent="")


def do_lint(args):
    source = source_of(args.rev)
    problems = lint(source)
    for where, what in problems:
        print(f"{where}: {what}" + ("\n" if "\n" in what else ""), file=sys.stderr)
    if problems:
        raise Stop(f"{count(len(problems), 'problem')} with exercises or manifests")
    labs = {r.lab for r in source.regions()} & set(source.labs)
    say(f"Exercises and manifests are sound: {count(len(source.stages), 'stage')}, {count(len(source.labs), 'lab')}, "
        f"{count(len({r.id for r in source.regions() if r.lab in labs}), 'exercise')}.", "good")


def do_course(args):
    if not args.upto or not args.dest:
        raise Stop("the last lab or the folder is missing: make course UPTO=1 DEST=../course")
    if not args.upto.isdigit():
        raise Stop(f"UPTO is the number of the newest lab to hand out, not {args.upto!r}")
    make_course(main_repo(), int(args.upto), args.dest, args.rev)


def parser():
    top = argparse.ArgumentParser(prog="lab.py", description=__doc__)
    sub = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name, call, text):
        command = sub.add_parser(name, help=text, description=text)
        command.set_defaults(call=call)
        return command

    def from_rev(command, default):
        command.add_argument("--from", dest="rev", metavar="REV", help=f"the commit of main (default: {default})")

    from_rev(add("branches", lambda a: make_branches(main_repo(), a.rev), "write the branches of a release"), "HEAD")
    for name, call, text in (("next", next_lab, "carry your lab on to the next tree"),
                             ("update", update, "bring your lab to the newest release")):
        command = add(name, lambda a, call=call: call(ROOT, a.place, **({"fills": a.fill} if "fill" in a else {})), text)
        # make hands variables given on its command line on in the environment: make next FROM=...
        command.add_argument("--from", dest="place", metavar="REPOSITORY", default=os.environ.get("FROM"),
                             help="where the trees are, if not in this clone")
        if name == "next":
            command.add_argument("--fill", action="store_true", help="fill exercises that are not done from the reference, without a question")
    command = add("take", lambda a: take(ROOT, a.exercise), "put the reference into one exercise")
    command.add_argument("exercise", metavar="N.M")
    command = add("course", do_course, "write the repository a teacher hands out")
    command.add_argument("--upto", metavar="N", help="the newest lab to release")
    command.add_argument("--dest", help="a new folder, or the course made last time")
    from_rev(command, "HEAD")
    command = add("tree", do_tree, "export one tree into a folder")
    command.add_argument("stage", type=int)
    command.add_argument("kind", choices=("lab", "stage"))
    command.add_argument("dest")
    command.add_argument("--work", action="store_true", help="from the work tree, committed or not")
    command.add_argument("--quiet", action="store_true")
    from_rev(command, "HEAD")
    command = add("apply-wrong", do_apply_wrong, "put a wrong solution into an exported tree")
    command.add_argument("file")
    command.add_argument("dest")
    command = add("make-wrong", do_make_wrong, "write a wrong solution: how an exercise differs from git's index")
    command.add_argument("file", help="labs/N-name/wrong/N.M-what.diff; an existing one keeps its first lines")
    command.add_argument("--says", metavar="TEXT", help="the mistake, and its symptom")
    command = add("exercises", do_exercises, "list the exercises")
    command.add_argument("lab", type=int, nargs="?")
    command.add_argument("--json", action="store_true")
    from_rev(command, "the work tree")
    from_rev(add("lint", do_lint, "check exercises, starters, wrong solutions and manifests"), "the work tree")
    return top


def main():
    args = parser().parse_args()
    try:
        args.call(args)
    except Stop as stop:
        sys.stdout.flush()
        print(f"lab: {stop}", file=sys.stderr)
        return 1
    except GitError as error:
        sys.stdout.flush()
        print(f"lab: git failed where it should not: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    ending.run("lab", main)
