//! What the commands say to the person who runs them: results on standard output, progress and
//! complaints on standard error. Must not be used for logs.

use std::io::Write as _;
use std::time::Instant;

/// Says a result. A closed pipe is the reader's choice, not a fault.
pub(crate) fn say(line: &str) {
    let _closed = writeln!(std::io::stdout(), "{line}");
}

/// Says a complaint or a remark.
pub(crate) fn complain(line: &str) {
    let _closed = writeln!(std::io::stderr(), "{line}");
}

/// Says what is being done, and how long it took once it is done.
pub(crate) struct Progress {
    what: &'static str,
    begun: Instant,
}

impl Progress {
    pub(crate) fn begin(what: &'static str) -> Self {
        complain(&format!("{what} ..."));
        Self { what, begun: Instant::now() }
    }

    pub(crate) fn done(self) {
        complain(&format!("{}: done in {} ms", self.what, self.begun.elapsed().as_millis()));
    }
}
