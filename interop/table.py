"""The table of a probe: one line a case, with what the cloud documents and what came; a closing line counts.

Knows no cloud: the probe says how a call of its SDK comes out.
"""
import sys

OK = "ok"


class Table:
    """`outcome(call)` gives ('ok', answer) or (the cloud's code, error); `well_formed(error)` what is wrong with an error, if anything."""

    def __init__(self, outcome, well_formed):
        self.outcome, self.well_formed = outcome, well_formed
        self.passed = self.failed = 0

    def line(self, good, what, want, got):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        print(f"{'pass' if good else 'FAIL'} | {what:<52} | {want:<42} | {got}", flush=True)

    def case(self, what, want, call, *checks):
        """One case. `want` is 'ok' or the code, or several with slashes; each check is a predicate over the answer."""
        code, answer = self.outcome(call)
        good, got = code in want.split("/"), code
        if good and code == OK:
            for check in checks:
                if not check(answer):
                    good, got = False, f"ok, but not as documented: {answer!r:.200}"
        elif good:
            wrong = self.well_formed(answer)
            if wrong:
                good, got = False, f"{code} {wrong}"
        elif code != OK:
            got = f"{code}: {answer!s:.160}".replace("\n", " ").replace("\r", "")
        self.line(good, what, want, got)
        return answer if code == OK else None

    def holds(self, what, truth, got=""):
        """One case that is no call."""
        self.line(truth, what, "true", "true" if truth else got)

    def close(self):
        print(f"\n{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
