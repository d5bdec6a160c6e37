"""Established TCP connections outlive the stack: lwIP on the host against Linux's TCP (tests/tried/tcp, docs/tried-tcp.md).

Each case is some hundred connections, whose instance of lwIP ends at a counted point: after the Nth frame, store or request.
Frames go through a TAP device in a network namespace of the trial's own, and nowhere else.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TRIAL = "tests/tried/tcp"
sys.path.insert(0, os.path.join(ROOT, "tools"))

import port  # noqa: E402

LWIP = ["core/def", "core/inet_chksum", "core/init", "core/ip", "core/mem", "core/memp", "core/netif", "core/pbuf", "core/tcp",
        "core/tcp_in", "core/tcp_out", "core/timeouts", "core/ipv4/etharp", "core/ipv4/icmp", "core/ipv4/ip4",
        "core/ipv4/ip4_addr", "core/ipv4/ip4_frag", "netif/ethernet"]
OURS = ["tests/tried/tcp/" + name for name in ("client", "deaths", "link", "peer", "rebuild", "record", "restart", "segment", "service",
                                      "stack", "trial")]
OURS += ["lib/state/state", "lib/state/replies"]
FLAGS = ["-D_GNU_SOURCE", "-std=gnu17", "-g", "-O1", "-fno-strict-aliasing", "-fno-omit-frame-pointer"]
STATES = ["CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK",
          "TIME_WAIT"]
JOBS = 24  # connections side by side: they mostly wait for a time-out of Linux's


def numbers(enum, header):
    """{name: number} of an enum."""
    with open(os.path.join(ROOT, TRIAL, header), encoding="utf-8") as f:
        body = re.search(rf"enum {enum} {{(.*?)}};", f.read(), re.S).group(1)
    return {name: i for i, name in enumerate(re.findall(r"\b([A-Z][A-Z_]+)\b(?=,|\s*$)", re.sub(r"/\*.*?\*/", "", body)))}


POINTS = {name.removeprefix("POINT_"): n for name, n in numbers("point", "deaths.h").items()}
OMISSIONS = {name.removeprefix("OMIT_"): n for name, n in numbers("omission", "deaths.h").items()}
ORDERS = numbers("order", "ends.h")


@pytest.fixture(scope="module")
def lwip():
    if not shutil.which("apt-get"):
        pytest.skip("lwIP's source is Debian's, and there is no apt-get here")
    return port.source_of("lwip")


@pytest.fixture(scope="module")
def program(lwip, tmp_path_factory):
    out = tmp_path_factory.mktemp("tcp")
    includes = ["-I.", f"-I{TRIAL}", f"-I{lwip}/src/include", "-Ikernel/include"]
    # lwIP shifts bytes into the sign bit (tcp_in.c, the timestamp), which is undefined; so only its addresses are checked.
    jobs = [(f"{lwip}/src/{name}.c", ["-fsanitize=address"]) for name in LWIP]
    jobs += [(f"{name}.c", ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror"]) for name in OURS]
    objects = []
    for source, flags in jobs:
        objects.append(str(out / (source.replace("/", "_") + ".o")))
        build(["gcc", *FLAGS, *flags, *includes, "-c", source, "-o", objects[-1]])
    build(["gcc", "-fsanitize=address,undefined", *objects, "-o", str(out / "trial")])
    return out / "trial"


def build(command):
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def succeeds(*command):
    return bool(shutil.which(command[0])) and subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0


@pytest.fixture(scope="module")
def as_root():
    """The words before a command that may make a network namespace and a TAP device in it."""
    if os.geteuid() == 0:
        words = []
    elif os.access("/dev/net/tun", os.R_OK | os.W_OK) and succeeds("unshare", "-Urn", "true"):
        words = ["unshare", "-Ur"]
    else:
        words = ["sudo", "-n"]
    if not succeeds(*words, "unshare", "-n", "sh", "-c", "[ -c /dev/net/tun ]"):
        pytest.skip("there is no network namespace with a TAP device here: a container, or a user without sudo")
    return words


@pytest.fixture(scope="module")
def trial(program, as_root):
    """trial(kind, ...): the figures of a run, and whether all connections survived."""

    def run(kind, to, start=1, step=1, every=0, lose=0, omit="NOTHING", order="CLIENT_FIRST", active=False, out=20000, into=20000):
        words = [POINTS[kind], start, to, step, every, lose, OMISSIONS[omit], JOBS, ORDERS[order], int(active), out, into]
        done = subprocess.run([*as_root, "env", "ASAN_OPTIONS=detect_leaks=0", str(program), *map(str, words)], cwd=ROOT, text=True,
                              capture_output=True, timeout=600, check=False)
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        figures = json.loads(done.stdout)
        figures["rebuilt"] = {state for state, count in zip(STATES, figures["rebuilt"]) if count}
        figures["survived"], figures["report"] = done.returncode == 0, done.stderr[-3000:]
        return figures

    return run


def assert_survived(figures, deaths):
    assert figures["survived"], figures["report"]
    assert figures["deaths"] >= deaths


@pytest.mark.parametrize("active", [False, True], ids=["listens", "connects"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", ["FRAME_IN", "FRAME_USED", "FRAME_OUT", "FRAME_SENT", "REQUEST"])
def test_an_end_at_every_frame(trial, kind, order, active):
    assert_survived(trial(kind, 42, order=order, active=active), deaths=20)


@pytest.mark.parametrize("kind", ["FRAME_IN", "FRAME_SENT"])
def test_an_end_among_several_hundred_frames(trial, kind):
    assert_survived(trial(kind, 400, step=6, out=200000, into=200000), deaths=30)


@pytest.mark.parametrize("order, active, states", [
    ("CLIENT_FIRST", False, {"SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "TIME_WAIT"}),
    ("CLIENT_FIRST", True, {"SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "TIME_WAIT"}),
    ("PEER_FIRST", False, {"SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK"}),
    ("PEER_FIRST", True, {"SYN_SENT", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK"}),
    ("BOTH_AT_ONCE", False, {"CLOSING"}),
    ("BOTH_AT_ONCE", True, {"CLOSING"}),
])
def test_an_end_after_every_store(trial, order, active, states):
    """From the first store of the record to the last, and through every state: the whole life of a small connection."""
    last = 460
    figures = trial("STORE", last, start=0, order=order, active=active, out=4000, into=4000)
    assert_survived(figures, deaths=300)
    assert figures["points"][POINTS["STORE"]] < last, "the connection has more stores than were tried"
    assert not states - figures["rebuilt"]


@pytest.mark.parametrize("out, into, states", [(4000, 400000, {"FIN_WAIT_2"}), (400000, 4000, {"ESTABLISHED"})],
                         ids=["the_client_is_slow", "linux_is_slow"])
@pytest.mark.parametrize("kind", ["FRAME_OUT", "FRAME_SENT"])
def test_an_end_while_the_window_is_closed(trial, kind, out, into, states):
    figures = trial(kind, 300, start=30, step=6, out=out, into=into)
    assert_survived(figures, deaths=10)
    assert not states - figures["rebuilt"]


@pytest.mark.parametrize("kind, every", [("FRAME_IN", 7), ("FRAME_SENT", 5), ("STORE", 97)])
def test_dozens_of_ends_of_one_connection(trial, kind, every):
    assert_survived(trial(kind, 6, every=every, out=150000, into=150000), deaths=300)


PASSES = 5  # until Linux, whose moments depend on the host, has sent what a trial needs


def test_ends_while_frames_are_lost(trial):
    """Out of order, with holes, with selective acknowledgements; and at the acknowledgement that lwIP sends too early."""
    assert_survived(trial("FRAME_IN", 60, step=3, lose=17, out=60000, into=60000), deaths=15)
    for _ in range(PASSES):
        figures = trial("EARLY", 6, lose=11, out=60000, into=60000)
        assert_survived(figures, deaths=0)
        if figures["deaths"]:
            break
    assert_survived(figures, deaths=1)
    assert figures["lost"] and figures["early"]


@pytest.mark.parametrize("omit, how", [
    ("RECORD_FIRST", {"kind": "FRAME_SENT", "to": 12}),
    ("ACK_LIMIT", {"kind": "EARLY", "to": 6, "lose": 11, "out": 60000, "into": 60000}),
    ("HALF_OPEN", {"kind": "FRAME_SENT", "to": 4}),
    ("REPLIES", {"kind": "STORE", "to": 400, "start": 60, "step": 4, "out": 4000, "into": 4000}),
    ("CLOCK", {"kind": "FRAME_SENT", "to": 16, "start": 4}),
    ("LATE_FREE", {"kind": "FRAME_SENT", "to": 140, "start": 80, "out": 4000, "into": 400000}),
])
def test_each_part_is_needed(trial, omit, how):
    """Without it, the same trial finds connections that are lost, or whose bytes are wrong. The host's kernel is the other side, with
    its own timers: on a busy host one pass may not meet the case."""
    assert trial(**how)["survived"]
    figures = next((f for f in (trial(omit=omit, **how) for _ in range(PASSES)) if not f["survived"]), None)
    assert figures, f"{PASSES} passes without {omit} lost nothing"
    assert re.search(r"^point \d+, deaths 1: ", figures["report"], re.M), "it failed, and not after a death: " + figures["report"]


def test_the_page_has_the_trials_figures(trial):
    with open(os.path.join(ROOT, "docs/tried-tcp.md"), encoding="utf-8") as f:
        page = f.read()
    with open(os.path.join(ROOT, TRIAL, "rebuild.c"), encoding="utf-8") as f:
        lines = len(f.read().splitlines())
    assert f"| beyond lwIP's public interface (`rebuild.c`) | {lines} lines |" in page and lines < 500
    figures = trial("REQUEST", 0, start=0)
    assert f"| the record | {figures['record_bytes']} bytes |" in page


# ---- lwIP's source ----


def test_unpacking_needs_no_network(lwip, tmp_path, monkeypatch):
    """After `make clean` the downloads are there, and nothing else."""
    shutil.copytree(os.path.join(ROOT, "build/downloads/ports"), tmp_path / "downloads/ports")
    monkeypatch.setattr(port, "download", lambda *_: pytest.fail("it wants to download"))
    again = port.source_of("lwip", str(tmp_path))
    assert subprocess.run(["diff", "-r", lwip, again], check=False, capture_output=True, timeout=60).returncode == 0


def test_a_changed_download_is_refused(lwip, tmp_path, monkeypatch):
    shutil.copytree(os.path.join(ROOT, "build/downloads/ports"), tmp_path / "downloads/ports")
    changed = next((tmp_path / "downloads/ports").glob("*.orig.tar.xz"))
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    with pytest.raises(port.Failed, match="is not the file that the tree wants"):
        port.source_of("lwip", str(tmp_path))


@pytest.mark.parametrize("content, what", [(b"another one", "is not the file that the tree wants"), (None, "has no file")])
def test_a_wrong_download_is_refused(tmp_path, monkeypatch, content, what):
    """Nothing is unpacked, and the file that the message names is there."""
    def download(_port, folder, _mirror):
        for name in port.describe("lwip")["sha256"]:
            if content:
                (pathlib.Path(folder) / name).write_bytes(content)

    monkeypatch.setattr(port, "download", download)
    with pytest.raises(port.Failed, match=what) as refused:
        port.source_of("lwip", str(tmp_path))
    assert not content or os.path.exists(str(refused.value).split(" is not ", 1)[0])
    assert not (tmp_path / "ports").exists()


def test_no_source_of_others_is_committed():
    listed = subprocess.run(["git", "ls-files", "ports"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    own = {"ports/busybox/config", "ports/musl/overlay/syscall_arch.h",  # in the place of musl's header
           *(f"ports/tinycc/{name}" for name in ("code.c", "code.h", "config.h", "main.c", "merge.ld", "port.mk", "run.c"))}
    assert [path for path in listed if not re.fullmatch(r"ports/[a-z]+/port\.toml", path) and path not in own] == []
