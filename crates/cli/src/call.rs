//! Turns an operation of the registry and the words that were typed into a request. It must not know any one operation,
//! nor how a request is sent.

use anyhow::{Context as _, ensure};
use api_wire::operations::{Operation, VersionEntry};
use clap::ArgMatches;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::Request;
use crate::flags;
use crate::input::Body;
use crate::profile::Profile;

/// What may stand in a path or a query as it is. Source: RFC 3986, section 2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const PLAIN_JSON: &str = "application/json";

/// Finds an operation by either of its names.
pub(crate) fn operation(name: &str) -> Option<&'static Operation> {
    let all = api_wire::operations::OPERATIONS.iter().copied();
    let mut found = all.filter(|one| one.operation_id == name || one.alias == Some(name));
    found.next()
}

/// A call whose names are known and whose body may still come.
pub(crate) struct Call {
    operation: &'static Operation,
    entry: &'static VersionEntry,
    path: Vec<(&'static str, String)>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Body>,
}

impl Call {
    /// Begins a call with what was typed: parameters of path and query, and flags that travel as headers.
    /// Errors: a parameter of the path is not known.
    pub(crate) fn typed(
        operation: &'static Operation,
        entry: &'static VersionEntry,
        matches: &ArgMatches,
        profile: &Profile,
    ) -> anyhow::Result<Self> {
        let path = operation.path_parameters().map(|name| Ok((name, flags::path_value(name, matches, profile)?)));
        let path = path.collect::<anyhow::Result<Vec<_>>>()?;
        let query = flags::query_values(operation.query, matches);
        let header = |name: &'static str| Some((name, flags::text(matches, &header_flag(name))?.to_owned()));
        let headers = operation.headers.iter().filter_map(|one| header(one.name)).collect();
        Ok(Self { operation, entry, path, query, headers, body: None })
    }

    /// Begins a call to an operation in its newest shape, with values that are known.
    /// Errors: the operation has no shape.
    pub(crate) fn to(operation: &'static Operation, path: Vec<(&'static str, String)>) -> anyhow::Result<Self> {
        let entry = operation.newest().context("the operation has no version")?;
        Ok(Self { operation, entry, path, query: Vec::new(), headers: Vec::new(), body: None })
    }

    /// Adds query parameters.
    pub(crate) fn with_query(self, query: Vec<(&'static str, String)>) -> Self {
        Self { query, ..self }
    }

    /// Adds a body.
    pub(crate) fn with_body(self, body: Option<Body>) -> Self {
        Self { body, ..self }
    }

    /// Returns the same names without the body: what to look for once the call is made.
    pub(crate) fn for_watch(&self) -> Self {
        Self {
            operation: self.operation,
            entry: self.entry,
            path: self.path.clone(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Returns the value of a path parameter.
    pub(crate) fn path_value(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Puts the request together.
    /// Errors: a value cannot stand in a path.
    pub(crate) fn request(self) -> anyhow::Result<Request> {
        let media_type =
            self.entry.version.map_or_else(|| PLAIN_JSON.to_owned(), api_wire::atlas::version::ApiVersion::media_type);
        Ok(Request {
            method: self.operation.method.as_str(),
            target: target(self.operation, &self.path, &self.query)?,
            accept: media_type.clone(),
            headers: self.headers,
            body: self.body.map(|body| (media_type, body)),
        })
    }
}

/// Returns the flag of a header: `Use-Effective-Instance-Fields` is typed `--useEffectiveInstanceFields`.
pub(crate) fn header_flag(name: &str) -> String {
    let mut flag = String::new();
    for (index, part) in name.split('-').enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if index == 0 => flag.extend(first.to_lowercase()),
            Some(first) => flag.extend(first.to_uppercase()),
            None => {}
        }
        flag.extend(letters);
    }
    flag
}

fn target(
    operation: &Operation,
    path: &[(&'static str, String)],
    query: &[(&'static str, String)],
) -> anyhow::Result<String> {
    let mut target = operation.full_path();
    for (name, value) in path {
        // Whoever reads the address takes these for steps in it, escaped or not.
        ensure!(!matches!(value.as_str(), "" | "." | ".."), "--{name}: {value:?} is no name");
        target = target.replace(&format!("{{{name}}}"), &utf8_percent_encode(value, ESCAPED).to_string());
    }
    for (index, (name, value)) in query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, ESCAPED));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_gets_a_path_without_braces() {
        for operation in api_wire::operations::OPERATIONS {
            let path: Vec<_> = operation.path_parameters().map(|name| (name, "a b/ü?#%".to_owned())).collect();
            let target = target(operation, &path, &[("q", "1&2=3 +".to_owned())]).unwrap();
            assert!(!target.contains(['{', '}', ' ', '#', '+']), "{target}");
            assert_eq!(target.matches('?').count(), 1, "{target}");
            assert!(target.ends_with("?q=1%262%3D3%20%2B"), "{target}");
            assert_eq!(target.matches("a%20b%2F%C3%BC%3F%23%25").count(), path.len(), "{target}");
        }
    }

    #[test]
    fn refuses_values_that_are_steps_of_a_path() {
        let get = operation("getCluster").unwrap();
        for bad in ["", ".", ".."] {
            let path = [("groupId", "1".to_owned()), ("clusterName", bad.to_owned())];
            assert!(target(get, &path, &[]).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_header_flags_as_parameters_are_named() {
        assert_eq!(header_flag("Use-Effective-Instance-Fields"), "useEffectiveInstanceFields");
        assert_eq!(header_flag("X"), "x");
    }
}
