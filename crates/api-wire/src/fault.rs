//! What can be wrong with a body or a query, and the sentence that says what to do about it. It
//! must not spell an error code or a status: the server's error table alone does.

use std::fmt;

/// One thing wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field as a camelCase dotted path (`awsKms.region`), or the query parameter's name.
    /// Empty when the body as a whole is meant.
    pub path: String,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// Everything that can be wrong with the shape of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The body is not JSON.
    Malformed {
        /// The line of the first offending byte, from 1.
        line: usize,
        /// The character in that line, from 1.
        column: usize,
        /// What should have stood there.
        wanted: &'static str,
    },
    /// The body nests deeper than we read.
    TooDeep {
        /// The greatest depth.
        limit: usize,
    },
    /// A name stands twice in one object, or a single-valued parameter is repeated.
    Duplicate,
    /// No such field exists.
    Unknown {
        /// The known name that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The value is of another JSON type.
    WrongType {
        /// The type it should have.
        expected: JsonType,
        /// The type it has.
        found: JsonType,
    },
    /// A required field is not there.
    Missing,
    /// The value is none of the words allowed.
    NotInEnum {
        /// The value, cut and cleaned; none for a secret.
        value: Option<String>,
        /// The words allowed.
        allowed: &'static [&'static str],
    },
    /// That cloud has no such region.
    NoSuchRegion {
        /// The region, cut and cleaned.
        region: String,
        /// The cloud, as the API calls it.
        provider: &'static str,
        /// The region that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The field is there for other clouds.
    NotOnProvider {
        /// The cloud, as the API calls it.
        provider: &'static str,
    },
    /// The text does not have the format of this field.
    Format {
        /// Completes "must be …".
        expected: &'static str,
    },
    /// The text or list is too short or too long.
    Length {
        /// The least length.
        min: usize,
        /// The greatest length.
        max: usize,
        /// What is counted.
        unit: LengthUnit,
    },
    /// The number is out of bounds, or not a whole number.
    Range {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// A query parameter does not decode to UTF-8 text.
    Encoding,
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Characters of a text.
    Characters,
    /// Items of a list.
    Items,
}

/// The types a JSON value can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// Any number
    Number,
    /// A whole number
    Integer,
    /// A string
    Text,
    /// An array
    List,
    /// An object
    Object,
}

impl Fault {
    /// Makes a fault at a path.
    pub fn at(path: impl Into<String>, kind: FaultKind) -> Self {
        Self { path: path.into(), kind }
    }

    /// Says in one sentence what is wrong and what to do. Never holds the value of a secret.
    pub fn describe(&self) -> String {
        let place = if self.path.is_empty() { "The body" } else { self.path.as_str() };
        match &self.kind {
            FaultKind::Malformed { line, column, wanted } => {
                format!("The body is not valid JSON at line {line}, column {column}: {wanted} was expected there.")
            }
            FaultKind::TooDeep { limit } => {
                format!("The body nests deeper than {limit} levels; send a flatter one.")
            }
            FaultKind::Duplicate => format!("{place} was given more than once; give it once."),
            FaultKind::Unknown { nearest: Some(name) } => {
                format!("There is no field {place}; did you mean {name}?")
            }
            FaultKind::Unknown { nearest: None } => {
                format!("There is no field {place}; remove it, or check its spelling.")
            }
            FaultKind::WrongType { expected, found } => {
                format!("{place} must be {expected}, not {found}.")
            }
            FaultKind::Missing => format!("{place} is required; add it."),
            FaultKind::NotInEnum { value, allowed } => describe_enum(place, value.as_deref(), allowed),
            FaultKind::NoSuchRegion { region, provider, nearest } => {
                let hint = nearest.map(|name| format!(" Did you mean {name}?")).unwrap_or_default();
                format!("No region {region} exists for provider {provider}.{hint}")
            }
            FaultKind::NotOnProvider { provider } => format!("{place} is not there for {provider}; remove it."),
            FaultKind::Format { expected } => format!("{place} must be {expected}."),
            FaultKind::Length { min, max, unit } => {
                let unit = match unit {
                    LengthUnit::Characters => "characters",
                    LengthUnit::Items => "items",
                };
                match min {
                    0 => format!("{place} must have at most {max} {unit}."),
                    _ if min == max => format!("{place} must have exactly {min} {unit}."),
                    _ => format!("{place} must have {min} to {max} {unit}."),
                }
            }
            FaultKind::Range { min, max } => {
                format!("{place} must be a whole number from {min} to {max}.")
            }
            FaultKind::Encoding => {
                format!("{place} must be percent-encoded UTF-8 text.")
            }
        }
    }
}

/// Above this many words an error names the nearest one instead of all.
const WORDS_WORTH_LISTING: usize = 8;

fn describe_enum(place: &str, value: Option<&str>, allowed: &'static [&'static str]) -> String {
    let not = value.map(|v| format!(", not {v:?}")).unwrap_or_default();
    if allowed.len() <= WORDS_WORTH_LISTING {
        return format!("{place} must be {}{not}.", allowed.join(" or "));
    }
    let nearest = value.and_then(|v| nearest(v, allowed.iter().copied()));
    match (nearest, allowed.first()) {
        (Some(word), _) => format!("{place} has no such value{not}; did you mean {word}?"),
        (None, Some(example)) => {
            format!("{place} must be one of its {} known values, such as {example}{not}.", allowed.len())
        }
        (None, None) => format!("{place} has no allowed value{not}."),
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Text => "a string",
            Self::List => "an array",
            Self::Object => "an object",
        })
    }
}

/// How much foreign text an error quotes.
/// Unit: characters.
const QUOTED: usize = 64;

/// Cuts foreign text to 64 characters and drops its control characters, so that it can be quoted.
pub fn quoted(text: &str) -> String {
    let mut clean = text.chars().filter(|c| !is_unprintable(*c));
    let mut kept: String = clean.by_ref().take(QUOTED).collect();
    if clean.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Control characters, and the marks that turn the direction of what follows them.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Finds the known word that a person most likely meant: the same letters in another case or with
/// other separators, else at most two edits away.
pub fn nearest(word: &str, known: impl Iterator<Item = &'static str> + Clone) -> Option<&'static str> {
    if word.len() > QUOTED {
        return None;
    }
    let folded = fold(word);
    let mut same = known.clone().filter(|candidate| fold(candidate) == folded);
    same.next().or_else(|| {
        known
            .map(|candidate| (edits(&folded, &fold(candidate)), candidate))
            .filter(|(distance, candidate)| *distance <= 2 && *distance * 3 <= candidate.len())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, candidate)| candidate)
    })
}

fn fold(word: &str) -> Vec<char> {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Counts the edits (insert, drop, replace) between two words.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (done, a) in from.iter().enumerate() {
        let mut diagonal = done;
        let mut left = done + 1;
        let mut next = vec![left];
        for (b, above) in to.iter().zip(row.iter().skip(1)) {
            let cost = usize::from(a != b);
            left = (diagonal + cost).min(above + 1).min(left + 1);
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultKind, JsonType, LengthUnit, nearest, quoted};

    const REGIONS: &[&str] = &["US_EAST_1", "US_EAST_2", "EU_WEST_1", "A1", "A2", "A3", "A4", "A5", "A6"];

    fn check(path: &str, kind: FaultKind, expected: &str) {
        assert_eq!(Fault::at(path, kind).describe(), expected);
    }

    #[test]
    fn says_what_to_do() {
        check(
            "",
            FaultKind::Malformed { line: 1, column: 4, wanted: "a value" },
            "The body is not valid JSON at line 1, column 4: a value was expected there.",
        );
        check("", FaultKind::TooDeep { limit: 32 }, "The body nests deeper than 32 levels; send a flatter one.");
        check("a.b", FaultKind::Duplicate, "a.b was given more than once; give it once.");
        check(
            "awsKms.regions",
            FaultKind::Unknown { nearest: Some("region") },
            "There is no field awsKms.regions; did you mean region?",
        );
        check("x", FaultKind::Unknown { nearest: None }, "There is no field x; remove it, or check its spelling.");
        check(
            "",
            FaultKind::WrongType { expected: JsonType::Object, found: JsonType::List },
            "The body must be an object, not an array.",
        );
        check("name", FaultKind::Missing, "name is required; add it.");
        check(
            "env",
            FaultKind::NotInEnum { value: Some("x".into()), allowed: &["AZURE", "AZURE_CHINA"] },
            "env must be AZURE or AZURE_CHINA, not \"x\".",
        );
        check(
            "r",
            FaultKind::NotInEnum { value: Some("us-east-1".into()), allowed: REGIONS },
            "r has no such value, not \"us-east-1\"; did you mean US_EAST_1?",
        );
        check(
            "r",
            FaultKind::NotInEnum { value: None, allowed: REGIONS },
            "r must be one of its 9 known values, such as US_EAST_1.",
        );
        check(
            "k",
            FaultKind::Length { min: 16, max: 128, unit: LengthUnit::Characters },
            "k must have 16 to 128 characters.",
        );
        check("k", FaultKind::Length { min: 0, max: 9, unit: LengthUnit::Items }, "k must have at most 9 items.");
        check("n", FaultKind::Range { min: 1, max: 500 }, "n must be a whole number from 1 to 500.");
    }

    #[test]
    fn cuts_and_cleans_what_it_quotes() {
        assert_eq!(quoted("a\r\nb\u{202e}c"), "abc");
        let long = quoted(&"x".repeat(65));
        assert_eq!(long.chars().count(), 65);
        assert!(long.ends_with('…'));
        assert_eq!(quoted(&"x".repeat(64)), "x".repeat(64));
    }

    #[test]
    fn guesses_the_word_that_was_meant() {
        let known = ["customerMasterKeyID", "region", "roleId", "valid"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("customerMasterKeyId"), Some("customerMasterKeyID"));
        assert_eq!(near("customer_master_key_id"), Some("customerMasterKeyID"));
        assert_eq!(near("regoin"), Some("region"));
        assert_eq!(near("rolId"), Some("roleId"));
        assert_eq!(near("colour"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"region".repeat(100)), None);
    }
}
