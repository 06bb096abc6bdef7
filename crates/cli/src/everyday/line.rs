//! What an everyday command is made of, as data: its words, its operation, where its body comes from, what is shown. It
//! must not know any one command.

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches};
use serde_json::{Map, Value};

use crate::flags;
use crate::output::{Column, Table, at, table};
use crate::profile::Profile;

/// One everyday command.
pub(super) struct Line {
    /// What is typed after `atrest`.
    pub(super) words: &'static str,
    pub(super) about: &'static str,
    /// The operation's name in the registry.
    pub(super) operation: &'static str,
    /// The path parameters that are typed without a flag.
    pub(super) names: &'static [&'static str],
    /// The path parameters that the words say already.
    pub(super) fixed: &'static [(&'static str, &'static str)],
    pub(super) body: Body,
    pub(super) show: Show,
    /// Whether it asks before it acts.
    pub(super) asks: bool,
}

/// Where the body comes from.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// There is none.
    None,
    /// It is always this.
    Fixed(&'static str),
    /// A file or standard input.
    File,
    /// Flags, put into a template; or a file or standard input.
    Fields { template: &'static str, fields: &'static [Field] },
}

/// What is shown of the answer.
#[derive(Clone, Copy)]
pub(super) enum Show {
    /// A row for each result.
    Table(&'static [Column]),
    /// A row for each part of the answer, with the part's name before it.
    Named(&'static [(&'static str, &'static str)], &'static [Column]),
    /// Whatever there is.
    Any,
    /// A sentence; `{}` is what was named.
    Done(&'static str),
    /// The report of a dry run.
    Check,
    /// What to paste.
    Kit,
}

/// One flag that becomes a part of the body.
pub(super) struct Field {
    pub(super) flag: &'static str,
    /// Where it goes, as a JSON pointer.
    pub(super) pointer: &'static str,
    pub(super) kind: FieldKind,
    pub(super) required: bool,
    /// Whether it is typed without the flag's name.
    pub(super) by_place: bool,
    pub(super) help: &'static str,
}

/// What a field's value is.
#[derive(Clone, Copy)]
pub(super) enum FieldKind {
    Text,
    Number,
    TrueOrFalse,
    /// May be typed several times.
    Texts,
    /// A flag without a value stands for this JSON.
    Means(&'static str),
}

impl Line {
    pub(super) const fn new(words: &'static str, about: &'static str, operation: &'static str, show: Show) -> Self {
        Self { words, about, operation, names: &[], fixed: &[], body: Body::None, show, asks: false }
    }

    pub(super) const fn named(mut self, names: &'static [&'static str]) -> Self {
        self.names = names;
        self
    }

    pub(super) const fn fixed(mut self, fixed: &'static [(&'static str, &'static str)]) -> Self {
        self.fixed = fixed;
        self
    }

    pub(super) const fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn asks(mut self) -> Self {
        self.asks = true;
        self
    }
}

impl Field {
    pub(super) const fn new(flag: &'static str, pointer: &'static str, kind: FieldKind, help: &'static str) -> Self {
        Self { flag, pointer, kind, required: false, by_place: false, help }
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn by_place(mut self) -> Self {
        self.by_place = true;
        self
    }

    /// Makes the argument.
    pub(super) fn arg(&self) -> Arg {
        let arg = Arg::new(self.flag).help(self.help);
        if self.by_place {
            return arg.value_name(place_name(self.flag));
        }
        let arg = arg.long(self.flag);
        match self.kind {
            FieldKind::Text | FieldKind::Number => arg.value_name("VALUE"),
            // `--enabled`, `--enabled=false` and `--enabled false`: people come with the habits of several tools.
            FieldKind::TrueOrFalse => arg
                .num_args(0..=1)
                .default_missing_value("true")
                .value_name("true|false")
                .value_parser(["true", "false"]),
            FieldKind::Texts => arg.value_name("VALUE").action(ArgAction::Append),
            FieldKind::Means(_) => arg.action(ArgAction::SetTrue),
        }
    }

    /// Says whether it was typed.
    pub(super) fn is_typed(&self, matches: &ArgMatches) -> bool {
        match self.kind {
            FieldKind::Means(_) => flags::is_set(matches, self.flag),
            FieldKind::Text | FieldKind::Number | FieldKind::TrueOrFalse | FieldKind::Texts => {
                flags::text(matches, self.flag).is_some()
            }
        }
    }

    /// Says whether it was typed, or the profile knows it.
    pub(super) fn is_known(&self, matches: &ArgMatches, profile: &Profile) -> bool {
        self.is_typed(matches) || self.kept(profile).is_some()
    }

    /// An organization that is not typed is the profile's.
    fn kept<'p>(&self, profile: &'p Profile) -> Option<&'p str> {
        profile.org_id.as_deref().filter(|_| self.flag == flags::ORGANIZATION)
    }

    /// Puts what was typed into the body.
    /// Errors: a number is none.
    pub(super) fn put(&self, matches: &ArgMatches, profile: &Profile, body: &mut Value) -> anyhow::Result<()> {
        if !self.is_known(matches, profile) {
            return Ok(());
        }
        let typed = flags::text(matches, self.flag).or_else(|| self.kept(profile)).unwrap_or_default();
        let value = match self.kind {
            FieldKind::Text => Value::String(typed.to_owned()),
            FieldKind::TrueOrFalse => Value::Bool(typed == "true"),
            FieldKind::Number => {
                let number: serde_json::Number =
                    typed.parse().ok().with_context(|| format!("--{}: {typed:?} is no number", self.flag))?;
                Value::Number(number)
            }
            FieldKind::Texts => {
                let texts = matches.get_many::<String>(self.flag).into_iter().flatten();
                Value::Array(texts.map(|text| Value::String(text.clone())).collect())
            }
            FieldKind::Means(json) => serde_json::from_str(json).context("read what the flag means")?,
        };
        place(body, self.pointer, value).with_context(|| format!("--{} has no place in the template", self.flag))
    }
}

/// Puts a value at a pointer; objects on the way are made, items of a list must be there.
fn place(body: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let mut at = body;
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        at = match at {
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            Value::Object(members) => members.entry(part).or_insert(Value::Null),
            Value::Null => {
                *at = Value::Object(Map::new());
                at.as_object_mut()?.entry(part).or_insert(Value::Null)
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    *at = value;
    Some(())
}

/// Returns what stands for an argument without a flag: `clusterName` is `CLUSTER_NAME`.
pub(super) fn place_name(name: &str) -> String {
    let mut shown = String::new();
    for letter in name.replace("groupId", "projectId").replace("apiUserId", "id").chars() {
        if letter.is_uppercase() {
            shown.push('_');
        }
        shown.extend(letter.to_uppercase());
    }
    shown
}

/// Draws the parts of an answer, each with its name if it has one. A part may be several things.
pub(super) fn named_table(parts: &[(&str, &str)], columns: &[Column], answer: &Value) -> Table {
    let first = parts.iter().any(|(name, _)| !name.is_empty()).then_some("PROVIDER");
    let headings: Vec<&str> = first.into_iter().chain(columns.iter().map(|one| one.heading)).collect();
    let mut drawn = Table::new(&headings);
    for (name, pointer) in parts {
        let found = at(answer, pointer);
        for row in table(columns, &found).into_rows() {
            drawn.row(first.map(|_| (*name).to_owned()).into_iter().chain(row).collect());
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn puts_values_where_they_belong() {
        let mut body = json!({ "a": [{ "b": 1 }] });
        assert!(place(&mut body, "/a/0/c/d", json!(2)).is_some());
        assert!(place(&mut body, "/e/f", json!("x")).is_some());
        assert_eq!(body, json!({ "a": [{ "b": 1, "c": { "d": 2 } }], "e": { "f": "x" } }));
        assert!(place(&mut body, "/a/1/c", json!(2)).is_none());
        assert!(place(&mut body, "/e/f/g", json!(2)).is_none());
    }

    #[test]
    fn draws_a_column_of_names_only_where_parts_have_names() {
        let columns = [Column { heading: "STATE", pointer: "/state" }];
        let answer = json!({ "aws": { "state": "on" }, "all": [{ "state": "on" }, { "state": "off" }] });
        let drawn = |parts: &[(&str, &str)]| named_table(parts, &columns, &answer).drawn();
        assert_eq!(drawn(&[("AWS", "/aws"), ("GCP", "/gcp")]), "PROVIDER   STATE\nAWS        on");
        assert_eq!(drawn(&[("", "/all/*")]), "STATE\non\noff");
    }

    #[test]
    fn names_places_as_people_read_them() {
        assert_eq!(place_name("clusterName"), "CLUSTER_NAME");
        assert_eq!(place_name("groupId"), "PROJECT_ID");
    }
}
