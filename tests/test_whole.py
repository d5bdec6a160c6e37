"""Files that the tools write: a reader finds the old one or the whole new one, and a device or a pipe stays in its place."""
import os
import stat
import subprocess
import sys
import threading

from host_build import ROOT

sys.path.insert(0, os.path.join(ROOT, "tools"))
import whole  # noqa: E402  # pylint: disable=wrong-import-position


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new/folder/file"
    whole.write(path, "one\n")
    with open(path, encoding="utf-8") as reader:
        whole.write(path, b"two\n")
        assert reader.read() == "one\n"  # a reader of the old file is not disturbed
    assert path.read_text() == "two\n"
    assert os.listdir(path.parent) == ["file"]


def test_a_link_stays_and_its_file_is_written(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    whole.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text() == "new"


def test_a_pipe_is_written_to_and_stays(tmp_path):
    """So with a device: /dev/null as an output once became a file, for all programs of the host, when root wrote there."""
    path, got = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    whole.write(path, "text")
    reader.join(10)
    assert got == [b"text"] and stat.S_ISFIFO(path.lstat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


def test_the_end_of_a_pipe_can_be_named(tmp_path):
    """/dev/stdout is a link to no path when a pipe lies there."""
    program = f"import sys; sys.path.insert(0, {os.path.join(ROOT, 'tools')!r}); import whole; whole.write('/dev/stdout', 'text')"
    got = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (got.returncode, got.stdout, got.stderr) == (0, "text", "")


def test_an_error_names_the_path(tmp_path):
    (tmp_path / "file").write_text("here")
    for path in (tmp_path / "file/below", tmp_path):
        try:
            whole.write(path, "text")
            raise AssertionError("written")
        except OSError as error:
            assert error.filename == str(path)
    assert sorted(os.listdir(tmp_path)) == ["file"]
