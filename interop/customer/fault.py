"""One thing a customer does that takes his key away, and how he gives it back."""
import dataclasses
import typing


@dataclasses.dataclass
class Fault:
    # As a line of the report says it.
    name: str
    strike: typing.Callable[[], object]
    mend: typing.Callable[[], object]
    # What our own view of validity says.
    reason: str
    # What a PATCH answers that would take up the key as it is now.
    code: str
    # Nothing of it shows on a key that is in use: only taking it up is refused.
    spares_the_present_key: bool = False
