"""boto3, AWS's own SDK, against the simulated AWS: interop/boto3/probe.py does the asking."""
import json
import os
import subprocess
import sys

from dev_server import ROOT, program
from tally import Checks

with Checks("aws_simulator", 240) as checks:
    simulator = subprocess.Popen([program("examples/aws")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        # It says where it listens in one line of JSON, then serves until its input ends.
        started = json.loads(simulator.stdout.readline())
        root = started["root"]
        environment = dict(os.environ, PROBE_AK=root["accessKeyId"], PROBE_SK=root["secretAccessKey"])
        probe = subprocess.run(
            [sys.executable, str(ROOT / "interop/boto3/probe.py"), started["endpoint"]], env=environment,
            stdout=subprocess.PIPE, text=True, timeout=200,
        )
        print(probe.stdout, flush=True)
        checks.equal("the probe ends well", probe.returncode, 0)
    finally:
        simulator.stdin.close()
        try:
            simulator.wait(10)
        except subprocess.TimeoutExpired:
            simulator.kill()
            checks.that("the simulator ends when its input does", False, "it had to be killed")
