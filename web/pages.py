"""The table of files that may be served: URL path → file, made once at start-up.

A request is a look-up in this table and never becomes a path, so there is nothing to escape from
and no directory to list.
"""

import re
from pathlib import Path

WEB = Path(__file__).resolve().parent
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
XTERM = {
    "xterm.js": "xterm/lib/xterm.js",
    "xterm.css": "xterm/css/xterm.css",
    "fit.js": "addon-fit/lib/addon-fit.js",
    "search.js": "addon-search/lib/addon-search.js",
}
PICTURE = re.compile(r"[A-Za-z0-9_-]+\.(png|svg)")


class MissingPackage(Exception):
    """The page's packages from npm are not installed."""


def page_table(handout=None):
    """handout: the stage's handout.md, if it has one. Pictures beside it are served, nothing else
    there is."""
    modules = WEB / "node_modules"
    table = {"/": WEB / "page" / "index.html"}
    for file in (WEB / "page").iterdir():
        if file.name != "index.html" and file.suffix in TYPES:
            table[f"/{file.name}"] = file
    for name, path in XTERM.items():
        table[f"/xterm/{name}"] = modules / "@xterm" / path
    novnc = modules / "@novnc" / "novnc"
    for folder in ("core", "vendor"):
        for file in sorted((novnc / folder).rglob("*.js")):
            table[f"/novnc/{file.relative_to(novnc)}"] = file
    table["/marked.js"] = modules / "marked" / "lib" / "marked.esm.js"
    if "/novnc/core/rfb.js" not in table or not all(file.is_file() for file in table.values()):
        raise MissingPackage("web/node_modules is missing or incomplete. Run: npm ci --prefix web")
    if handout:
        table["/handout/handout.md"] = handout
        for file in handout.parent.iterdir():
            if PICTURE.fullmatch(file.name) and file.is_file():
                table[f"/handout/{file.name}"] = file
    return table


def content_type(file):
    return TYPES[file.suffix]
