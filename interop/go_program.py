"""Building and running a program in Go that prints its checks as ours do. Knows nothing of what is checked.

Without Go, or where a module cannot be had, nothing is run, and a line says so.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from dev_server import DevServer

HERE = pathlib.Path(__file__).resolve().parent
# Without these, Go would fetch another Go, look for a workspace around us, or call git.
ENVIRONMENT = dict(os.environ, GOTOOLCHAIN="local", GOWORK="off", GOFLAGS="-mod=readonly -buildvcs=false")
# A module that is here, but is not the one of go.sum, is no reason to go on without.
ANOTHER = re.compile(r"checksum mismatch|SECURITY ERROR|go\.sum")


class NotRun(Exception):
    """Go, or a module, is not to be had here."""


def check_with(name, checks, *options):
    """Builds the program in the folder of that name, runs it against `atrest dev`, and adds what it counts."""
    with tempfile.TemporaryDirectory(prefix="atrest-interop-") as folder:
        try:
            program = built(name, checks, pathlib.Path(folder))
        except NotRun as reason:
            checks.not_run(reason)
            return
        if program:
            with DevServer(*options) as server:
                run(name, checks, program, server)


def built(name, checks, folder):
    """Builds the program. What is not here is no failure; what does not compile is one."""
    if shutil.which("go") is None:
        raise NotRun("Go is not installed")
    try:
        fetched = go(name, "mod", "download", seconds=180)
    except subprocess.TimeoutExpired:
        raise NotRun("the modules did not come within 180 s") from None
    if fetched.returncode != 0 and not ANOTHER.search(fetched.stderr):
        raise NotRun((fetched.stderr.strip().splitlines() or ["go mod download failed"])[-1])
    if not checks.that("the modules are those of go.sum", fetched.returncode == 0, fetched.stderr):
        return None
    program = folder / name
    build = go(name, "build", "-o", str(program), ".", seconds=900)
    return program if checks.that("it compiles", build.returncode == 0, build.stderr) else None


def go(name, *words, seconds):
    return subprocess.run(
        ["go", *words], cwd=HERE / name, env=ENVIRONMENT, capture_output=True, text=True, timeout=seconds
    )


def run(name, checks, program, server):
    """Runs the program, passes its lines on, and adds what its last one counts."""
    with subprocess.Popen([program, server.folder / "dev.json"], stdout=subprocess.PIPE, text=True) as process:
        counted = None
        try:
            for line in process.stdout:
                counted = re.fullmatch(rf"{name}: (\d+) passed, (\d+) failed\n", line)
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
