"""What all resources have in common: a configuration, a state, and a plan that tells them apart. Knows no resource."""
import time


class Gone(Exception):
    """What the state tells of is not there any more: the next plan would create it again."""


class Resource:
    """One block of a configuration. `config` is what the user wrote, by attribute; `state` what was read last."""

    name = ""

    def __init__(self, calls, **config):
        self.calls, self.config, self.state = calls, config, None

    def call(self, doing, method, path, version, body=None, **options):
        return self.calls((self.name, doing), method, path, version, body, **options)

    # What a resource has of its own.
    def create(self):
        raise NotImplementedError

    def read(self):
        raise NotImplementedError

    def update(self):
        raise NotImplementedError

    def destroy(self):
        raise NotImplementedError

    # What Terraform does with them.
    def apply(self):
        """Creates or updates, and complains as Terraform does when what comes back is not what was asked for."""
        self.state = self.update() if self.state else self.create()
        return self.inconsistencies()

    def plan(self):
        """Reads again, and lists what would change."""
        self.state = self.read()
        return self.inconsistencies()

    def inconsistencies(self):
        return [f"{self.name}.{attribute}: {self.state.get(attribute)!r} instead of {wanted!r}"
                for attribute, wanted in self.config.items() if self.state.get(attribute) != wanted]


def wait(look, pending, target, seconds=60):
    """A state change: looks until the state is a target; any state that is neither pending nor a target is an error."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state, found = look()
        if state in target:
            return found
        if state not in pending:
            raise AssertionError(f"unexpected state {state!r}, wanted target {target!r}")
        time.sleep(0.2)
    raise AssertionError(f"still {state!r} after {seconds} s")
