"""azure-identity, azure-keyvault-keys, azure-mgmt-keyvault and azure-mgmt-network, Microsoft's own SDKs, against the
simulated Azure: interop/azure/probe.py does the asking."""
import tempfile

from simulator import run_probe
from tally import Checks

with Checks("azure_simulator", 240) as checks, tempfile.NamedTemporaryFile(suffix=".pem") as ca:
    run_probe(checks, "azure", "azure/probe.py", options=("--ca", ca.name))
