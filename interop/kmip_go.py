"""ovh/kmip-go, unmodified, against the door for keys: builds and runs the program in `kmip_go/`, whose checks are counted here."""
from go_program import check_with
from tally import Checks

with Checks("kmip_go", 900) as checks:
    check_with("kmip_go", checks)
