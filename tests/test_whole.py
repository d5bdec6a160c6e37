"""Files that the tools write whole. A reader finds the old file or the new one; devices, pipes and folders stay in their places."""
import os
import stat
import subprocess
import sys
import threading

import pytest

from host_build import ROOT

sys.path.insert(0, os.path.join(ROOT, "tools"))
import whole  # noqa: E402  # pylint: disable=wrong-import-position

EITHER = pytest.mark.parametrize("write", [whole.write, whole.output])
OF_OURS = f"import sys; sys.path.insert(0, {os.path.join(ROOT, 'tools')!r}); import whole; "


def read_in_the_background(path):
    """A list that has the pipe's bytes once they came, and the thread to wait for."""
    got = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()), daemon=True)
    reader.start()
    return got, reader


@EITHER
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path, write):
    path = tmp_path / "new/folder/file"
    write(path, "one\n")
    with open(path, encoding="utf-8") as reader:
        write(path, b"two\n")
        assert reader.read() == "one\n"  # a reader of the old file is not disturbed
    assert path.read_text() == "two\n"
    assert os.listdir(path.parent) == ["file"]


def test_a_link_that_others_may_have_made_is_not_followed(tmp_path):
    """Neither in the file's place, nor in that of the new file on its way."""
    (tmp_path / "teachers").write_text("old")
    for name in ("report", f"report.{os.getpid()}.new"):
        (tmp_path / name).symlink_to("teachers")
    whole.write(tmp_path / "report", "new")
    assert (tmp_path / "teachers").read_text() == "old"
    assert not (tmp_path / "report").is_symlink() and (tmp_path / "report").read_text() == "new"
    assert sorted(os.listdir(tmp_path)) == ["report", "teachers"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_that_a_person_names_stays(tmp_path, there):
    if there:
        (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    whole.output(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text() == "new"
    whole.remove_output(tmp_path / "link")
    assert os.listdir(tmp_path) == ["link"]
    whole.remove_output(tmp_path / "link")


def test_a_pipe_that_a_person_names_is_written_to(tmp_path):
    """So with a device: /dev/null as an output once became a file, for all programs of the host, when root wrote there."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got, reader = read_in_the_background(path)
    whole.output(path, "text")
    reader.join(10)
    assert got == [b"text"]
    whole.remove_output(path)
    assert stat.S_ISFIFO(path.lstat().st_mode) and os.listdir(tmp_path) == ["pipe"]
    whole.output("/dev/null", "text")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("name", ["pipe", "folder", "absent/"])
def test_no_file_takes_the_place_of_something_else(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="a device, a pipe or a folder") as error:
        whole.write(f"{tmp_path}/{name}", "text")
    assert error.value.filename == f"{tmp_path}/{name}"
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"] and not os.listdir(tmp_path / "folder")


def test_a_link_of_the_system_is_not_replaced():
    """`whole.write` is not called, which would do it as root if this check did not hold."""
    assert os.path.islink("/dev/stdout") and not whole._is_free("/dev/stdout")  # pylint: disable=protected-access


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_stream_of_the_process_gets_the_text_where_it_is(tmp_path, name):
    program = f"{OF_OURS}print('one'); whole.output({name!r}, 'two\\n'); whole.remove_output({name!r}); print('three')"
    piped = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, "one\ntwo\nthree\n", "")
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        log.write("zero\n")
        log.flush()
        subprocess.run([sys.executable, "-c", program], stdout=log, check=True)
    assert (tmp_path / "log").read_text() == "zero\none\ntwo\nthree\n"


@EITHER
def test_an_error_names_the_path(tmp_path, write):
    (tmp_path / "file").write_text("here")
    (tmp_path / "round").symlink_to("round")
    for path in (tmp_path / "file/below", tmp_path):
        with pytest.raises(OSError) as error:
            write(path, "text")
        assert error.value.filename == str(path)
    assert sorted(os.listdir(tmp_path)) == ["file", "round"]


def test_a_link_to_itself_stays(tmp_path):
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(OSError, match="symbolic links"):
        whole.output(tmp_path / "round", "text")
    assert os.listdir(tmp_path) == ["round"] and (tmp_path / "round").is_symlink()


def test_a_block_that_fails_changes_nothing(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(ZeroDivisionError), whole.replacing(tmp_path / "file") as new:
        with open(new, "x", encoding="utf-8") as f:
            f.write(str(1 / 0))
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "old"
