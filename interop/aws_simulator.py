"""boto3, AWS's own SDK, against the simulated AWS: interop/boto3/probe.py does the asking."""
from simulator import run_probe
from tally import Checks

with Checks("aws_simulator", 240) as checks:
    run_probe(checks, "aws", "boto3/probe.py", arguments=lambda given: (given["endpoint"],))
