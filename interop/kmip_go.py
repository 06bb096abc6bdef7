"""ovh/kmip-go, unmodified, against the door for keys: builds and runs the program in `kmip_go/`, whose checks are counted here.

Without Go, or where the module cannot be had, nothing is run, and a line says so.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from dev_server import DevServer
from tally import Checks

SOURCE = pathlib.Path(__file__).resolve().parent / "kmip_go"
# Without these, Go would fetch another Go, look for a workspace around us, or call git.
ENVIRONMENT = dict(os.environ, GOTOOLCHAIN="local", GOWORK="off", GOFLAGS="-mod=readonly -buildvcs=false")
# A module that is here, but is not the one of go.sum, is no reason to go on without.
ANOTHER = re.compile(r"checksum mismatch|SECURITY ERROR|go\.sum")


class NotRun(Exception):
    """Go, or the module, is not to be had here."""


def built(checks, folder):
    """Builds the program. What is not here is no failure; what does not compile is one."""
    if shutil.which("go") is None:
        raise NotRun("Go is not installed")
    try:
        fetched = go("mod", "download", seconds=120)
    except subprocess.TimeoutExpired:
        raise NotRun("the module did not come within 120 s") from None
    if fetched.returncode != 0 and not ANOTHER.search(fetched.stderr):
        raise NotRun((fetched.stderr.strip().splitlines() or ["go mod download failed"])[-1])
    if not checks.that("the module is the one of go.sum", fetched.returncode == 0, fetched.stderr):
        return None
    program = folder / "kmip_go"
    build = go("build", "-o", str(program), ".", seconds=600)
    return program if checks.that("it compiles", build.returncode == 0, build.stderr) else None


def go(*words, seconds):
    return subprocess.run(["go", *words], cwd=SOURCE, env=ENVIRONMENT, capture_output=True, text=True, timeout=seconds)


def run(checks, program, server):
    """Runs the program, passes its lines on, and adds what its last one counts."""
    with subprocess.Popen([program, server.folder / "dev.json"], stdout=subprocess.PIPE, text=True) as process:
        counted = None
        try:
            for line in process.stdout:
                counted = re.fullmatch(r"kmip_go: (\d+) passed, (\d+) failed\n", line)
                if not counted:
                    print(line, end="", flush=True)
        except BaseException:
            process.kill()
            raise
    passed, failed = map(int, counted.groups()) if counted else (0, 0)
    checks.passed += passed
    checks.failed += failed
    if process.returncode != 0 and not failed or not passed:
        checks.that("the program came to its end", False, f"it ended with {process.returncode}")


with Checks("kmip_go", 900) as checks, tempfile.TemporaryDirectory(prefix="atrest-interop-") as folder:
    try:
        program = built(checks, pathlib.Path(folder))
    except NotRun as reason:
        print(f"kmip_go: not run: {reason}", flush=True)
    else:
        if program:
            with DevServer() as server:
                run(checks, program, server)
