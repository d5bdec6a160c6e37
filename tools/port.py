#!/usr/bin/python3
"""port.py NAME: prints the folder that has the source of a port, as ports/NAME/port.toml describes it.

Third-party source is never in this tree. It is the named version of a Debian source package: apt downloads it, it is held
against the SHA-256 in port.toml, unpacked, and Debian's patches are applied.

- Downloads stay in build/downloads/ports, which `make clean` leaves; a build after it needs no network.
- The source comes from the suite in port.toml on every host, from the host's own mirror of Debian. apt's settings and lists
  are left as they are: it gets a sources.list and a folder for lists of its own, and an ordinary user may do that.

Weighed: Buildroot has a file of hashes beside each package's recipe and a folder of downloads that its clean leaves, as here.
Nix fetches from the authors' sites by hash; a site can vanish, and Debian's archive has the security patches, too.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from alone import alone  # noqa: E402
from debian import host  # noqa: E402

KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp")


class Failed(Exception):
    """A sentence for a person: the failure, and its remedy."""


def describe(name):
    path = os.path.join(ROOT, "ports", name, "port.toml")
    try:
        with open(path, "rb") as f:
            return tomllib.load(f)
    except FileNotFoundError:
        raise Failed(f"there is no port {name!r}: ports/{name}/port.toml is missing") from None


def sha256_of(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def is_whole(path, wanted):
    """Whether the file is there and is the one that is wanted; another one is refused, and stays for a person to look at."""
    if not os.path.exists(path):
        return False
    found = sha256_of(path)
    if found != wanted:
        raise Failed(f"{path} is not the file that the tree wants (SHA-256 {found[:16]}…, not {wanted[:16]}…); "
                     "remove it, and it is downloaded again")
    return True


def missing(port, downloads):
    return [name for name, wanted in port["sha256"].items() if not is_whole(os.path.join(downloads, name), wanted)]


def run(command, folder, what):
    try:
        done = subprocess.run(command, cwd=folder, text=True, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise Failed(f"{what} needs {command[0]}, which is not here") from None
    if done.returncode:
        raise Failed(f"{what} failed: {done.stdout.strip()[-600:] or command}")


def download(port, folder, mirror=None):
    """All files of the source package into `folder`, by apt."""
    try:
        url = host.sources(port["suite"], mirror)[0].split()[1]
    except host.NoMirror as wrong:
        raise Failed(str(wrong)) from None
    print(f"port: downloading the source of {port['package']} {port['version']} by apt", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="microk-port-") as own:
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            os.makedirs(os.path.join(own, name))
        key = next((f"[signed-by={keyring}] " for keyring in KEYRINGS if os.path.exists(keyring)), "")
        with open(os.path.join(own, "sources.list"), "w", encoding="utf-8") as f:
            f.write(f"deb-src {key}{url} {port['suite']} main\n")
        apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={own}/sources.list", "-o", f"Dir::Etc::sourceparts={own}/parts",
               "-o", f"Dir::State::lists={own}/lists", "-o", f"Dir::Cache={own}/cache", "-o", "Acquire::Languages=none",
               "-o", "APT::Sandbox::User="]
        run([*apt, "update"], own, f"apt's list of {port['suite']}'s sources")
        run([*apt, "source", "--download-only", f"{port['package']}={port['version']}"], own, f"the download of {port['package']}")
        for name in port["sha256"]:
            if os.path.exists(os.path.join(own, name)):
                shutil.move(os.path.join(own, name), os.path.join(folder, name))


def unpack(port, downloads, place):
    """The source with Debian's patches, in `place`, which appears when it is complete."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=os.path.dirname(place)) as new:
        source = top = os.path.join(new, "source")
        for name in sorted(port["sha256"], key=lambda name: ".orig." not in name):
            with tarfile.open(os.path.join(downloads, name)) as archive:
                archive.extractall(source, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
            if ".orig." in name and len(os.listdir(top)) == 1:  # most have a folder of their own; one of many names is the source itself
                source = os.path.join(top, *os.listdir(top))
        series = os.path.join(source, "debian/patches/series")
        patches = []
        if os.path.exists(series):  # Debian does not change every package
            with open(series, encoding="utf-8") as f:
                patches = [line.split()[0] for line in f if line.strip() and not line.startswith("#")]
        for patch in patches:
            run(["patch", "-s", "-p1", "-i", os.path.join("debian/patches", patch)], source, f"Debian's patch {patch}")
        shutil.rmtree(place, ignore_errors=True)
        os.rename(source, place)


def source_of(name, build=None):
    """The folder with the port's source; downloads and unpacks it if it is not there. `build`: another folder than build/."""
    build = build or os.path.join(ROOT, "build")
    port = describe(name)
    downloads = os.path.join(build, "downloads", "ports")
    version = port["version"].partition(":")[2] or port["version"]  # without Debian's epoch: make takes a colon for its own
    place = os.path.join(build, "ports", f"{port['package']}-{version}")
    with alone(downloads):  # two tests or builds may want the same port at once
        if os.path.isdir(place):
            return place
        if missing(port, downloads):
            download(port, downloads, os.environ.get("MIRROR"))
        if left_out := missing(port, downloads):
            raise Failed(f"{port['package']} {port['version']} has no file {left_out[0]}, which ports/{name}/port.toml names")
        os.makedirs(os.path.dirname(place), exist_ok=True)
        unpack(port, downloads, place)
        return place


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n", 1)[0])
    try:
        print(source_of(sys.argv[1]))
    except Failed as failure:
        sys.exit(f"port: {failure}")
