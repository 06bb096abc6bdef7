//! A key file of a Google service account, which settings carry as one string. It must not know which
//! values are acceptable; what is not used of the file is dropped here.

use crate::body::{Limits, Object, parse};
use crate::patch::Patch;
use crate::schema::{Field, Kind, Schema, TEXT};
use crate::secret::WireSecret;

/// What is used of a key file. A member that is absent or null is `None`.
#[derive(Debug)]
pub struct GoogleKeyFile {
    /// What kind of credential it is.
    pub kind: Option<String>,
    /// Whose key it is.
    pub client_email: Option<String>,
    /// Which of its keys.
    pub private_key_id: Option<String>,
    /// The key itself, in PEM.
    pub private_key: Option<WireSecret>,
    /// Where its owner would have tokens asked for.
    pub token_uri: Option<String>,
}

static KEY_FILE: Schema = Schema::inline(Kind::Object { fields: FIELDS, open: true });

static FIELDS: &[Field] = &[
    Field::optional("client_email", &TEXT, "Whose key it is.").nullable(),
    Field::optional("private_key", &TEXT, "The key itself.").nullable().write_only(),
    Field::optional("private_key_id", &TEXT, "Which key it is.").nullable(),
    Field::optional("token_uri", &TEXT, "Where tokens come from.").nullable(),
    Field::optional("type", &TEXT, "What kind of credential it is.").nullable(),
];

impl GoogleKeyFile {
    /// Reads a key file. Gives none for what is no JSON object, names a member twice, or has a number
    /// where a text belongs. Nothing is said about why: the reason could quote the file.
    pub fn read(text: &str) -> Option<Self> {
        let mut file = parse(text.as_bytes(), &KEY_FILE, Limits::default()).ok()?;
        let text = |file: &mut Object, name| file.text(name).ok().map(given);
        Some(Self {
            kind: text(&mut file, "type")?,
            client_email: text(&mut file, "client_email")?,
            private_key_id: text(&mut file, "private_key_id")?,
            token_uri: text(&mut file, "token_uri")?,
            private_key: file.secret("private_key").ok().map(given)?,
        })
    }
}

fn given<T>(patch: Patch<T>) -> Option<T> {
    match patch {
        Patch::Absent | Patch::Null => None,
        Patch::Value(value) => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_used_and_drops_the_rest() {
        let text = r#"{"type":"service_account","project_id":"p","private_key_id":"ab12","private_key":"-----BEGIN\n",
            "client_email":"a@p.iam.gserviceaccount.com","client_id":7,"token_uri":null,"universe_domain":{"a":[1]}}"#;
        let file = GoogleKeyFile::read(text).unwrap();
        assert_eq!(file.kind.as_deref(), Some("service_account"));
        assert_eq!(file.client_email.as_deref(), Some("a@p.iam.gserviceaccount.com"));
        assert_eq!(file.private_key_id.as_deref(), Some("ab12"));
        assert_eq!(file.private_key.as_ref().map(WireSecret::expose), Some("-----BEGIN\n"));
        assert_eq!(file.token_uri, None);
        assert!(!format!("{file:?}").contains("BEGIN"), "the key does not print");
    }

    #[test]
    fn refuses_what_is_no_key_file() {
        for text in [
            "",
            "null",
            "[]",
            "\"text\"",
            "{",
            "{} {}",
            r#"{"type":1}"#,
            r#"{"private_key":["a"]}"#,
            r#"{"type":"service_account","type":"external_account"}"#,
        ] {
            assert!(GoogleKeyFile::read(text).is_none(), "{text}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
        assert!(GoogleKeyFile::read(&deep).is_none(), "a file deeper than any real one");
    }
}
