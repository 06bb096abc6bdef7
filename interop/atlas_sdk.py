"""The Atlas SDK for Go, unmodified, against the Admin API: builds and runs the program in `atlas_sdk/`, whose checks are
counted here."""
from go_program import check_with
from tally import Checks

with Checks("atlas_sdk", 1200) as checks:
    check_with("atlas_sdk", checks)
