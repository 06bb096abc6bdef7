//! Lists in pages. It must not know what is listed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::body::Query;
use super::error::Status;

/// Source: Cloud KMS API reference.
const MOST: i64 = 1000;
const DEFAULT: i64 = 100;

/// What of a list is asked for.
pub(crate) struct Page {
    size: usize,
    /// The last one that was given.
    after: Option<String>,
}

impl Page {
    /// Errors: INVALID_ARGUMENT for a negative size, or a token of another make.
    pub(crate) fn read(query: &mut Query) -> Result<Self, Status> {
        let size = match query.int64("pageSize")?.unwrap_or(0) {
            0 => DEFAULT,
            size if size < 0 => return Err(Status::invalid("pageSize must not be negative.")),
            size => size.min(MOST),
        };
        let after = match query.text("pageToken")?.filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => {
                let bytes = URL_SAFE_NO_PAD.decode(token).ok();
                let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
                Some(text.ok_or_else(|| Status::invalid("pageToken is invalid."))?)
            }
        };
        Ok(Self { size: usize::try_from(size).unwrap_or(1), after })
    }

    /// Cuts the page out of all, which are in order and have distinct marks.
    pub(crate) fn cut(&self, name: &str, all: Vec<(String, Value)>) -> Map<String, Value> {
        let begin = match &self.after {
            None => 0,
            Some(after) => all.iter().position(|(mark, _)| mark == after).map_or(all.len(), |at| at + 1),
        };
        let total = all.len();
        let rest = all.into_iter().skip(begin);
        let more = total.saturating_sub(begin) > self.size;
        let (marks, values): (Vec<String>, Vec<Value>) = rest.take(self.size).unzip();
        let mut page = Map::new();
        if !values.is_empty() {
            page.insert(name.to_owned(), Value::from(values));
        }
        if let (true, Some(last)) = (more, marks.last()) {
            page.insert("nextPageToken".to_owned(), Value::from(URL_SAFE_NO_PAD.encode(last)));
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_every_entry_once() {
        let all = || (1..=5).map(|at| (at.to_string(), Value::from(at))).collect::<Vec<_>>();
        let mut query = "pageSize=2".to_owned();
        let mut seen = Vec::new();
        for _ in 0..3 {
            let page = Page::read(&mut Query::read(&query).unwrap()).unwrap().cut("entries", all());
            seen.extend(page["entries"].as_array().unwrap().clone());
            let Some(token) = page.get("nextPageToken") else { break };
            query = format!("pageSize=2&pageToken={}", token.as_str().unwrap());
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
    }
}
