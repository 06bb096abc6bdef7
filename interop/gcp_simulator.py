"""google-auth and google-cloud-kms, Google's own SDKs, against the simulated Google Cloud: interop/gcp/probe.py does the
asking."""
from simulator import run_probe
from tally import Checks

with Checks("gcp_simulator", 240) as checks:
    run_probe(checks, "gcp", "gcp/probe.py")
