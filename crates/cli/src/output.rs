//! How results look: tables for people, JSON for programs. It must not know any resource; a column says where its value
//! is to be found.

use serde_json::Value;

use anyhow::bail;

/// How a result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// As the server sent it.
    Json,
    /// For a person.
    Table,
}

impl Format {
    /// Reads what was typed or set.
    /// Errors: it is neither.
    pub(crate) fn read(text: &str) -> anyhow::Result<Self> {
        match text {
            "json" => Ok(Self::Json),
            "table" | "plaintext" => Ok(Self::Table),
            other if other.starts_with("go-template") => {
                bail!("output go-template is not known; it is json or table, and jq makes anything of json")
            }
            other => bail!("output {other:?} is not known; it is json or table"),
        }
    }
}

/// One column of a table: its heading, and where the value is, as a JSON pointer in which `*` is every member. Where
/// several places are named, with `|` between them, the first that has something counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) heading: &'static str,
    pub(crate) pointer: &'static str,
}

/// A table whose columns are as wide as they have to be.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Gives the rows below the headings.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = Vec<String>> {
        self.rows.into_iter().skip(1)
    }

    /// Draws the table, without an end of line after its last row.
    pub(crate) fn drawn(&self) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                let width = cell.chars().count();
                match widths.get_mut(index) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Makes the rows of a list's or a single answer's table.
pub(crate) fn table(columns: &[Column], rows: &[&Value]) -> Table {
    let headings: Vec<&str> = columns.iter().map(|column| column.heading).collect();
    let mut table = Table::new(&headings);
    for row in rows {
        table.row(columns.iter().map(|column| cell(row, column.pointer)).collect());
    }
    table
}

/// Makes a table of an answer of which nothing is known: its plain members are the columns.
pub(crate) fn any_table(rows: &[&Value]) -> Table {
    let mut names: Vec<&String> = Vec::new();
    for object in rows.iter().filter_map(|row| row.as_object()) {
        let plain = |value: &Value| !value.is_object() && !value.is_array();
        names.extend(object.iter().filter(|(_, value)| plain(value)).map(|(name, _)| name));
    }
    names.sort_unstable();
    names.dedup();
    // What a thing is called comes first.
    names.sort_by_key(|name| (name.as_str() != "id", name.as_str() != "name"));
    let headings: Vec<String> = names.iter().map(|name| tame(name).to_uppercase()).collect();
    let mut table = Table::new(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        table.row(names.iter().map(|name| row.get(name.as_str()).map_or_else(String::new, shown)).collect());
    }
    table
}

/// Finds the rows of an answer: the results of a list, the items of an array, or the one thing it is.
pub(crate) fn rows(answer: &Value) -> Vec<&Value> {
    match answer.get("results").and_then(Value::as_array).or_else(|| answer.as_array()) {
        Some(list) => list.iter().collect(),
        None => vec![answer],
    }
}

/// Finds all values at a pointer in which `*` is every member.
pub(crate) fn at<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect::<Vec<_>>(),
                ("*", Value::Object(members)) => members.values().collect(),
                (index, Value::Array(items)) => {
                    index.parse::<usize>().ok().and_then(|at| items.get(at)).into_iter().collect()
                }
                (name, other) => other.get(name).into_iter().collect(),
            })
            .collect();
    }
    found
}

fn cell(row: &Value, pointers: &str) -> String {
    let text = |pointer: &str| {
        at(row, pointer).into_iter().map(shown).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    };
    pointers.split('|').map(text).find(|text| !text.is_empty()).unwrap_or_default()
}

/// Shows a value in a cell: texts without quotes, nothing for null.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => tame(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(_) => tame(&value.to_string()),
    }
}

/// Takes control characters out, so that a text can neither steer a terminal nor break a table.
pub(crate) fn tame(text: &str) -> String {
    // What turns the direction of writing around is as bad as a control character.
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn draws_columns_as_wide_as_they_have_to_be() {
        let answer = json!({ "results": [
            { "id": "1", "name": "über", "roles": [{ "roleName": "A" }, { "roleName": "B" }], "gone": null },
            { "id": "22", "name": "x\u{1b}[2Jy" },
        ] });
        let columns = [
            Column { heading: "ID", pointer: "/id" },
            Column { heading: "NAME", pointer: "/nothing|/name" },
            Column { heading: "ROLES", pointer: "/roles/*/roleName" },
            Column { heading: "GONE", pointer: "/nothing|/gone" },
        ];
        let drawn = table(&columns, &rows(&answer)).drawn();
        assert_eq!(drawn, "ID   NAME     ROLES   GONE\n1    über     A, B\n22   x [2Jy");
    }

    #[test]
    fn makes_a_table_of_what_it_does_not_know() {
        let answer = json!([{ "b": true, "id": 7, "deep": {} }, { "a": null, "name": "n" }]);
        assert_eq!(any_table(&rows(&answer)).drawn(), "ID   NAME   A   B\n7               true\n     n");
        assert_eq!(any_table(&rows(&json!(5))).drawn(), "\n");
    }

    #[test]
    fn tames_what_steers_a_terminal() {
        assert_eq!(tame("a\u{1b}]0;x\u{7}b\nc\u{9b}d\u{202e}e"), "a ]0;x b c d e");
    }
}
