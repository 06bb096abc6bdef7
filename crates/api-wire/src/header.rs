//! Flags that a request carries in headers of its own. It must not know any operation.

use crate::fault::{Fault, FaultKind, quoted};

/// A header that is `true` or `false`, and `false` when it is not sent.
#[derive(Debug)]
pub struct HeaderFlag {
    /// Its name on the wire.
    pub name: &'static str,
    /// One sentence for the document.
    pub description: &'static str,
}

impl HeaderFlag {
    /// Reads the flag.
    /// Errors: `NotInEnum` for any other word.
    pub fn read(&self, given: Option<&str>) -> Result<bool, Fault> {
        match given.map(str::trim) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => {
                let kind = FaultKind::NotInEnum { value: Some(quoted(other)), allowed: &["true", "false"] };
                Err(Fault::at(self.name, kind))
            }
        }
    }
}

/// Asks to show nodes as they are beside nodes as they were asked for.
/// Source: contract.md 3.2.
pub static EFFECTIVE_INSTANCE_FIELDS: HeaderFlag = HeaderFlag {
    name: "Use-Effective-Instance-Fields",
    description: "Adds effectiveElectableSpecs and its like: nodes as they are, beside nodes as they were asked for.",
};

/// Asks to show shards as they are beside shards as they were asked for.
/// Source: contract.md 3.2.
pub static EFFECTIVE_REPLICATION_SPECS: HeaderFlag = HeaderFlag {
    name: "Use-Effective-Fields-Replication-Specs",
    description: "Adds effectiveReplicationSpecs: shards as they are, beside shards as they were asked for.",
};

#[cfg(test)]
mod tests {
    use super::EFFECTIVE_INSTANCE_FIELDS;

    #[test]
    fn is_true_or_false_and_nothing_else() {
        let flag = &EFFECTIVE_INSTANCE_FIELDS;
        for (given, expected) in [(None, Ok(false)), (Some("false"), Ok(false)), (Some(" true "), Ok(true))] {
            assert_eq!(flag.read(given), expected);
        }
        for bad in ["", "1", "True", "yes", "true,false"] {
            assert_eq!(flag.read(Some(bad)).unwrap_err().path, "Use-Effective-Instance-Fields", "{bad}");
        }
    }
}
