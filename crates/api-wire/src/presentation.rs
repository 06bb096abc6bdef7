//! How an answer is laid out: compact or indented, bare or in an envelope. It must not know what
//! is answered.

use serde::Serialize;

use crate::error_body::ErrorBody;
use crate::paging::Paged;
use crate::query::{ENVELOPE, PRETTY, Query};

/// How the caller wants the answer laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presentation {
    /// Repeat the HTTP status in the body.
    pub envelope: bool,
    /// Indent the JSON.
    pub pretty: bool,
}

impl Presentation {
    /// Takes the presentation out of a checked query.
    pub fn of(query: &Query) -> Self {
        Self { envelope: query.flag(ENVELOPE.name), pretty: query.flag(PRETTY.name) }
    }

    /// Guesses the presentation of a query that was not checked, for errors that come before the
    /// check or out of it. A value that is neither `true` nor `false` counts as `false`.
    pub fn guess(raw: Option<&str>) -> Self {
        let mut guess = Self::default();
        for part in raw.unwrap_or_default().split('&') {
            match part {
                "envelope=true" => guess.envelope = true,
                "pretty=true" => guess.pretty = true,
                _ => {}
            }
        }
        guess
    }
}

/// Lays out a single object; an envelope puts it under `content`.
/// Errors: the value refuses to be written as JSON, which none of this crate's does.
pub fn render_single<T: Serialize>(
    status: u16,
    body: &T,
    presentation: Presentation,
) -> Result<Vec<u8>, serde_json::Error> {
    if presentation.envelope {
        write(&Envelope { status, content: body }, presentation.pretty)
    } else {
        write(body, presentation.pretty)
    }
}

/// Lays out a list; an envelope adds `status` beside its results.
/// Errors: as `render_single`.
pub fn render_list<T: Serialize>(
    status: u16,
    page: &Paged<T>,
    presentation: Presentation,
) -> Result<Vec<u8>, serde_json::Error> {
    if presentation.envelope {
        write(&ListEnvelope { page, status }, presentation.pretty)
    } else {
        write(page, presentation.pretty)
    }
}

/// Lays out an error; an envelope treats it as a single object.
/// Errors: as `render_single`.
pub fn render_error(error: &ErrorBody, presentation: Presentation) -> Result<Vec<u8>, serde_json::Error> {
    render_single(error.error, error, presentation)
}

/// Lays out the body of a 401 that carries a challenge. It alone is always indented, and in
/// another way than other bodies.
/// Source: clients.md 1.2, recorded.
pub const fn render_challenge(presentation: Presentation) -> &'static [u8] {
    if presentation.envelope { CHALLENGE_IN_ENVELOPE } else { CHALLENGE }
}

const CHALLENGE: &[u8] = b"{\n  \"error\" : 401,\n  \"reason\" : \"Unauthorized\",\n  \"detail\" : \"You are not authorized for this resource.\",\n  \"errorCode\" : \"UNEXPECTED_ERROR\"\n}";

const CHALLENGE_IN_ENVELOPE: &[u8] = b"{\n  \"status\" : 401,\n  \"content\" : {\n    \"error\" : 401,\n    \"reason\" : \"Unauthorized\",\n    \"detail\" : \"You are not authorized for this resource.\",\n    \"errorCode\" : \"UNEXPECTED_ERROR\"\n  }\n}";

#[derive(Serialize)]
struct Envelope<'a, T> {
    status: u16,
    content: &'a T,
}

#[derive(Serialize)]
struct ListEnvelope<'a, T: Serialize> {
    #[serde(flatten)]
    page: &'a Paged<T>,
    status: u16,
}

fn write<T: Serialize>(body: &T, pretty: bool) -> Result<Vec<u8>, serde_json::Error> {
    if pretty { serde_json::to_vec_pretty(body) } else { serde_json::to_vec(body) }
}

#[cfg(test)]
mod tests {
    use super::{Presentation, render_challenge, render_error, render_list, render_single};
    use crate::error_body::ErrorBody;
    use crate::paging::{ListAddress, Paged, Paging};

    const PLAIN: Presentation = Presentation { envelope: false, pretty: false };
    const ENVELOPE: Presentation = Presentation { envelope: true, pretty: false };
    const PRETTY: Presentation = Presentation { envelope: false, pretty: true };

    fn check(bytes: Result<Vec<u8>, serde_json::Error>, expected: &str) {
        assert_eq!(String::from_utf8(bytes.unwrap()).unwrap(), expected);
    }

    #[test]
    fn wraps_single_objects() {
        check(render_single(200, &[1], PLAIN), "[1]");
        check(render_single(200, &[1], ENVELOPE), r#"{"status":200,"content":[1]}"#);
        check(render_single(200, &[1], PRETTY), "[\n  1\n]");
    }

    #[test]
    fn adds_the_status_to_lists() {
        let paging = Paging { include_count: true, items_per_page: 1, page_num: 1 };
        let address = ListAddress { url: "u", filters: &[] };
        let page = Paged::new(vec![7], 1, paging, &address);
        let links = r#""links":[{"href":"u?includeCount=true&pageNum=1&itemsPerPage=1","rel":"self"}]"#;
        check(render_list(200, &page, PLAIN), &format!(r#"{{{links},"results":[7],"totalCount":1}}"#));
        check(render_list(200, &page, ENVELOPE), &format!(r#"{{{links},"results":[7],"totalCount":1,"status":200}}"#));
    }

    #[test]
    fn lays_out_errors_in_the_recorded_order() {
        let error =
            ErrorBody::new(404, "Not Found", "GROUP_NOT_FOUND", "No group with ID x exists.").with_parameters(["x"]);
        let bare = r#"{"detail":"No group with ID x exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["x"],"reason":"Not Found"}"#;
        check(render_error(&error, PLAIN), bare);
        check(render_error(&error, ENVELOPE), &format!(r#"{{"status":404,"content":{bare}}}"#));
    }

    #[test]
    fn keeps_the_odd_layout_of_the_challenge() {
        let text = std::str::from_utf8(render_challenge(PRETTY)).unwrap();
        assert_eq!(
            text,
            "{\n  \"error\" : 401,\n  \"reason\" : \"Unauthorized\",\n  \"detail\" : \"You are not authorized for this resource.\",\n  \"errorCode\" : \"UNEXPECTED_ERROR\"\n}"
        );
        let wrapped: serde_json::Value = serde_json::from_slice(render_challenge(ENVELOPE)).unwrap();
        let bare: serde_json::Value = serde_json::from_slice(render_challenge(PLAIN)).unwrap();
        assert_eq!(wrapped, serde_json::json!({"status": 401, "content": bare}));
    }

    #[test]
    fn guesses_for_errors_that_come_early() {
        assert_eq!(Presentation::guess(Some("a=b&envelope=true")), ENVELOPE);
        assert_eq!(Presentation::guess(Some("pretty=true&envelope=1")), PRETTY);
        assert_eq!(Presentation::guess(None), PLAIN);
    }
}
