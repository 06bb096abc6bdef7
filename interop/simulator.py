"""Starting a simulated cloud by itself and letting a probe ask it. Knows neither the cloud nor the questions."""
import json
import re
import subprocess
import sys

from dev_server import ROOT, program


def run_probe(checks, example, probe, options=(), arguments=lambda given: ()):
    """Runs a probe against an example of the simulators, and adds the probe's count to ours.

    The example says in one line of JSON where it listens and with which credentials; it serves until its input ends.
    The probe reads that line, prints its table and, last, its count.
    """
    simulator = subprocess.Popen([program(f"examples/{example}"), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        started = simulator.stdout.readline()
        words = [sys.executable, str(ROOT / "interop" / probe), *arguments(json.loads(started))]
        asked = subprocess.run(words, input=started, stdout=subprocess.PIPE, text=True, timeout=checks.seconds - 30)
        *table, closing = asked.stdout.rstrip().splitlines() or [""]
        print("\n".join(table), flush=True)
        counted = re.fullmatch(r"(\d+) passed, (\d+) failed", closing)
        if checks.that("the probe came to its end", counted and asked.returncode in (0, 1), closing):
            checks.passed += int(counted.group(1))
            checks.failed += int(counted.group(2))
    finally:
        simulator.stdin.close()
        try:
            simulator.wait(10)
        except subprocess.TimeoutExpired:
            simulator.kill()
            checks.that("the simulator ends when its input does", False, "it had to be killed")
