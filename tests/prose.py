"""The prose of the tree, and the forms that the house's rule forbids (tests/test_house.py).

Vale and proselint check prose in general; their rules for C comments are line by line, and neither knows which pronoun stands
for a thread. Here the comments and pages are cut out, sentences that run over lines are joined, and a few forms are looked
for that are wrong wherever they stand: a bare "nobody" or "whoever", "shall", a thread that is "he", a clause that begins
with "who" or "what", software that "tells" or "learns", and turns that are another language's ("all the same", "for" in
place of "because", "is owed", "can be had").
"""
import io
import re
import tokenize

HASH = re.compile(r"(?:^|/)(Makefile|Dockerfile|Vagrantfile|private|menu)$|\.(mk|sh|toml|conf|cfg|hex|idl|yml|yaml)$")
C_LIKE = (".c", ".h", ".S", ".js", ".css", ".ld")

CLAUSE = r"(?:^|[.:;] |\(|, (?:and|but|or|so) )"
FORMS = [
    (re.compile(r"\b(?:nobody|anybody|somebody|everybody|whoever|whomever)\b", re.I), "name the thread, caller, server or program"),
    (re.compile(r"\bshall\b", re.I), "must"),
    (re.compile(r"\b(?:he|him|his)\b"), "it: a thread or program is a thing"),
    (re.compile(CLAUSE + r"(?:Who|Whom|who|whom) (?!is (?:it|asking)\b)[^?.;:]*(?:[.;:]|$)"), "begin with the thread, caller or server"),
    (re.compile(r"\b(?:thread|program|server|task|caller|kernel)s? who\b"), "that: a thread or program is a thing"),
    (re.compile(r"(?:^|[.:;] |\(|- )(?:What|Whatever|what) [^?.]*(?:\.|$)"), "begin with the thing itself"),
    (re.compile(r", and what (?:is|was|it|they|the|a|an|of)\b(?![^.]*\?)"), "name the thing: its parts, its result, the rest"),
    (re.compile(r"\b(?:of|to|through|with|by|for|from|than|against|in) what (?:is|are|was|were|may|it|they|the|a|an)\b(?![^.]*\?)"),
     "name the thing: the objects, the part, the list that …"),
    (re.compile(r"\ball the same(?=[.,;:]|$)", re.I), "still, even so"),
    (re.compile(r", for (?:it|they|we|these|unlike|nothing|else)\b(?! to\b)"), "because"),
    (re.compile(r"\bwork(?:s|ed|ing)? off\b", re.I), "take apart, do, complete"),
    (re.compile(r"\bas (?:it|they) likes?\b|\bnothing of the (?:kind|sort)\b|\bis no matter\b|\bin the midst\b", re.I),
     "without a limit; no such thing; does not matter; in the middle"),
    (re.compile(r"\b(?:is|are|was|were) owed\b", re.I), "name the thread that owes the answer, or waits for it"),
    (re.compile(r"\b(?:can|cannot|could|must|to|is|are) (?:not )?be had\b", re.I), "get, reach, allocate"),
    (re.compile(r"\bHere likewise\b"), "MicroK does the same"),
    (re.compile(r"(?<![Tt]here )\b(?:is|are|was|were) no "
                r"(?!longer\b|more\b|less\b|fewer\b|better\b|worse\b|other\b|such\b|later\b|earlier\b|need\b|further\b)\w"),
     "is not a …"),
    (re.compile(r"\b(?:it|that|this|step|string|which) is none\b"), "if it is not one"),
    (re.compile(r"\b(?:an?|any|some|every|each|no|another|all|addresses|lines|bytes) (?:\w+ ){0,2}of (?:the )?\w+'s(?=[.,:;)]| \(| or | and |$)"),
     "one of the kernel's …, the kernel's …"),
    (re.compile(r"(?:^|[.:;] )Else\b"), "otherwise"),
    (re.compile(r"\b(?:is|are|was|were) in the middle\b(?! of)"), "is half done"),
    (re.compile(r"\b(?:takes?|lasts?) as long as [^.]*\b(?:has|have) (?:made|copied)\b"), "its time grows with the number of"),
    (re.compile(r"(?:^|[.:;] )To (?:\w+ ){1,8}(?:takes|goes|lasts|costs|means)\b"), "Mapping takes …"),
    (re.compile(r"\b(?:is|are) not to (?:be|wait)\b|\bno \w+ (?:is|are) to (?:be|wait)\b"), "must not"),
    (re.compile(r"\b(?:writ(?:es?|ten|ing)|wrote) over\b|\btill\b", re.I), "overwrites, overwritten; until"),
    (re.compile(r"\bcomes? to (?:its|their|an) end\b|\bnothing of (?:it|the)\b"), "ends; no part of"),
    (re.compile(r"\b(?:capability|object|thread|holder|caller|[Ee]ndpoint)s? (?:that )?(?:goes|went)(?=[.,;:]| while| before| when|$)"),
     "ends, is deleted, dies"),
    (re.compile(r"\bso many\b(?![^.;:]*\bthat\b)", re.I), "this many, n, its number"),
    (re.compile(r"\bno (?!one\b)\w+ but (?!it\b|they\b|the \w+ (?:is|are|has|have)\b)"), "only"),
    (re.compile(r"\b(?:tells|told|says|said|learns|hears|heard)\b", re.I), "returns, reports, prints, contains, is notified"),
]
# The word itself is the subject: the user of that name, the names in examples.
NAMES = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^' ]*'|--\w+|\bgit config\b[^;]*")


def c_comments(text):
    """[(line, comment)] of C, assembly and JavaScript; strings are skipped, so that a URL in one is not a comment."""
    found = []
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|/\*.*?\*/|//[^\n]*', text, re.S):
        if match[0].startswith("/"):
            body = re.sub(r"^/\*+|\*+/$|^//+", "", match[0])
            found.append((text.count("\n", 0, match.start()) + 1, re.sub(r"\n[ \t]*\*?", "\n", body)))
    return found


def hash_comments(text):
    """Runs of lines that begin with `#`, joined; and those at the end of a line."""
    found, run, began = [], [], 0
    for number, line in enumerate(text.split("\n") + [""], 1):
        whole = re.match(r"\s*#+ ?(.*)$", line)
        if whole and not line.startswith("#!"):
            run, began = [*run, whole[1]], began if run else number
            continue
        if run:
            found.append((began, "\n".join(run)))
            run = []
        late = re.search(r"\s# (.+)$", line)
        if late:
            found.append((number, late[1]))
    return found


def python_comments(text):
    """Comments and docstrings."""
    found, run, began, last = [], [], 0, -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("#!"):
            line = token.start[0]
            if run and line != last + 1:
                found, run = [*found, (began, "\n".join(run))], []
            began, last = (began if run else line), line
            run.append(token.string.lstrip("# "))
        elif token.type == tokenize.STRING and token.string.lstrip("rf").startswith('"""'):
            found.append((token.start[0], re.sub(r'^[rf]*"+|"+$', "", token.string)))
    return [*found, (began, "\n".join(run))] if run else found


def page(text):
    """Paragraphs, rows and list items of Markdown, without code; a question is none of these forms."""
    text = re.sub(r"^```.*?^```$|^(?: {4}|\t)[^\n]*$|<!-- .*? -->", lambda m: "\n" * m[0].count("\n"), text, flags=re.M | re.S)
    found, at = [], 1
    for part in re.split(r"(\n\s*\n|\n(?=[-|#>] ?|\d+\. )|\|)", text):
        if len(part.split()) > 4:  # fewer are a label
            found.append((at, part.strip(" \n#->|*")))
        at += part.count("\n")
    return found


def c_strings(text):
    """Texts of C: adjacent parts are one."""
    code = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    parts = re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', code)
    return [(code.count("\n", 0, m.start()) + 1, re.sub(r'"\s*"', "", m[0]).strip('"')) for m in parts]


def whole_strings(text):
    """(line, literal). Since Python 3.12 an f-string is several tokens; its expressions become {} here."""
    depth, began, parts = 0, 0, []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":
            began, parts = (token.start[0], []) if depth == 0 else (began, parts)
            depth += 1
        elif kind == "FSTRING_MIDDLE" and depth == 1:
            parts.append(token.string)
        elif kind == "FSTRING_END":
            depth -= 1
            if depth == 0:
                yield began, '"' + "{}".join(parts) + '"'
        elif kind == "STRING" and depth == 0:
            yield token.start[0], token.string


def python_strings(text):
    return [(line, re.sub(r"^[rbf]*[\"']|[\"']$", "", s)) for line, s in whole_strings(text) if '"""' not in s]


def bare(string):
    """Without its ends of lines, and without the marks of a comment that the program writes."""
    return re.sub(r"\\n|\\t|/\*+|\*/", " ", string).strip()


def shown(name, strings):
    """Those that people read: the titles, causes and results of checks, and messages, which have several words."""
    if "/checks/" in name:
        return strings
    if name.startswith("tests/"):
        return []
    return [(line, re.sub(r"{[^{}]*}", "X", bare(s))) for line, s in strings if len(s.split()) > 3]


def passages(name, text):
    """[(line, passage)] of a file of that name; none where it has no prose that can be cut out."""
    if name.endswith(".md"):
        return page(text)
    if name.endswith(".py"):
        return python_comments(text) + shown(name, python_strings(text))
    if name.endswith((".c", ".h")):
        return c_comments(text) + shown(name, c_strings(text))
    if name.endswith(C_LIKE):
        return c_comments(text)
    if name.endswith(".diff"):
        return hash_comments(text.split("\n@@")[0])
    if HASH.search(name):
        return hash_comments(text)
    return []


def faults(name, text):
    """[(line, form, remedy)]: each forbidden form in the file's prose."""
    found = []
    for line, passage in passages(name, text):
        joined = re.sub(r"\s+", " ", NAMES.sub("", passage)).strip()
        for form, remedy in FORMS:
            match = form.search(joined)
            if match:
                found.append((line, match[0].strip()[:60], remedy))
    return found
