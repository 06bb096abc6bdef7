//! Reads one table of the configuration, noting every fault instead of stopping at the first.
//! Must not know any setting.

use std::cell::RefCell;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use domain::secret::SecretText;
use toml::{Table, Value};

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<(String, String)>>);

impl Faults {
    pub(super) fn add(&self, setting: &str, fault: impl Into<String>) {
        self.0.borrow_mut().push((setting.to_owned(), fault.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Gives one line per fault.
    pub(super) fn list(&self) -> String {
        let lines: Vec<String> =
            self.0.borrow().iter().map(|(setting, fault)| format!("  {setting}: {fault}")).collect();
        lines.join("\n")
    }
}

/// One table of the configuration. What was read is taken out; the rest is unknown.
pub(super) struct Section<'f> {
    name: String,
    table: Table,
    faults: &'f Faults,
}

impl<'f> Section<'f> {
    pub(super) const fn root(table: Table, faults: &'f Faults) -> Self {
        Self { name: String::new(), table, faults }
    }

    pub(super) fn section(&mut self, key: &str) -> Section<'f> {
        let table = match self.table.remove(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(_) => {
                self.faults.add(&self.path(key), "must be a table");
                Table::new()
            }
        };
        Section { name: self.path(key), table, faults: self.faults }
    }

    /// Takes the tables below a table, each by its name.
    pub(super) fn sections(&mut self, key: &str) -> Vec<(String, Section<'f>)> {
        let mut below = self.section(key);
        let names: Vec<String> = below.table.keys().cloned().collect();
        names.into_iter().map(|name| (name.clone(), below.section(&name))).collect()
    }

    /// Gives the path of the table itself, for faults of its name.
    pub(super) fn itself(&self) -> String {
        self.name.clone()
    }

    /// Tells whether a setting is there, whatever it holds.
    pub(super) fn names(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.table.remove(key)?;
        if let Value::String(text) = value {
            return Some(text);
        }
        self.faults.add(&self.path(key), "must be a string");
        None
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.table.remove(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.faults.add(&self.path(key), "must be true or false");
        }
        flag
    }

    pub(super) fn parsed<T: FromStr>(&mut self, key: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(key)?;
        self.parse(key, &text)
    }

    pub(super) fn all_parsed<T: FromStr>(&mut self, key: &str) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        let Some(value) = self.table.remove(key) else { return Vec::new() };
        let Value::Array(items) = value else {
            self.faults.add(&self.path(key), "must be a list of strings");
            return Vec::new();
        };
        let mut parsed = Vec::with_capacity(items.len());
        for item in items {
            if let Value::String(text) = item {
                parsed.extend(self.parse(key, &text));
            } else {
                self.faults.add(&self.path(key), "must be a list of strings");
            }
        }
        parsed
    }

    pub(super) fn one_of<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.faults.add(&self.path(key), format!("must be one of: {}", names.join(", ")));
        }
        chosen
    }

    pub(super) fn seconds(&mut self, key: &str, least: u64, most: u64) -> Option<Duration> {
        let value = self.table.remove(key)?;
        let seconds = value.as_integer().and_then(|seconds| u64::try_from(seconds).ok());
        let seconds = seconds.filter(|seconds| (least..=most).contains(seconds));
        if seconds.is_none() {
            self.faults.add(&self.path(key), format!("must be a whole number of seconds from {least} to {most}"));
        }
        seconds.map(Duration::from_secs)
    }

    /// Reads a whole number within bounds.
    pub(super) fn number(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.table.remove(key)?;
        let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.faults.add(&self.path(key), format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// Reads a time with its unit, such as "90s", "15m", "12h" or "30d", within bounds.
    pub(super) fn duration(&mut self, key: &str, least: Duration, most: Duration) -> Option<Duration> {
        let value = self.table.remove(key)?;
        let duration = value.as_str().and_then(read_duration);
        let duration = duration.filter(|duration| (least..=most).contains(duration));
        if duration.is_none() {
            let (least, most) = (spell(least), spell(most));
            self.faults.add(
                &self.path(key),
                format!("must be a time such as \"90s\", \"15m\", \"12h\" or \"30d\", from {least} to {most}"),
            );
        }
        duration
    }

    /// Reads a named text file whole.
    pub(super) fn file(&mut self, key: &str) -> Option<String> {
        let path = self.text(key)?;
        let read = std::fs::read_to_string(&path);
        read.map_err(|error| self.faults.add(&self.path(key), format!("read {path}: {error}"))).ok()
    }

    /// Reads a secret from a named file, less the line end.
    pub(super) fn secret_file(&mut self, key: &str) -> Option<SecretText> {
        let path = self.text(key)?;
        match std::fs::read_to_string(Path::new(&path)) {
            Ok(text) => Some(SecretText::new(text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => {
                self.faults.add(&self.path(key), format!("read {path}: {error}"));
                None
            }
        }
    }

    /// Notes what nobody asked for: most likely misspelt.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            self.faults.add(&self.path(key), "is not a setting; remove it, or check its spelling");
        }
    }

    fn parse<T: FromStr>(&self, key: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|error| self.faults.add(&self.path(key), format!("{text:?}: {error}"))).ok()
    }

    /// Gives a setting's path.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// How many seconds each unit of a time has, the greatest first.
const UNITS: [(char, u64); 4] = [('d', 24 * 3600), ('h', 3600), ('m', 60), ('s', 1)];

fn read_duration(text: &str) -> Option<Duration> {
    let (_, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = text.get(..text.len().saturating_sub(1))?;
    let digits = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| digits)?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn spell(duration: Duration) -> String {
    let all = duration.as_secs();
    let unit = UNITS.into_iter().find(|(_, seconds)| all > 0 && all.is_multiple_of(*seconds));
    let (unit, seconds) = unit.unwrap_or(('s', 1));
    format!("{}{unit}", all.checked_div(seconds).unwrap_or(all))
}
