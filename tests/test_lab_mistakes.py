"""Wrong solutions as differences: read strictly, located by content in one place, refused with the region shown, and made."""
import random
import re
import sys

import pytest

from lab_project import MAP, REFERENCE, ROOT, make_project, person, wrong_body

sys.path.insert(0, str(ROOT / "tools/lab"))
sys.dont_write_bytecode = True

import exercise  # noqa: E402
import mistake  # noqa: E402
from difference import difference, text_of  # noqa: E402
from lab import tree_files  # noqa: E402
from source import scan  # noqa: E402

BODY = """\
int twice(int x)
{
	if (x < 0)
		return -1;
	return 2 * x;
}

int half(int x)
{
	if (x & 1)
		return -1;
	return x / 2;
}
"""
NEVER = "labs/1-ipc/wrong/1.2-never.diff"


def region(body=BODY):
    text = f"/* Numbers. */\n/* EXERCISE 1.2 numbers: begin */\n{body}/* EXERCISE 1.2 numbers: end */\n"
    return exercise.regions_of("kernel/numbers.c", text)[0][0]


def apply(hunks, body=BODY):
    return mistake.parse("1.2-what.diff", f"# What is wrong.\n# Symptom: it shows.\n{hunks}").apply(region(body))


def refused(hunks, body=BODY):
    with pytest.raises(mistake.Refused) as found:
        apply(hunks, body)
    return str(found.value)


# Applying


@pytest.mark.parametrize("hunks, old, new", [
    ("@@\n-\treturn 2 * x;\n+\treturn x + 3;\n", "\treturn 2 * x;\n", "\treturn x + 3;\n"),
    ("@@\n-\tif (x & 1)\n-\t\treturn -1;\n", "\tif (x & 1)\n\t\treturn -1;\n", ""),
    ("@@\n \tif (x & 1)\n+\t\tx++;\n", "\tif (x & 1)\n", "\tif (x & 1)\n\t\tx++;\n"),
    ("@@\n+/* First. */\n int twice(int x)\n", "int twice(int x)\n", "/* First. */\nint twice(int x)\n"),
    ("@@\n \treturn x / 2;\n }\n+/* Last. */\n", "x / 2;\n}\n", "x / 2;\n}\n/* Last. */\n"),
    ("@@\n }\n\n-int half(int x)\n+int third(int x)\n", "half", "third"),
    ("@@\n }\n \n-int half(int x)\n+int third(int x)\n", "half", "third"),
    ("@@\n \tif (x & 1)\n-\t\treturn -1;\n+\t\treturn 0;\n", "& 1)\n\t\treturn -1;\n", "& 1)\n\t\treturn 0;\n"),
])
def test_a_hunk_applies(hunks, old, new):
    assert BODY.count(old) == 1
    assert apply(hunks) == BODY.replace(old, new)


def test_the_head_says_what_is_wrong_and_is_no_part_of_the_body():
    assert mistake.parse("x.diff", "# One.\n# Two.\n@@\n-a\n").says == ["One.", "Two."]
    assert "wrong" not in apply("@@\n-\treturn 2 * x;\n")


def test_hunks_are_located_in_the_reference_in_any_order():
    """A line that one hunk adds, or makes unique, does not help to locate another."""
    hunks = ["@@\n-\treturn x / 2;\n+\treturn 2 * x;\n", "@@\n-\treturn 2 * x;\n+\treturn x / 2;\n"]
    swapped = BODY.replace("2 * x", "?").replace("x / 2", "2 * x").replace("?", "x / 2")
    assert apply("".join(hunks)) == apply("".join(reversed(hunks))) == swapped
    assert "fits 2 places" in refused("@@\n-\tif (x < 0)\n-\t\treturn -1;\n@@\n-\t\treturn -1;\n")


def test_an_edit_elsewhere_in_the_region_breaks_nothing():
    hunk = "@@\n-\treturn x / 2;\n+\treturn x / 3;\n"
    moved = "int more(void);\n" * 20 + BODY.replace("return 2 * x", "return x + x")
    assert apply(hunk, moved) == moved.replace("x / 2", "x / 3")


# Refusing


def test_a_hunk_that_no_longer_applies_is_shown_beside_the_region():
    said = refused("@@\n-\tif (x & 3)\n-\t\treturn -1;\n", BODY)
    assert said.startswith("1.2-what.diff:3: this hunk no longer applies to the reference of exercise 1.2, "
                           "kernel/numbers.c:3-15:\n")
    rows = [re.sub(r"\s+", " ", line).strip() for line in said.splitlines()]
    assert "the hunk kernel/numbers.c as it is" in rows
    assert "if (x & 3) | 12 if (x & 1)" in rows and "return -1; 13 return -1;" in rows
    # The lines around it are shown as well, and the remedy.
    assert "11 {" in rows and "14 return x / 2;" in rows
    assert "make-wrong 1.2-what.diff" in said and "delete the file" in said


def test_the_place_shown_is_the_one_that_was_meant():
    """Also after names or their order were changed, and where another place has a similar line."""
    body = BODY.replace("return x / 2;", "return 2 / x;").replace("twice", "double_of")
    assert re.search(r"^ +return x / 2; +\| +14 ", refused("@@\n-\treturn x / 2;\n", body), re.M)
    assert re.search(r"^ +int twice\(int x\) +\| +3 ", refused("@@\n-int twice(int x)\n", body), re.M)


def test_lines_that_came_and_went_are_marked():
    body = BODY.replace("\tif (x & 1)\n", "\tif (x & 1)\n\t\tcount++;\n")
    assert re.search(r"^ +> +13 +count\+\+;$", refused("@@\n-\tif (x & 1)\n-\t\treturn -1;\n-\treturn x / 2;\n", body), re.M)
    assert re.search(r"^ +count\+\+; +<$", refused("@@\n \tif (x & 1)\n-\t\tcount++;\n \t\treturn -1;\n-\treturn x / 2;\n"), re.M)


def test_tabs_and_spaces_are_a_difference():
    said = refused("@@\n-    return 2 * x;\n+\treturn x;\n")
    assert re.search(r"^ +return 2 \* x; +\| +7 +return 2 \* x;$", said, re.M) and "tabs and spaces" in said


def test_a_hunk_like_nothing_there_is_shown_beside_all_of_the_region():
    said = refused("@@\n-\tspin_lock(&everything);\n")
    assert re.search(r"^ +spin_lock\(&everything\); +3 +int twice", said, re.M)
    assert all(re.search(rf" {number}\b", said) for number in range(3, 16)) and "|" not in said


def test_a_hunk_that_fits_several_places_is_refused_with_each():
    said = refused("@@\n-\t\treturn -1;\n")
    assert "1.2-what.diff:3: this hunk fits 2 places" in said and "Add a line of context" in said
    assert re.findall(r"^ +> +(\d+) +return -1;$", said, re.M) == ["6", "13"] and "if (x < 0)" in said
    assert "fits 2 places" in refused("@@\n-a\n-a\n", "a\na\na\n")  # places that overlap are two


@pytest.mark.parametrize("hunks, said", [
    ("", "has no hunk"),
    ("@@\n", ":3: this hunk changes nothing"),
    ("@@\n \treturn 2 * x;\n", ":3: this hunk changes nothing"),
    ("@@\n-\treturn 2 * x;\n+\treturn 2 * x;\n", ":3: this hunk changes nothing"),
    ("@@\n+\treturn 2;\n", ":3: this hunk only adds lines"),
    ("-\treturn 2 * x;\n", ":3: each line before the first hunk"),
    ("@@ -1,2 +1,2 @@\n-a\n", ":3: each line before the first hunk"),
    ("@@\n-\treturn 2 * x;\n\treturn 3;\n", ":5: a line of a hunk begins with"),
    ("@@\n-\treturn 2 * x;\n@@ twice\n", ":5: a line of a hunk begins with"),
    ("@@\n-\treturn 2 * x;\n\\ No newline at end of file\n", ":5: a line of a hunk begins with"),
    ("@@\n-{\n-\tif (x < 0)\n@@\n-\tif (x < 0)\n", ":6: this hunk and the one in line 3 both change kernel/numbers.c:5"),
])
def test_what_cannot_be_read_is_refused(hunks, said):
    assert said in refused(hunks)


@pytest.mark.parametrize("text", ["", "@@\n-\treturn 2 * x;\n", "#\n@@\n-\treturn 2 * x;\n", "/* What. */\n@@\n-a\n"])
def test_a_file_says_what_is_wrong(text):
    with pytest.raises(mistake.Refused, match="comment that describes the mistake"):
        mistake.parse("1.2-what.diff", text)


# Making


def made(old, new):
    return text_of(["What."], difference(old, new))


@pytest.mark.parametrize("old, new, hunks", [
    ("return 2 * x", "return 3 * x", "@@\n-\treturn 2 * x;\n+\treturn 3 * x;\n"),
    ("\tif (x < 0)\n\t\treturn -1;\n", "", "@@\n-\tif (x < 0)\n-\t\treturn -1;\n"),
    # A line that is not unique gets context, and no more than it needs.
    ("if (x & 1)\n\t\treturn -1", "if (x & 1)\n\t\treturn 0", "@@\n \tif (x & 1)\n-\t\treturn -1;\n+\t\treturn 0;\n"),
    ("\treturn 2 * x;\n", "\treturn 2 * x;\n\tx++;\n", "@@\n \treturn 2 * x;\n+\tx++;\n"),
    # The only empty line is not a place that a reader finds.
    ("}\n\nint half", "}\n\n\nint half", "@@\n+\n int half(int x)\n"),
])
def test_a_difference_is_as_short_as_it_can_be(old, new, hunks):
    body = BODY.replace(old, new)
    assert made(BODY, body) == "# What.\n" + hunks
    assert apply(hunks) == body


def test_every_difference_leads_back():
    """Also where lines repeat, vanish at either end, or are empty."""
    chance = random.Random(1)
    for _ in range(3000):
        old = [chance.choice(["a", "b", "", "\tc", "}"]) for _ in range(chance.randrange(1, 12))]
        new = list(old)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(new) + 1)
            new[at:at + chance.randrange(2)] = [chance.choice(["a", "", "d"]) for _ in range(chance.randrange(3))]
        old, new = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
        if old != new:
            assert mistake.parse("x.diff", made(old, new)).apply(region(old)) == new


@pytest.fixture
def main(tmp_path):
    return make_project(tmp_path / "main", person(tmp_path, "maintainer"))


def test_make_wrong_writes_how_the_work_tree_differs(main):
    file, reference = "labs/1-ipc/wrong/1.2-swapped.diff", main.read(MAP)
    assert "holds the reference" in main.lab("make-wrong", file, "--says", "Swapped.", status=1)
    first, second = REFERENCE["1.2"].splitlines(True)[3:5]
    main.change(MAP, first + second, second + first)
    assert "describe the mistake" in main.lab("make-wrong", file, status=1)
    assert "no such folder" in main.lab("make-wrong", "labs/1.2-what.diff/1.2-what.diff", "--says", "x", status=1)
    said = main.lab("make-wrong", file, "--says", "The third step comes after the fourth. " * 3)
    assert f"git restore {MAP}" in said
    wrong = main.read(file)
    assert wrong.startswith("# The third step comes after the fourth. ") and wrong.count("\n# ") == 1
    body = REFERENCE["1.2"].replace(first + second, second + first)
    main.git("restore", MAP)
    assert main.read(MAP) == reference
    assert mistake.parse(file, wrong).apply(scan({MAP: reference})[0][0]) == body
    assert "sound" in main.lab("lint")


def test_make_wrong_against_a_new_reference(main):
    """The reference changes, a wrong solution no longer applies; made again, it keeps its first lines."""
    last = REFERENCE["1.2"].splitlines(True)[-1]
    main.change(MAP, last, last.replace("step", "stride"))
    assert "1.2-never.diff:2: this hunk no longer applies" in main.lab("lint", status=1)
    main.git("add", MAP)
    main.change(MAP, last.replace("step", "stride"), "\tnothing();\n")
    main.lab("make-wrong", NEVER)
    assert main.read(NEVER) == f"# never: the last step comes never.\n@@\n-{last.replace('step', 'stride')}+\tnothing();\n"
    assert main.lab("make-wrong", "labs/1-ipc/wrong/1.9-never.diff", status=1).endswith("has no exercise 1.9\n")


def test_a_wrong_solution_that_no_longer_applies_stops_what_uses_it(main, tmp_path):
    main.lab("tree", 1, "stage", tmp_path / "stage")
    last = REFERENCE["1.2"].splitlines(True)[-1]
    main.change(MAP, last, last.replace("step", "stride"))
    main.commit("Another last step")
    for command in (("apply-wrong", NEVER, tmp_path / "stage"), ("course", "--upto", 1, "--dest", tmp_path / "course")):
        said = main.lab(*command, status=1)
        assert f"{NEVER}:2: this hunk no longer applies" in said and "map_stride" in said
    assert wrong_body("1.2", "never") not in (tmp_path / "stage" / MAP).read_text()
    assert not (tmp_path / "course").exists()


# The project itself


def wrong_files():
    return sorted(ROOT.glob("labs/*/wrong/*"))


@pytest.mark.skipif(not wrong_files(), reason="no lab is written yet")
def test_this_projects_wrong_solutions_state_their_symptoms():
    """First the mistake, then its effect that a person sees."""
    heads = {path: " ".join(mistake.read(path).says) for path in wrong_files()}
    assert not [path.name for path, says in heads.items() if not re.fullmatch(r"[A-Z].*\. Symptom: [a-z0-9`].*\.", says)]


@pytest.mark.skipif(not wrong_files(), reason="no lab is written yet")
def test_this_projects_wrong_solutions_are_small():
    """Each is a difference and not a second copy of the region: as short as make-wrong makes it, and far shorter than the
    solution that results."""
    regions = scan(tree_files(ROOT))[0]
    written = bodies = 0
    for path in wrong_files():
        here = exercise.region_of(exercise.parse_file(path.name), regions)
        wrong = mistake.read(path)
        body = wrong.apply(here)
        again = text_of(wrong.says, difference(here.body, body))
        # Its author may have added a few lines of context.
        assert path.read_text().count("\n") <= again.count("\n") + 6, f"{path.name} could be:\n{again}"
        written, bodies = written + path.read_text().count("\n"), bodies + body.count("\n")
    assert written < bodies / 4
