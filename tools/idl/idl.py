"""Generates the code on both sides of a protocol, from its interface file (the language: model.py).

How an operation is called. Arguments: a single one is passed as it is, several as one struct, so that no call can swap two of
them. Results always arrive in a struct. A handler gets pointers to the same two structs. The slot
that receives a capability is a parameter after the arguments.

    file_write(cap, data, data_length, &result)                         one argument
    dir_open(cap, &(struct dir_open_args){.flags = 0, .path = path}, slot, &result)   several
    enum microk_status write(struct request *r, const struct file_write_args *args, struct file_write_result *result)

FIDL's C++ bindings pass one request struct for each method, of one field too; seL4's generated stubs pass every word as a parameter
and give back a struct where there are several results; MINIX 3 has a struct for each message, which both sides fill by hand.
Here structs are generated, and the most frequent kind of call stays as short as a function's.

    idl.py FILE.idl... --out build/gen [--root .]    stubs and dispatch of each file: for
                                                      protocols/file.idl protocols/file_client.h …
    idl.py FILE.idl... --names build/gen/protocols/names.c   names of all operations, for traces
    idl.py FILE.idl... --docs docs/protocols.md             the reference page
"""

import argparse
import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import client  # noqa: E402
import ending  # noqa: E402
import reference  # noqa: E402
import server  # noqa: E402
import whole  # noqa: E402
from model import IdlError, Parser, check_together  # noqa: E402
from shared import protocol_header  # noqa: E402


def load(paths, root):
    protocols = []
    for path in paths:
        source = os.path.relpath(path, root).replace(os.sep, "/")
        if not source.endswith(".idl"):
            raise IdlError(path, "the name of an interface file ends in .idl")
        if source.startswith("../"):
            raise IdlError(path, f"lies outside the tree {root}")
        try:
            with open(path, encoding="utf-8") as f:
                text = f.read()
        except (OSError, UnicodeDecodeError) as e:
            raise IdlError(path, f"cannot be read: {e}") from e
        protocols.append(Parser(text, path, source[:-len(".idl")]).parse())
    check_together(protocols)
    return protocols


def generate(protocols, out):
    # Includes begin with "gen/", so that is what the folder is called.
    gen = out if os.path.basename(os.path.normpath(out)) == "gen" else os.path.join(out, "gen")
    for p in protocols:
        base = os.path.join(gen, p.source)
        whole.write(base + "_protocol.h", protocol_header(p))
        whole.write(base + "_client.h", client.header(p))
        whole.write(base + "_client.c", client.source(p))
        whole.write(base + "_server.h", server.header(p))
        whole.write(base + "_server.c", server.source(p))


def main(argv):
    parser = argparse.ArgumentParser(description="Generate code and pages from interface files.")
    parser.add_argument("files", nargs="+", metavar="FILE.idl")
    parser.add_argument("--out", metavar="DIR", help="write stubs and dispatch here")
    parser.add_argument("--root", default=".", metavar="DIR", help="the tree the files lie in")
    parser.add_argument("--names", metavar="FILE.c", help="write the table of operation names")
    parser.add_argument("--docs", metavar="FILE.md", help="write the reference page")
    args = parser.parse_args(argv)
    try:
        protocols = load(args.files, args.root)
        if args.out:
            generate(protocols, args.out)
        if args.names:
            whole.write(args.names, reference.names_source(protocols))
            whole.write(args.names[:-2] + ".h" if args.names.endswith(".c") else args.names + ".h",
                  reference.names_header())
        if args.docs:
            whole.write(args.docs, reference.page(protocols))
    except IdlError as e:
        print(e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    ending.run("idl", main, sys.argv[1:])
