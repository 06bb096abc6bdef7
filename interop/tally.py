"""Counting checks: each prints a line, the last line says how many passed, or why nothing was run. Knows nothing of what is
checked."""
import signal
import sys
import time
import traceback


class Checks:
    """A script's checks. Use as a context: an exception inside counts as one failure and is shown; so does checking nothing."""

    def __init__(self, name, seconds):
        self.name, self.seconds = name, seconds
        self.passed = self.failed = 0
        self.reason = None

    def __enter__(self):
        # SIGTERM and the deadline both become exceptions, so that what was started is stopped.
        signal.signal(signal.SIGALRM, self._out_of_time)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
        signal.alarm(self.seconds)
        self.start = time.monotonic()
        return self

    def __exit__(self, kind, error, trace):
        signal.alarm(0)
        if kind is not None and kind is not SystemExit or isinstance(error, SystemExit) and error.code:
            traceback.print_exception(kind, error, trace)
            self.failed += 1
        elif not (self.passed or self.failed or self.reason):
            self.that("something was checked", False, "nothing was")
        print(f"{self.name} took {time.monotonic() - self.start:.0f} s")
        if self.reason and not (self.passed or self.failed):
            print(f"{self.name}: not run: {self.reason}", flush=True)
        else:
            print(f"{self.name}: {self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)

    def _out_of_time(self, *_):
        raise TimeoutError(f"{self.name} did not end within {self.seconds} s")

    def not_run(self, reason):
        """Says in the last line that nothing could be run here, and why. That is no failure."""
        self.reason = " ".join(str(reason).split())

    def section(self, title):
        print(f"\n{title}", flush=True)

    def that(self, what, holds, shown=""):
        """Counts one check; `shown` is what was seen instead."""
        if holds:
            self.passed += 1
            print(f"  ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"  FAILED  {what}: {str(shown)[:600]}", flush=True)
        return holds

    def equal(self, what, seen, wanted):
        return self.that(what, seen == wanted, f"wanted {wanted!r}, saw {seen!r}")

    def within(self, what, seconds, look, holds=bool):
        """Looks again and again until what is seen holds, and returns what was seen last."""
        start, seen = time.monotonic(), None
        while time.monotonic() - start < seconds:
            seen = look()
            if holds(seen):
                self.that(f"{what} (after {time.monotonic() - start:.1f} s)", True)
                return seen
            time.sleep(0.1)
        self.that(f"{what} within {seconds} s", False, seen)
        return seen

    def throughout(self, what, seconds, look, holds=bool):
        """Looks for so many seconds; each time what is seen must hold."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            seen = look()
            if not holds(seen):
                return self.that(f"{what} for {seconds} s", False, seen)
            time.sleep(0.2)
        return self.that(f"{what} for {seconds} s", True)
