"""Running other people's programs, which may write, compute, allocate and start others without end."""
import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import threading
import time

MOST = 1 << 20            # bytes of each stream that are read
MEMORY = 4 << 30          # bytes that all processes of a command may use together
DISK = 512 << 20          # bytes in the folders that they write
PROCESSOR = 240           # seconds of the processor that they may use together
LOOK = 0.1                # seconds between two looks at them
JUST_ENDING = 1           # seconds for a command's own end to be seen
GONE = 30                 # seconds for the kernel to end what was killed
PAGE, TICK = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


class UsedUp(subprocess.TimeoutExpired):
    """A limit of all processes together was reached, and they were ended; str() names the limit."""

    def __init__(self, command, words):
        super().__init__(command, 0)
        self.words = words

    def __str__(self):
        return self.words


class TooLate(subprocess.TimeoutExpired):
    """The host's time is over. `busy`: whether the command computed for most of it, so that the host did not hold it up."""

    def __init__(self, command, timeout, busy):
        super().__init__(command, timeout)
        self.busy = busy


def run(command, *, timeout, folders=(), beside=None, between=None, **more):
    """(status, output, errors), the latter two cut to a length that a person would read.

    Raises TooLate, or UsedUp; both are TimeoutExpired. `folders`: those that it writes, which must not fill the disk. However it
    ends, every process of the command has ended: in a sandbox those of its namespace, else those of its process group. The output
    goes to files, not pipes, so that the sandbox's limit on the size of files applies and no memory is used for it.

    `beside`: a command that runs as long as this one, without output; the limits are for both together. `between`: the descriptors that each of
    the two gets (unit.Between), closed here once they have them.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with contextlib.ExitStack() as ends:  # each of them, even if one cannot be ended
            children = []
            if beside:
                children.append(Child(beside, [int(n) for n in between.of_subject()], stdout=subprocess.DEVNULL, stderr=err))
                ends.callback(children[-1].end)
            child = Child(command, [int(n) for n in between.of_judge()] if between else more.pop("pass_fds", []), stdout=out, stderr=err, **more)
            children.append(child)
            ends.callback(child.end)
            if between:
                between.close()
            watch(children, command, timeout, folders)
            reason = how_it_ended(children[0]) if beside and child.returncode else ""
        for stream in (out, err):
            stream.seek(0)
        return child.returncode, out.read(MOST).decode(errors="replace"), reason + err.read(MOST).decode(errors="replace")


def how_it_ended(child):
    """A line about a command beside another one that failed; "" if it has not ended by itself."""
    try:
        status = child.wait(JUST_ENDING)
    except subprocess.TimeoutExpired:
        return ""
    number = -status if status < 0 else status - 128  # bubblewrap and a shell add 128
    return f"the command beside it ended by signal {number}\n" if 0 < number < signal.NSIG else f"the command beside it ended with status {status}\n"


class Ended(RuntimeError):
    """The grade was ended, and begins no process any more."""


class Groups:
    """The process groups that were begun and have not ended. A person's Ctrl-C reaches none of them, since each has a session of its own."""

    def __init__(self):
        self._lock, self._running, self._ended = threading.Lock(), set(), False

    def begin(self, start):
        """The process that start() makes, the first of a group. Raises Ended."""
        with self._lock:
            if self._ended:
                raise Ended("the grade was ended")
            process = start()
            self._running.add(process.pid)
            return process

    def over(self, pid):
        """Before the process's number is free for another one."""
        with self._lock:
            self._running.discard(pid)

    def end_all(self):
        with self._lock:
            self._ended = True
            for pid in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)


GROUPS = Groups()


class Child(subprocess.Popen):
    """A command in a process group of its own, with the descriptors `passed`.

    bubblewrap ends before the first process of its namespace has ended, and so before all others of it have (pid_namespaces(7)): so it is asked for
    that process's number, and end() waits for that one, too.
    """

    def __init__(self, command, passed, **more):
        self.first, self.own, theirs = None, None, []
        if "bwrap" in command:
            ours, its = os.pipe()
            at = command.index("bwrap") + 1
            command, theirs = [*command[:at], "--info-fd", str(its), *command[at:]], [its]
        try:
            GROUPS.begin(lambda: self._start(command, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=[*passed, *theirs], **more))
        finally:
            for descriptor in theirs:
                os.close(descriptor)
            if theirs:
                with open(ours, encoding="utf-8") as f:
                    self.first = first_of(f.read())
        try:
            self.own = os.pidfd_open(self.pid)
        except OSError:  # a container's filter may forbid it
            self.own = None

    def _start(self, *arguments, **more):
        super().__init__(*arguments, **more)
        return self

    def wait_for(self, seconds):
        """As wait(), but it returns as soon as the process has ended: wait() sleeps up to 50 ms between two looks, and a grade has some hundred
        processes."""
        if self.own is not None and not select.select([self.own], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired(self.args, seconds)
        return self.wait(seconds if self.own is None else None)

    def end(self):
        """Ends the rest of the process group, and waits for the end of the namespace."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.wait()
        GROUPS.over(self.pid)
        if self.own is not None:
            os.close(self.own)
        if self.first is not None:
            gone, _, _ = select.select([self.first], [], [], GONE)
            os.close(self.first)
            if not gone:
                raise RuntimeError(f"the processes of {self.args[0]}'s sandbox did not end within {GONE} s after they were killed; the host is too busy, or "
                                   "one hangs in the kernel: look for it by ps, and grade again")


def first_of(text):
    """A descriptor of the process that bubblewrap's report names; None if there is none any more."""
    try:
        return os.pidfd_open(json.loads(text)["child-pid"])
    except (ValueError, KeyError, ProcessLookupError):
        return None


def watch(children, command, timeout, folders):
    """Waits for the last child's end; raises if it takes too long, or all of them use too much."""
    began, pause, memory, processor = time.monotonic(), 0.002, 0, 0.0
    while True:
        try:
            children[-1].wait_for(pause)
            return
        except subprocess.TimeoutExpired:
            pass
        pause = min(LOOK, 2 * pause)
        if pause == LOOK:
            memory, processor = map(sum, zip(*(used(child.pid) for child in children)))
        if memory > MEMORY:
            raise UsedUp(command, f"it used more than {MEMORY >> 30} GiB of memory")
        if processor > PROCESSOR:
            raise UsedUp(command, f"it used more than {PROCESSOR} s of the processor's time")
        if folders and pause == LOOK and sum(map(size_of, folders)) > DISK:
            raise UsedUp(command, f"it wrote more than {DISK >> 20} MiB")
        if time.monotonic() - began > timeout:
            raise TooLate(command, timeout, processor > timeout / 2)


def size_of(folder):
    """Bytes of the disk that the files in a folder take, however deep."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(top, name)).st_blocks * 512
            except OSError:
                continue  # it is gone
    return total


def used(top):
    """(bytes of memory, seconds of the processor) of a process and all that descend from it."""
    memory, processor, more = 0, 0.0, [top]
    while more:
        process = more.pop()
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
            with open(f"/proc/{process}/statm", encoding="utf-8") as f:
                memory += int(f.read().split()[1]) * PAGE  # shared memory counts, too: it can be theirs alone
            processor += sum(map(int, fields[11:15])) / TICK  # its own, and its children's that have ended
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children", encoding="utf-8") as f:
                    more += map(int, f.read().split())
        except (OSError, IndexError):
            continue  # it has ended
    return memory, processor
