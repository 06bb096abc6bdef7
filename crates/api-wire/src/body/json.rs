//! A strict JSON reader (RFC 8259) that keeps no copy of a text it does not wipe.
//!
//! serde_json is not used for request bodies: it decodes escaped strings (every service-account
//! key has them) into a scratch buffer that it frees unwiped, keeps the last of duplicate names,
//! and gives no place for a cap on depth. It must not know schemas.

use std::collections::HashSet;

use super::{Faults, Path};
use crate::fault::{Fault, FaultKind};
use crate::secret::WireSecret;

/// One JSON value. Texts wipe themselves.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    /// The value of a whole number; `None` for any other number.
    Number(Option<i64>),
    Text(WireSecret),
    List(Vec<Node>),
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) value: Node,
}

/// Reads one JSON value and nothing after it. Repeated names are added to `faults`; the first one
/// is kept.
/// Errors: `Malformed` with its place, or `TooDeep`; either ends the reading.
pub(super) fn read(bytes: &[u8], depth: usize, faults: &mut Faults) -> Result<Node, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        malformed(&String::from_utf8_lossy(good), "UTF-8 text")
    })?;
    let mut reader = Reader { text, at: 0, limit: depth, faults };
    let node = reader.value(&Path::Root, 0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.wanted("the end of the body")),
    }
}

struct Reader<'r> {
    text: &'r str,
    /// Unit: bytes from the start of `text`.
    at: usize,
    limit: usize,
    faults: &'r mut Faults,
}

impl<'r> Reader<'r> {
    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Node, Fault> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(path, self.deeper(depth)?),
            Some(b'[') => self.list(path, self.deeper(depth)?),
            Some(b'"') => Ok(Node::Text(self.string()?)),
            Some(b't') => self.word("true", Node::Boolean(true)),
            Some(b'f') => self.word("false", Node::Boolean(false)),
            Some(b'n') => self.word("null", Node::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.wanted("a JSON value")),
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, Fault> {
        if depth >= self.limit {
            return Err(Fault::at("", FaultKind::TooDeep { limit: self.limit }));
        }
        Ok(depth + 1)
    }

    fn object(&mut self, path: &Path<'_>, depth: usize) -> Result<Node, Fault> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.wanted("a member name in double quotes"));
            }
            let name = self.string()?.expose().to_owned();
            self.skip_space();
            if !self.take(b':') {
                return Err(self.wanted("a colon"));
            }
            let value = self.value(&Path::Member { of: path, name: &name }, depth)?;
            members.push(Member { name, value });
            self.skip_space();
            if self.take(b'}') {
                return Ok(Node::Object(self.without_duplicates(members, path)));
            }
            if !self.take(b',') {
                return Err(self.wanted("a comma or a closing brace"));
            }
        }
    }

    fn list(&mut self, path: &Path<'_>, depth: usize) -> Result<Node, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.value(&Path::Item { of: path, index: items.len() }, depth)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Node::List(items));
            }
            if !self.take(b',') {
                return Err(self.wanted("a comma or a closing bracket"));
            }
        }
    }

    fn without_duplicates(&mut self, members: Vec<Member>, path: &Path<'_>) -> Vec<Member> {
        let mut seen = HashSet::with_capacity(members.len());
        let first: Vec<bool> = members.iter().map(|m| seen.insert(m.name.as_str())).collect();
        if first.iter().all(|is_first| *is_first) {
            return members;
        }
        let mut kept = Vec::with_capacity(members.len());
        for (member, is_first) in members.into_iter().zip(first) {
            if is_first {
                kept.push(member);
            } else {
                self.faults.add(&Path::Member { of: path, name: &member.name }, FaultKind::Duplicate);
            }
        }
        kept
    }

    fn word(&mut self, word: &'static str, node: Node) -> Result<Node, Fault> {
        if !self.rest().starts_with(word) {
            return Err(self.wanted("a JSON value"));
        }
        self.at += word.len();
        Ok(node)
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.wanted("a digit"));
        }
        let mut whole = true;
        if self.take(b'.') {
            whole = false;
            if self.digits() == 0 {
                return Err(self.wanted("a digit"));
            }
        }
        if self.take(b'e') || self.take(b'E') {
            whole = false;
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.wanted("a digit"));
            }
        }
        let spelled = self.text.get(from..self.at).unwrap_or_default();
        Ok(Node::Number(if whole { spelled.parse().ok() } else { whole_value(spelled) }))
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    /// Reads a string into a buffer of its final size: an escape never decodes to more bytes than
    /// it was written with.
    fn string(&mut self) -> Result<WireSecret, Fault> {
        self.at += 1;
        let mut text = WireSecret::with_room_for(self.raw_string_length());
        loop {
            let Some(character) = self.rest().chars().next() else {
                return Err(self.wanted("a closing quote"));
            };
            match character {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escape()?),
                '\0'..='\u{1f}' => {
                    return Err(self.wanted("an escape such as \\n (a raw control character stands here)"));
                }
                plain => {
                    self.at += plain.len_utf8();
                    text.push(plain);
                }
            }
        }
    }

    /// Counts the bytes up to the closing quote.
    fn raw_string_length(&self) -> usize {
        let mut escaped = false;
        self.rest()
            .bytes()
            .take_while(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                !ends
            })
            .count()
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.at += 1;
        let decoded = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.wanted("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")),
        };
        self.at += 1;
        Ok(decoded)
    }

    fn unicode_escape(&mut self) -> Result<char, Fault> {
        const PAIR: &str = "a pair of \\u surrogates";
        let first = self.four_hex_digits()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !(self.take(b'\\') && self.peek() == Some(b'u')) {
                    return Err(self.wanted(PAIR));
                }
                let second = self.four_hex_digits()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.wanted(PAIR));
                }
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.wanted(PAIR))
    }

    /// Reads `uXXXX`, standing on the `u`.
    fn four_hex_digits(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(self.wanted("four hexadecimal digits"));
        }
        let code = u32::from_str_radix(digits, 16).map_err(|_| self.wanted("four hexadecimal digits"))?;
        self.at += 5;
        Ok(code)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'r str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wanted(&self, wanted: &'static str) -> Fault {
        malformed(self.text.get(..self.at).unwrap_or_default(), wanted)
    }
}

/// The whole number that a text such as `1.0` or `1e2` stands for, if it stands for one.
fn whole_value(spelled: &str) -> Option<i64> {
    let value: f64 = spelled.parse().ok()?;
    // Beyond 2^53 a float no longer tells whole numbers apart.
    if value.fract() != 0.0 || value.abs() > 9_007_199_254_740_992.0 {
        return None;
    }
    format!("{value:.0}").parse().ok()
}

fn malformed(before: &str, wanted: &'static str) -> Fault {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Fault::at("", FaultKind::Malformed { line, column, wanted })
}
