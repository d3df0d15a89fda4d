"""`grade --cluster tls://...` works with Dask's own settings for TLS, and only with them."""

import os
import shutil
import subprocess
import sys

import pytest

from support.places import ROOT
from support.servers import dask_cluster

pytestmark = [pytest.mark.sandbox, pytest.mark.server]

dask = pytest.importorskip("dask", reason="dask is not installed (pip install distributed)")

ASSIGNMENT = "02-forward"
ROLES = ("scheduler", "worker", "client")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Dask's settings with a certificate that scheduler, workers and clients share."""
    return certificate(tmp_path_factory.mktemp("certificate"))


def certificate(folder):
    """Make a certificate that vouches for itself, and return Dask's settings for it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (Debian, Ubuntu: apt install openssl)")
    cert, key = folder / "cert.pem", folder / "key.pem"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    files = ("-keyout", key, "-out", cert)
    command = ["openssl", "req", "-x509", *kind, "-subj", "/CN=localhost", *files]
    subprocess.run(command, check=True, capture_output=True)
    tls = {"ca-file": cert}
    for role in ROLES:
        tls |= {f"{role}.cert": cert, f"{role}.key": key}
    return {f"distributed.comm.tls.{name}": str(path) for name, path in tls.items()}


def environment(settings):
    """Return the environment variables in which Dask finds its settings."""
    return {
        f"DASK_{name}".upper().replace(".", "__").replace("-", "_"): path
        for name, path in settings.items()
    }


@pytest.fixture(scope="module")
def cluster(settings):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(settings).items():
            patch.setenv(name, value)
        with dask.config.set(settings), dask_cluster(workers=1, protocol="tls") as running:
            yield running


@pytest.fixture
def course(tmp_path, sample_class):
    submitted = tmp_path / "submitted" / "hina" / ASSIGNMENT
    shutil.copytree(sample_class / "hina" / ASSIGNMENT, submitted)
    return tmp_path


def grade(course, address, settings):
    """Run the command with these settings alone, and return its exit code and its errors."""
    others = {n: v for n, v in os.environ.items() if not n.startswith("DASK_DISTRIBUTED__COMM")}
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--course", course]
    done = subprocess.run(
        [*command, "--cluster", address],
        cwd=ROOT,
        env={**others, **environment(settings), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr.splitlines()


def test_a_cluster_behind_tls_grades_for_who_has_the_certificate(course, cluster, settings):
    assert cluster.address.startswith("tls://")
    assert grade(course, cluster.address, settings) == (0, [])
    assert (course / "autograded" / "hina" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").exists()


def test_a_cluster_behind_tls_refuses_everybody_else_in_one_line(course, cluster, tmp_path):
    (tmp_path / "other").mkdir()
    for own in ({}, certificate(tmp_path / "other")):
        code, errors = grade(course, cluster.address, own)
        assert (code, len(errors)) == (2, 1), errors
        assert errors[0].startswith(f"autograder: --cluster {cluster.address}: ")
        assert "ca-file" in errors[0]
    assert [path.name for path in course.iterdir() if path.name != "other"] == ["submitted"]
