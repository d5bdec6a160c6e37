"""The page cache and ext2 on the host, under sanitizers, against e2fsprogs: trees both ways, random operations against a model,
instances that end after a store, power cuts, damaged images, and the limits."""
import os
import random
import shutil
import subprocess
import tempfile
import zlib

import pytest

from host_build import ROOT, compile_program, run

HERE = "tests/host/ext2"
SOURCES = [f"servers/vfs/{room}/{name}" for room in ("cache", "ext2")
           for name in sorted(os.listdir(os.path.join(ROOT, "servers/vfs", room))) if name.endswith(".c")]
STORE = "lib/state/store.c"  # test_model.c has its own, which ends the instance
PROGRAMS = {"tree": [f"{HERE}/test_tree.c", STORE], "limits": [f"{HERE}/test_limits.c", STORE],
            "table": [f"{HERE}/test_table.c", STORE], "workers": [f"{HERE}/test_workers.c", STORE], "overlap": [f"{HERE}/test_overlap.c", STORE],
            "damage": [f"{HERE}/damage.c", f"{HERE}/test_damage.c", STORE], "model": [f"{HERE}/model.c", f"{HERE}/test_model.c"]}
BLOCKS = [1024, 2048, 4096]
# Debian has e2fsprogs there, and the PATH of a user who is not root lacks it. tests/fuzz/fuzz.py makes images with this file, too.
os.environ["PATH"] += ":/usr/sbin:/sbin"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    out = str(tmp_path_factory.mktemp("ext2"))
    flags = {source: ["-fno-strict-aliasing"] for source in SOURCES}
    return {name: compile_program(out, name, [*SOURCES, f"{HERE}/kit.c", *sources], flags) for name, sources in PROGRAMS.items()}


REVISION_0 = "revision 0"


def make_image(path, blocks, *options, size=24, source=None, nodes=1024):
    with open(path, "wb") as f:
        f.write(b"\xee" * (size << 20))  # a block that a file shows without having been written is seen
    oldest = REVISION_0 in options
    options = [word for option in options for word in (["-I", "128"] if option == REVISION_0 else [option])]
    run(["mke2fs", "-q", "-F", "-E", "nodiscard", "-t", "ext2", "-b", str(blocks), "-N", str(nodes), *options, *(["-d", source] if source else []), path])
    if oldest:  # mke2fs's own option differs from release to release
        run(["debugfs", "-w", "-R", "set_super_value rev_level 0", path])
    return path


def fsck(image):
    run(["e2fsck", "-fn", image])


def tool(program, *arguments, text=None):
    done = subprocess.run([program, *map(str, arguments)], cwd=ROOT, text=True, timeout=300, check=False, errors="replace", input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "ASAN_OPTIONS": "detect_stack_use_after_return=0"})
    assert done.returncode == 0, f"{' '.join(map(str, arguments))}:\n{done.stdout[-3000:]}"
    return done.stdout


def make_tree(folder):
    """A tree with a file of each kind that a user can make."""
    os.makedirs(f"{folder}/sub/deep")
    generator = random.Random(5)
    for name, size in (("empty", 0), ("small", 5), ("large", 3 << 20), ("sub/block", 4096)):
        with open(f"{folder}/{name}", "wb") as f:
            f.write(generator.randbytes(size))
    with open(f"{folder}/sparse", "wb") as f:
        f.seek(150 << 20)
        f.write(b"end")
    for number in range(400):
        with open(f"{folder}/sub/deep/a_file_with_a_long_name_{number}", "w", encoding="ascii") as f:
            f.write(str(number))
    os.symlink("small", f"{folder}/short")
    os.symlink("y" * 200, f"{folder}/long")
    os.link(f"{folder}/small", f"{folder}/sub/hard")
    os.chmod(f"{folder}/small", 0o4751)


def listing(folder):
    """As test_tree prints it."""
    rows = set()
    for at, directories, files in os.walk(folder):
        for name in directories + files:
            path = os.path.join(at, name)
            info, crc, target, kind, size = os.lstat(path), 0, "-", 0, os.lstat(path).st_size
            if os.path.islink(path):
                kind, target = 4, os.readlink(path)
            elif os.path.isdir(path):
                kind, size = 1, 0
            else:
                with open(path, "rb") as f:
                    crc = zlib.crc32(f.read())
            rows.add(f"{kind} {info.st_mode & 0o7777:o} {size} {info.st_nlink if kind == 0 else '-'} {crc:08x} {target} "
                     f"{path[len(folder):]}")
    return rows


def listed(program, image, *options):
    rows = set()
    for line in tool(program, image, "list", *options).splitlines():
        field = line.split(" ")
        if len(field) == 7 and "lost+found" not in line:
            rows.add(" ".join([*field[:3], field[3] if field[0] == "0" else "-", *field[4:]]))
    return rows


@pytest.mark.parametrize("options", [["-j"], ["-O", "^has_journal"], [REVISION_0, "-O", "none"], ["-I", "128"]], ids=["journal", "plain", "revision_0", "inode_128"])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_a_tree_of_mke2fs_is_read(program, tmp_path, blocks, options):
    make_tree(f"{tmp_path}/tree")
    image = make_image(f"{tmp_path}/image", blocks, *options, source=f"{tmp_path}/tree")
    assert listed(program["tree"], image) == listing(f"{tmp_path}/tree")


PLAN = """d 755 /made
f 644 6 1 /made/small
f 600 0 2 /made/empty
f 644 9000000 3 /made/large
l short /made/link
l {long} /made/long
h /small /made/hard
d 700 /made/x
d 700 /made/y
m /made/x /made/y/x
m /made/small /made/y/x/renamed
r /sub/deep/a_file_with_a_long_name_77
t 100000 /large
t 1000001 /made/empty
f 644 300000 4 /made/gone
r /made/gone
r /sparse
"""


@pytest.mark.parametrize("options", [["-j"], ["-O", "^has_journal"], [REVISION_0, "-O", "none"]], ids=["journal", "plain", "revision_0"])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_a_tree_that_was_changed_is_read_by_debugfs(program, tmp_path, seed, blocks, options):
    make_tree(f"{tmp_path}/tree")
    image = make_image(f"{tmp_path}/image", blocks, *options, source=f"{tmp_path}/tree", nodes=4096)
    many = [f"f 644 10 {n} /made/y/file{n}" for n in range(900)] + [f"r /made/y/file{n}" for n in range(0, 900, 3)]
    tool(program["tree"], image, "make", seed, text=PLAN.format(long="z" * 300) + "\n".join(many) + "\n")
    fsck(image)
    os.mkdir(f"{tmp_path}/out")
    run(["debugfs", "-R", f"rdump / {tmp_path}/out", image])
    shutil.rmtree(f"{tmp_path}/out/lost+found")

    def without_owner(rows):  # debugfs writes hard links as two files, and may not set an owner's bits
        return {" ".join(f for n, f in enumerate(row.split(" ")) if n not in (1, 3)) for row in rows}
    assert without_owner(listed(program["tree"], image)) == without_owner(listing(f"{tmp_path}/out"))
    assert "/made/y/x/renamed" in "".join(listing(f"{tmp_path}/out"))


def test_a_directory_with_a_hash_tree_is_changed(program, tmp_path, seed):
    """e2fsck -D makes the tree; a writer that does not keep it must clear the directory's flag."""
    make_tree(f"{tmp_path}/tree")
    image = make_image(f"{tmp_path}/image", 1024, "-j", source=f"{tmp_path}/tree")
    subprocess.run(["e2fsck", "-fyD", image], check=False, stdout=subprocess.DEVNULL, timeout=60)
    assert "Flags: 0x1000" in run(["debugfs", "-R", "stat /sub/deep", image])
    assert listed(program["tree"], image) == listing(f"{tmp_path}/tree")
    tool(program["tree"], image, "make", seed, text="".join(f"f 644 5 1 /sub/deep/new{n}\n" for n in range(200)) +
         "r /sub/deep/a_file_with_a_long_name_9\n")
    fsck(image)
    assert "Flags: 0x0" in run(["debugfs", "-R", "stat /sub/deep", image])


@pytest.mark.parametrize("blocks", [1024, 4096])
def test_a_journal_that_e2fsprogs_wrote_is_replayed(program, tmp_path, blocks):
    """debugfs writes batches, revokes and blocks that begin with the journal's number; e2fsck's replay is the measure."""
    image = make_image(f"{tmp_path}/image", blocks, "-j", source=None)
    data = {"one": b"\xc0\x3b\x39\x98" + bytes(range(252)), "two": b"second", "three": b"third"}
    for name, content in data.items():
        with open(f"{tmp_path}/{name}", "wb") as f:
            f.write((content * blocks)[:blocks * 2])
    free = [int(n) for n in run(["debugfs", "-R", "ffb 8", image]).split(":")[-1].split()]
    script = ["jo", f"jw -b {free[0]},{free[1]} {tmp_path}/one", f"jw -b {free[2]},{free[3]} {tmp_path}/two",
              f"jw -r {free[2]}", f"jw -b {free[4]},{free[0]} {tmp_path}/three", f"jw -b {free[5]},{free[6]} -c {tmp_path}/one", "jc"]
    with open(f"{tmp_path}/script", "w", encoding="ascii") as f:
        f.write("\n".join(script) + "\n")
    print(run(["debugfs", "-w", "-f", f"{tmp_path}/script", image]))
    shutil.copy(image, f"{tmp_path}/peer")
    subprocess.run(["e2fsck", "-fy", f"{tmp_path}/peer"], check=False, stdout=subprocess.DEVNULL, timeout=60)
    subprocess.run([program["tree"], image, "make"], input="", text=True, check=False, cwd=ROOT, timeout=60)

    def content(path):
        with open(path, "rb") as f:
            whole = f.read()
        return [whole[n * blocks:(n + 1) * blocks] for n in free]
    assert content(image) == content(f"{tmp_path}/peer")
    assert content(image)[1][:4] == data["one"][:4] or content(image)[0][:4] == data["three"][:4]
    fsck(image)


@pytest.mark.parametrize("options", [["-j"], ["-O", "^has_journal"]], ids=["journal", "plain"])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_random_operations(program, tmp_path, seed, blocks, options):
    image = make_image(f"{tmp_path}/image", blocks, *options)
    tool(program["model"], image, "random", seed, 800)
    fsck(image)


def test_random_operations_on_a_small_disk(program, tmp_path, seed):
    image = make_image(f"{tmp_path}/image", 1024, "-O", "^has_journal", size=2, nodes=128)
    out = tool(program["model"], image, "random", seed, 800)
    assert "\n0 operations found" not in "\n" + out
    fsck(image)


@pytest.mark.parametrize("options", [["-j"], ["-O", "^has_journal"]], ids=["journal", "plain"])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_an_instance_that_ends_anywhere_has_a_successor(program, tmp_path, seed, blocks, options):
    image = make_image(f"{tmp_path}/image", blocks, *options, size=12, nodes=512)
    print(tool(program["model"], image, "deaths", seed, 30, *([f"{tmp_path}/cut"] if "-j" in options else [])))
    fsck(image)


@pytest.mark.parametrize("blocks", BLOCKS)
def test_a_power_cut_loses_nothing_that_was_synced(program, tmp_path, seed, blocks):
    image = make_image(f"{tmp_path}/image", blocks, "-j", size=12, nodes=512)
    out = tool(program["model"], image, "cuts", seed, 400, f"{tmp_path}/cut", 40)
    assert int(out.split(" synced nodes")[0].split()[-1]) > 20, out


@pytest.mark.parametrize("blocks", BLOCKS)
def test_several_workers_wait_for_pages_and_nodes(program, tmp_path, seed, blocks):
    image = make_image(f"{tmp_path}/image", blocks, "-j", nodes=512)
    print(tool(program["workers"], image, seed, 300))
    fsck(image)


@pytest.mark.parametrize("what", ["large_directory", "listing", "names", "large_file", "full_disk", "pressure", "errors", "open_orphan"])
@pytest.mark.parametrize("blocks", [1024, 4096])
def test_limits(program, tmp_path, blocks, what):
    image = make_image(f"{tmp_path}/image", blocks, "-j", size=40, nodes=12000)
    print(tool(program["limits"], image, what))
    fsck(image)


@pytest.mark.parametrize("what", ["directory_again", "client_goes", "sync_while_writing", "orphan_twice", "orphan_in_one_change", "undone_after_eviction",
                                  "parts_of_a_page", "too_large_a_change", "new_block_beside"])
@pytest.mark.parametrize("blocks", [1024, 4096])
def test_overlaps(program, tmp_path, blocks, what):
    image = make_image(f"{tmp_path}/image", blocks, "-j", nodes=512)
    print(tool(program["overlap"], image, what))
    fsck(image)


@pytest.mark.parametrize("what", ["statuses", "entries", "parents", "attributes", "requests", "room", "mark", "bytes", "kinds", "read_only"])
@pytest.mark.parametrize("blocks, inodes", [(1024, 256), (4096, 128)])
def test_the_table_of_the_file_server(program, tmp_path, blocks, inodes, what):
    image = make_image(f"{tmp_path}/image", blocks, "-j", "-I", str(inodes), nodes=2048)
    if what == "kinds":
        for node in ("p p", "c c 1 2", "b b 3 4"):
            run(["debugfs", "-w", "-R", f"mknod {node}", image])
    print(tool(program["table"], image, what))
    fsck(image)


def make_fuzz_image(path, blocks, *options):
    """A small one with a file of each kind, for damaging; tests/fuzz/fuzz.py uses it, too."""
    with tempfile.TemporaryDirectory() as tree:
        os.makedirs(f"{tree}/d/e")
        for name in ["f", "d/e/g", *(f"d/file{n}" for n in range(60))]:
            with open(f"{tree}/{name}", "w", encoding="ascii") as f:
                f.write(name * 50)
        with open(f"{tree}/sparse", "wb") as f:
            f.seek(40 << 20)
            f.write(bytes(range(256)) * 800)
        os.symlink("y" * 150, f"{tree}/link")
        return make_image(path, blocks, *options, size=4, source=tree, nodes=128)


@pytest.mark.parametrize("blocks, options", [(1024, ["-j"]), (2048, []), (4096, [])])
def test_damaged_images_are_survived(program, tmp_path, seed, blocks, options):
    print(tool(program["damage"], make_fuzz_image(f"{tmp_path}/image", blocks, *options), seed, 400))


@pytest.mark.parametrize("feature, text", [("extents", "extents"), ("flex_bg", "flex_bg"), ("64bit,extents", "extents"), ("meta_bg,^resize_inode", "meta_bg"),
                                           ("inline_data", "inline_data"), ("encrypt", "encrypt")])
def test_a_feature_that_is_not_known_is_refused_by_name(program, tmp_path, feature, text):
    image = make_image(f"{tmp_path}/image", 4096, "-O", feature)
    done = subprocess.run([program["tree"], image, "list"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 1 and f"it is refused: {text}" in done.stdout


def test_a_feature_that_a_writer_must_know_makes_it_read_only(program, tmp_path):
    make_tree(f"{tmp_path}/tree")
    image = make_image(f"{tmp_path}/image", 4096, "-O", "huge_file", source=f"{tmp_path}/tree")
    done = subprocess.run([program["tree"], image, "make"], cwd=ROOT, text=True, input="d 755 /x\n", stdout=subprocess.PIPE, check=False, timeout=60)
    assert "it is read-only: features that a writer must know" in done.stdout and "status 71: d 755 /x" in done.stdout
    assert listed(program["tree"], image) == listing(f"{tmp_path}/tree")


def test_a_plain_file_system_that_was_not_unmounted_is_read_only(program, tmp_path):
    image = make_image(f"{tmp_path}/image", 4096, "-O", "^has_journal")
    run(["debugfs", "-w", "-R", "ssv state 0", image])
    done = subprocess.run([program["tree"], image, "make"], cwd=ROOT, text=True, input="d 755 /x\n", stdout=subprocess.PIPE, check=False, timeout=60)
    assert "it has no journal and was not unmounted" in done.stdout and "status 71" in done.stdout
