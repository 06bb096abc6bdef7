"""The providers' conformance suite against ministack, a look-alike of AWS that others wrote.

It checks signatures, external ids and policies (AUTH=true); its root key is test/test. Where it differs from AWS,
the suite expects the difference by name.
"""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import requests

from dev_server import ROOT
from tally import Checks


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


with Checks("ministack", 900) as checks, tempfile.TemporaryDirectory(prefix="ministack-") as folder:
    endpoint = f"http://127.0.0.1:{free_port()}"
    environment = dict(os.environ, BIND_HOST="127.0.0.1", GATEWAY_PORT=endpoint.rsplit(":", 1)[1], AUTH="true")
    log = pathlib.Path(folder) / "log"
    with open(log, "w") as out:
        ministack = subprocess.Popen(
            [str(pathlib.Path(sys.executable).parent / "ministack")], env=environment, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(endpoint + "/_ministack/health", timeout=2)
                break
            except requests.RequestException:
                if ministack.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("ministack did not start:\n" + log.read_text()[-2000:]) from None
                time.sleep(0.1)
        checks.that("ministack answers", True)
        suite = subprocess.run(
            # By the whole workspace, or cargo would pick other features and build all anew.
            ["cargo", "test", "--workspace", "--test", "conformance", "--", "ministack"], cwd=ROOT, text=True,
            env=dict(os.environ, ATREST_TEST_MINISTACK=endpoint), stdout=subprocess.PIPE, timeout=800,
        )
        print(suite.stdout, flush=True)
        checks.equal("the conformance suite ends well", suite.returncode, 0)
        checks.that("the conformance suite ran", "test result: ok. 0 passed" not in suite.stdout, "no test ran")
    finally:
        ministack.terminate()
        try:
            ministack.wait(10)
        except subprocess.TimeoutExpired:
            ministack.kill()
