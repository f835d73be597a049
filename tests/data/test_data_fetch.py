"""Downloads from a server on this computer: whole files arrive, anything else leaves nothing."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gaitnb import data
from gaitnb.data import store
from gaitnb.errors import DataError

CONTENT = bytes(range(256)) * 1000  # 256 kB, several pieces
SHA = hashlib.sha256(CONTENT).hexdigest()


class Server(BaseHTTPRequestHandler):
    """Serves CONTENT; the path says what goes wrong on the way."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status = {"/404": 404, "/202": 202}.get(self.path, 200)
        body = {"/404": b"", "/202": b"", "/html": b"<!DOCTYPE html><html>Sign in</html>",
                "/changed": b"?" + CONTENT[1:]}.get(self.path, CONTENT)  # fmt: skip
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/short":  # the connection breaks half-way
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.connection.close()
        elif self.path == "/slow":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.half.set()
            self.server.go_on.wait(30)
            self.wfile.write(body[len(body) // 2 :])
        else:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A local server; `asked` lists the paths requested."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.daemon_threads = True
    made.asked, made.half, made.go_on = [], threading.Event(), threading.Event()
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.go_on.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def toys(folders, toy, server):
    """Declare a data set of one file per given server path; returns the cache folder."""

    def declare(*paths):
        rows = [("toys", f"a/{p.strip('/')}.bin", server.url + p, SHA, len(CONTENT)) for p in paths]
        toy([{"name": "toys", "access": "download"}], rows)
        return folders[0]

    return declare


def left_in(folder):
    """Every file below a folder."""
    return [p for p in folder.rglob("*") if p.is_file()] if folder.exists() else []


def test_fetch_brings_whole_files_and_then_has_nothing_to_do(toys, server):
    cache = toys("/one", "/two")
    assert not data.at_hand("toys")
    assert data.fetch("toys", progress=False) == 2
    assert data.at_hand("toys") and (data.verify("toys")["problem"] == "").all()
    assert sorted(p.name for p in left_in(cache)) == ["one.bin", "two.bin"]
    assert (cache / "toys/a/one.bin").read_bytes() == CONTENT
    assert data.fetch("toys", progress=False) == 0
    assert server.asked == ["/one", "/two"]


def test_fetch_takes_what_the_mirror_has(toys, server, folders):
    cache = toys("/one", "/two")
    (folders[1] / "toys" / "a").mkdir(parents=True)
    (folders[1] / "toys" / "a" / "one.bin").write_bytes(CONTENT)
    assert data.fetch("toys", progress=False) == 1 and server.asked == ["/two"]
    assert [p.name for p in left_in(cache)] == ["two.bin"]


def test_fetch_replaces_a_damaged_file(toys, server):
    cache = toys("/one")
    path = cache / "toys" / "a" / "one.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT[:1000])
    assert data.fetch("toys", progress=False) == 1
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/changed", "found SHA-256 .*expected .*Nothing was kept"),
        ("/html", r"found 35 bytes \(an HTML page\), expected 256000"),
        ("/202", "found 0 bytes, expected 256000"),
        ("/404", "download failed .404"),
        ("/short", "download failed"),
    ],
)
def test_a_wrong_answer_leaves_nothing(toys, path, words):
    cache = toys(path)
    with pytest.raises(DataError, match=words) as error:
        data.fetch("toys", progress=False)
    assert path in str(error.value)  # names the address
    assert left_in(cache) == [] and not data.at_hand("toys")


def test_no_server_at_all(toys, server):
    cache = toys("/one")
    server.shutdown()
    server.server_close()
    with pytest.raises(DataError, match="download failed"):
        data.fetch("toys", progress=False)
    assert left_in(cache) == []


def test_what_arrived_before_a_failure_stays(toys, server):
    cache = toys("/one", "/404")
    with pytest.raises(DataError, match="404"):
        data.fetch("toys", progress=False)
    assert [p.name for p in left_in(cache)] == ["one.bin"]
    with pytest.raises(DataError, match="404"):
        data.fetch("toys", progress=False)
    assert server.asked == ["/one", "/404", "/404"]  # the first is not fetched again


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "No space left.*Nothing was kept; make room.*GAITNB_CACHE"),
        (errno.EROFS, "Read-only.*GAITNB_CACHE to a folder that you may write"),
        (errno.EACCES, "Permission denied.*GAITNB_CACHE to a folder"),
    ],
    ids=["full", "read-only", "forbidden"],
)
def test_a_disk_that_refuses_the_write(toys, monkeypatch, code, words):
    cache = toys("/one")
    written = []

    def write(self, piece):
        written.append(self.stream.write(piece[:100]))  # the disk fills up within a piece
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(store._Counted, "write", write)
    with pytest.raises(DataError, match=words) as error:
        data.fetch("toys", progress=False)
    assert written == [100] and str(cache) in str(error.value)
    assert left_in(cache) == []


def test_a_cache_whose_folder_cannot_be_made(toys, monkeypatch):
    cache = toys("/one")

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DataError, match="cannot be written .Permission denied."):
        data.fetch("toys", progress=False)
    assert left_in(cache) == []


def test_a_disk_that_refuses_the_rename(toys, monkeypatch):
    cache = toys("/one")

    def refuse(self, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(DataError, match="No space left"):
        data.fetch("toys", progress=False)
    assert left_in(cache) == []


def test_ctrl_c_leaves_nothing(toys, monkeypatch):
    cache = toys("/one")

    def interrupt(self, piece):
        raise KeyboardInterrupt

    monkeypatch.setattr(store._Counted, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        data.fetch("toys", progress=False)
    assert left_in(cache) == []


FETCH = """
import sys
from gaitnb.data import store
url, sha, size = sys.argv[1:]
store.download(store.File("toys", "a/file.bin", url, sha, int(size)))
"""


def start(url):
    return subprocess.Popen([sys.executable, "-c", FETCH, url, SHA, str(len(CONTENT))])


def test_kill_in_the_middle_is_swept_up_later(toys, server):
    cache = toys("/one")
    process = start(server.url + "/slow")
    assert server.half.wait(30)
    for _ in range(100):  # until the half file is on the disk
        if left_in(cache):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    server.go_on.set()
    (part,) = left_in(cache)
    assert part.suffix == ".part" and not data.at_hand("toys")
    assert data.fetch("toys", progress=False) == 1
    assert part.exists()  # it might belong to a download that still runs
    old = time.time() - 2 * store.STALE_PART_S
    os.utime(part, (old, old))
    data.fetch("toys", progress=False)
    assert [p.name for p in left_in(cache)] == ["one.bin"]


def test_two_processes_may_fetch_the_same_file(toys, server):
    cache = toys("/slow")
    first, second = start(server.url + "/slow"), start(server.url + "/slow")
    for _ in range(600):
        if server.asked.count("/slow") == 2:
            break
        time.sleep(0.05)
    server.go_on.set()
    assert first.wait(60) == 0 and second.wait(60) == 0
    (path,) = left_in(cache)
    assert path.name == "file.bin" and path.read_bytes() == CONTENT


def test_progress_is_shown_when_asked_for(toys, capsys):
    toys("/one")
    data.fetch("toys", progress=True)
    assert "toys" in capsys.readouterr().err
    data.fetch("toys", progress=True)
    assert capsys.readouterr().err == ""  # nothing to do, nothing to show
