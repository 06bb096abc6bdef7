"""boto3, AWS's own SDK, against the simulated AWS: interop/boto3/probe.py does the asking."""
import re
import subprocess
import sys

from dev_server import ROOT, program
from tally import Checks

with Checks("aws_simulator", 240) as checks:
    simulator = subprocess.Popen([program("examples/aws")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        # It says where it listens, and its access keys, in one line of JSON; it serves until its input ends.
        started = simulator.stdout.readline()
        endpoint = re.search(r'"endpoint":\s*"([^"]+)"', started).group(1)
        probe = subprocess.run(
            [sys.executable, str(ROOT / "interop/boto3/probe.py"), endpoint], input=started,
            stdout=subprocess.PIPE, text=True, timeout=200,
        )
        *table, closing = probe.stdout.rstrip().splitlines()
        print("\n".join(table), flush=True)
        counted = re.fullmatch(r"(\d+) passed, (\d+) failed", closing)
        if checks.that("the probe came to its end", counted and probe.returncode in (0, 1), closing):
            checks.passed += int(counted.group(1))
            checks.failed += int(counted.group(2))
    finally:
        simulator.stdin.close()
        try:
            simulator.wait(10)
        except subprocess.TimeoutExpired:
            simulator.kill()
            checks.that("the simulator ends when its input does", False, "it had to be killed")
