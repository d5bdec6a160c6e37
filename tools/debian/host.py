"""The settings that a made Debian takes over from the host, so that its apt and npm reach the same servers."""
import os
import re
import shlex
import shutil
import subprocess

PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# Apt's settings for fetching; files that they name are copied, too.
FETCHING = re.compile(r"Acquire::(https?|Check-Valid-Until|Check-Date|Retries|ForceIPv[46])\b")
CERTIFICATES = "/usr/local/share/ca-certificates"


class NoMirror(Exception):
    """A sentence for a person."""


def said(*command):
    try:
        return subprocess.run(command, text=True, check=False, capture_output=True).stdout
    except OSError:
        return ""


def codename():
    text = said("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME")
    return text.strip()


def find_mirrors(entries, names):
    """{"": URL, "-updates": URL, "-security": URL} from apt's entries (one "URL RELEASE" a line), for a suite with these
    names."""
    found = {}
    for line in entries.splitlines():
        url, _, release = line.partition(" ")
        for name in names:
            for part in ("", "-updates", "-security"):
                if release.strip("/") == name + part:
                    found.setdefault(part, url)
    return found


def sources(suite, mirror=None):
    """The lines of the suite's sources.list; the first one's URL is debootstrap's mirror."""
    entries = said("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    found = {"": mirror} if mirror else find_mirrors(entries, [codename(), "stable", "testing", "sid", "unstable"])
    if "" not in found:
        raise NoMirror("this host's apt has no entry of Debian to take the mirror from; name one: MIRROR=URL")
    if suite in ("sid", "unstable"):
        found = {"": found[""]}
    return [f"deb {url} {suite}{part} main" for part, url in sorted(found.items())]


def apt_settings(dump):
    """The lines of `apt-config dump` about fetching."""
    return [line for line in dump.splitlines() if FETCHING.match(line)]


def hand_over(root):
    """Network names, apt's settings, and certificates that this host trusts beside the usual ones."""
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        if os.path.exists(path):
            shutil.copyfile(path, root + path)
    settings = apt_settings(said("apt-config", "dump"))
    with open(f"{root}/etc/apt/apt.conf.d/90host", "w", encoding="utf-8") as f:
        f.write("".join(f"{line}\n" for line in settings))
    for line in settings:
        named = line.partition('"')[2].rstrip('";')
        if named.startswith("/") and os.path.isfile(named):
            os.makedirs(os.path.dirname(root + named), exist_ok=True)
            shutil.copyfile(named, root + named)
    if os.path.isdir(CERTIFICATES):
        shutil.copytree(CERTIFICATES, root + CERTIFICATES, dirs_exist_ok=True)


def environment():
    """Words for `env`: proxies, and npm's registry where it is not the usual one."""
    kept = [f"{name}={os.environ[name]}" for name in PROXIES if name in os.environ]
    registry = said("npm", "config", "get", "registry").strip() if shutil.which("npm") else ""
    return [*kept, f"npm_config_registry={registry}"] if registry.startswith("http") else kept


def quote(words):
    return " ".join(map(shlex.quote, words))
