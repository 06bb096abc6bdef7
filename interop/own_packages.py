"""Python packages that cannot live beside the others: installed into a folder of their own, in front of the path. Knows nothing
of what they are for.
"""
import subprocess
import sys

from dev_server import ROOT


class NotRun(Exception):
    """The packages are not to be had here."""


def put_in_front(name):
    """Installs `interop/<name>.txt` into `.ci-cache/<name>`, unless it is there, and lets Python look there first."""
    listed = ROOT / "interop" / f"{name}.txt"
    folder = ROOT / ".ci-cache" / name
    mark = folder / "installed.txt"
    if not mark.exists() or mark.read_text() != listed.read_text():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]
        got = subprocess.run([*install, "--target", str(folder), "--requirement", str(listed)], capture_output=True, text=True)
        if got.returncode:
            raise NotRun((got.stderr.strip().splitlines() or ["pip failed"])[-1])
        mark.write_text(listed.read_text())
    sys.path.insert(0, str(folder))
