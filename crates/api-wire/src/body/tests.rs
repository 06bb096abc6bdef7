//! Tests of the strict body reader: the grammar, the schema walk, and that nothing makes it panic.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::{Faults, Limits, Path, json, parse, parse_list};
use crate::fault::{Fault, FaultKind, JsonType, LengthUnit};
use crate::patch::Patch;
use crate::schema::{FLAG, Field, Kind, Schema, TextRule};
use crate::text_format::ONE_LINE;

static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 2, max: 4, format: Some(&ONE_LINE) }));
static SECRET: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 40, format: None }));
static COLOUR: Schema = Schema::inline(Kind::OneOf(&["RED", "BLUE"]));
static SIZE: Schema = Schema::inline(Kind::Integer { min: 1, max: 9 });
static WORDS: Schema = Schema::inline(Kind::List { items: &NAME, max: 2 });
static INNER_FIELDS: &[Field] = &[
    Field::optional("colour", &COLOUR, "").nullable(),
    Field::optional("secretColour", &COLOUR, "").write_only(),
    Field::optional("on", &FLAG, "").nullable(),
    Field::optional("valid", &FLAG, "").read_only(),
];
static INNER: Schema = Schema::inline(Kind::Object { fields: INNER_FIELDS, open: false });
static OUTER_FIELDS: &[Field] = &[
    Field::required("name", &NAME, ""),
    Field::optional("secret", &SECRET, "").write_only().nullable(),
    Field::optional("size", &SIZE, ""),
    Field::optional("words", &WORDS, ""),
    Field::optional("inner", &INNER, "").nullable(),
];
static OUTER: Schema = Schema::inline(Kind::Object { fields: OUTER_FIELDS, open: false });

fn faults(body: &str) -> Vec<Fault> {
    parse(body.as_bytes(), &OUTER, Limits::default()).err().unwrap_or_default()
}

fn check(body: &str, expected: &[(&str, FaultKind)]) {
    let expected: Vec<Fault> = expected.iter().map(|(path, kind)| Fault::at(*path, kind.clone())).collect();
    assert_eq!(faults(body), expected, "{body}");
}

const fn wrong(expected: JsonType, found: JsonType) -> FaultKind {
    FaultKind::WrongType { expected, found }
}

#[test]
fn reads_absent_null_and_value_as_three_things() {
    let body = br#"{"name":"ab","inner":{"colour":null,"on":true},"secret":"s\u00e9\n\ud83d\ude00"}"#;
    let mut outer = parse(body, &OUTER, Limits::default()).unwrap();
    assert_eq!(outer.text("name").unwrap(), Patch::Value("ab".to_owned()));
    assert_eq!(outer.secret("secret").unwrap().value().unwrap().expose(), "sé\n😀");
    assert!(outer.integer("size").unwrap().is_absent());
    let mut inner = outer.object("inner").unwrap().value().unwrap();
    assert_eq!(inner.text("colour").unwrap(), Patch::Null);
    assert_eq!(inner.flag("on").unwrap(), Patch::Value(true));
    assert!(inner.is_empty() && outer.is_empty());
}

#[test]
fn reads_lists_and_whole_numbers() {
    let body = br#"{"name":"ab","size":3.0,"words":["ab","cd"]}"#;
    let mut outer = parse(body, &OUTER, Limits::default()).unwrap();
    assert_eq!(outer.integer("size").unwrap(), Patch::Value(3));
    assert_eq!(outer.texts("words").unwrap(), Patch::Value(vec!["ab".to_owned(), "cd".to_owned()]));
}

#[test]
fn ignores_read_only_fields_whatever_they_hold() {
    for valid in ["true", "null", "\"yes\"", "{}"] {
        let body = format!(r#"{{"name":"ab","inner":{{"valid":{valid}}}}}"#);
        let mut outer = parse(body.as_bytes(), &OUTER, Limits::default()).unwrap();
        assert!(outer.object("inner").unwrap().value().unwrap().is_empty());
    }
}

#[test]
fn refuses_what_the_schema_does_not_know() {
    let duplicate = FaultKind::Duplicate;
    check("[]", &[("", wrong(JsonType::Object, JsonType::List))]);
    check("null", &[("", wrong(JsonType::Object, JsonType::Null))]);
    check("{}", &[("name", FaultKind::Missing)]);
    check(r#"{"name":null}"#, &[("name", wrong(JsonType::Text, JsonType::Null))]);
    check(r#"{"name":"ab","inner":[true,null]}"#, &[("inner", wrong(JsonType::Object, JsonType::List))]);
    check(
        r#"{"name":"ab","inner":{"color":"RED"}}"#,
        &[("inner.color", FaultKind::Unknown { nearest: Some("colour") })],
    );
    check(
        r#"{"name":"ab","n\u0061me":"cd","inner":{"on":true,"on":true}}"#,
        &[("inner.on", duplicate.clone()), ("name", duplicate)],
    );
    check(r#"{"name":"ab","size":1.5}"#, &[("size", FaultKind::Range { min: 1, max: 9 })]);
    check(r#"{"name":"ab","size":1e400}"#, &[("size", FaultKind::Range { min: 1, max: 9 })]);
    check(r#"{"name":"ab","size":"1"}"#, &[("size", wrong(JsonType::Integer, JsonType::Text))]);
    check(
        r#"{"name":"ab","words":["ab","c",3]}"#,
        &[("words", FaultKind::Length { min: 0, max: 2, unit: LengthUnit::Items })],
    );
    check(
        r#"{"name":"ab","words":["c",3]}"#,
        &[
            ("words[0]", FaultKind::Length { min: 2, max: 4, unit: LengthUnit::Characters }),
            ("words[1]", wrong(JsonType::Text, JsonType::Number)),
        ],
    );
    check(r#"{"name":"a\r\n"}"#, &[("name", FaultKind::Format { expected: ONE_LINE.expected })]);
}

#[test]
fn reports_all_faults_at_once() {
    check(
        r#"{"size":0,"inner":{"colour":"red","on":"yes"},"extra":1}"#,
        &[
            ("size", FaultKind::Range { min: 1, max: 9 }),
            ("inner.colour", FaultKind::NotInEnum { value: Some("red".to_owned()), allowed: &["RED", "BLUE"] }),
            ("inner.on", wrong(JsonType::Boolean, JsonType::Text)),
            ("extra", FaultKind::Unknown { nearest: None }),
            ("name", FaultKind::Missing),
        ],
    );
}

#[test]
fn never_quotes_a_secret() {
    check(
        r#"{"name":"ab","inner":{"secretColour":"hunter2"}}"#,
        &[("inner.secretColour", FaultKind::NotInEnum { value: None, allowed: &["RED", "BLUE"] })],
    );
    let long = format!(r#"{{"name":"ab","secret":"{}"}}"#, "hunter2".repeat(10));
    let found = faults(&long);
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?} {}", found[0].describe()).contains("hunter"));
}

#[test]
fn cuts_what_it_quotes() {
    let body = format!(r#"{{"name":"ab","inner":{{"colour":"{}\u0007"}}}}"#, "x".repeat(500));
    let FaultKind::NotInEnum { value: Some(value), .. } = &faults(&body)[0].kind else { panic!("not an enum fault") };
    assert_eq!(value.chars().count(), 65);
    let body = format!(r#"{{"name":"ab","{}":1}}"#, "y".repeat(500));
    assert_eq!(faults(&body)[0].path.chars().count(), 65);
}

#[test]
fn caps_the_number_of_faults() {
    let members: Vec<String> = (0..5000).map(|n| format!("\"k{n}\":{n}")).collect();
    let body = format!("{{{}}}", members.join(","));
    assert_eq!(faults(&body).len(), 100);
}

#[test]
fn names_the_place_where_json_ends_to_be_json() {
    let check = |body: &str, line: usize, column: usize, wanted: &str| {
        let found = faults(body);
        let [Fault { path, kind: FaultKind::Malformed { line: l, column: c, wanted: w } }] = found.as_slice() else {
            panic!("{body:?} gave {found:?}")
        };
        assert_eq!((path.as_str(), *l, *c, *w), ("", line, column, wanted), "{body:?}");
    };
    check("", 1, 1, "a JSON value");
    check("  \n ", 2, 2, "a JSON value");
    check("{\n  \"a\" 1}", 2, 7, "a colon");
    check("{\"a\":1,}", 1, 8, "a member name in double quotes");
    check("{'a':1}", 1, 2, "a member name in double quotes");
    check("{\"a\":1 \"b\"", 1, 8, "a comma or a closing brace");
    check("[1 2]", 1, 4, "a comma or a closing bracket");
    check("{} {}", 1, 4, "the end of the body");
    check("truth", 1, 1, "a JSON value");
    check("nan", 1, 1, "a JSON value");
    check("-", 1, 2, "a digit");
    check("01", 1, 2, "the end of the body");
    check("1.", 1, 3, "a digit");
    check("1e+", 1, 4, "a digit");
    check("\"abc", 1, 5, "a closing quote");
    check("\"a\\x\"", 1, 4, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    check("\"\\u12g4\"", 1, 3, "four hexadecimal digits");
    check("\"\\ud800\"", 1, 8, "a pair of \\u surrogates");
    check("\"\\ud800\\u0041\"", 1, 14, "a pair of \\u surrogates");
    check("\"\\udc00\"", 1, 8, "a pair of \\u surrogates");
    check("\"a\nb\"", 1, 3, "an escape such as \\n (a raw control character stands here)");
    check("\u{feff}{}", 1, 1, "a JSON value");
}

#[test]
fn refuses_bytes_that_are_not_utf_8() {
    let found = parse(b"{\"name\":\"\xff\"}", &OUTER, Limits::default()).unwrap_err();
    assert_eq!(found[0].kind, FaultKind::Malformed { line: 1, column: 10, wanted: "UTF-8 text" });
}

#[test]
fn refuses_deep_nesting_before_it_hurts() {
    let limit = Limits::default().depth;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(limit + 1), &[("", FaultKind::TooDeep { limit })]);
    check(&"[{\"a\":".repeat(100_000), &[("", FaultKind::TooDeep { limit })]);
    check(&nested(limit), &[("", wrong(JsonType::Object, JsonType::List))]);
}

/// Says whether our reader takes the text as JSON, whatever it means.
fn is_json(text: &[u8]) -> bool {
    let mut found = super::Faults { found: Vec::new(), cap: 1 };
    json::read(text, 64, &mut found).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn never_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, &OUTER, Limits::default());
    }

    #[test]
    fn never_panics_on_mutated_json_and_agrees_with_serde_json(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 0..6)
    ) {
        let mut bytes = br#"{"name":"ab","secret":"\u00e9\\\"\ud83d\ude00","size":-1.5e3,"words":["ab",null,true],"inner":{"colour":"RED","on":false}}"#.to_vec();
        for (place, byte, act) in edits {
            let at = place.index(bytes.len().max(1));
            match act {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => { bytes.remove(at); }
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        let _ = parse(&bytes, &OUTER, Limits::default());
        // serde_json refuses numbers too big for a float; we only refuse what is not JSON.
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(&bytes) {
            assert!(!is_json(&bytes) || error.to_string().contains("out of range"), "{error}: {bytes:?}");
        } else {
            assert!(is_json(&bytes), "{bytes:?}");
        }
    }

    #[test]
    fn reads_back_any_text(text in any::<String>()) {
        let spelled = serde_json::to_string(&text).unwrap();
        let mut found = super::Faults { found: Vec::new(), cap: 1 };
        let json::Node::Text(read) = json::read(spelled.as_bytes(), 4, &mut found).unwrap() else {
            panic!("not a text")
        };
        assert_eq!(read.expose(), text);
    }
}

#[test]
fn reads_a_bare_list_of_objects() {
    static ITEM: Schema = Schema::inline(Kind::Object { fields: ITEM_FIELDS, open: false });
    static ITEM_FIELDS: &[Field] = &[Field::required("a", &FLAG, "")];
    static LIST: Schema = Schema::inline(Kind::List { items: &ITEM, max: 2 });
    let mut read = parse_list(br#"[{"a":true},{"a":false}]"#, &LIST, Limits::default()).unwrap();
    assert_eq!(read.pop().unwrap().flag("a").unwrap(), Patch::Value(false));
    assert!(parse_list(b"[]", &LIST, Limits::default()).unwrap().is_empty());
    let paths = |body: &[u8]| {
        let faults = parse_list(body, &LIST, Limits::default()).unwrap_err();
        faults.into_iter().map(|fault| fault.path).collect::<Vec<_>>()
    };
    assert_eq!(paths(br#"[{"a":1},{}]"#), ["[0].a", "[1].a"]);
    assert_eq!(paths(b"{}"), [""]);
    assert_eq!(paths(b"[1]"), ["[0]"]);
    assert_eq!(paths(br#"[{"a":true},{"a":true},{"a":true}]"#), [""]);
    assert_eq!(parse(b"[]", &LIST, Limits::default()).unwrap_err()[0].path, "");
}

#[test]
fn spares_the_work_of_telling_faults_beyond_the_cap() {
    let mut faults = Faults { found: Vec::new(), cap: 2 };
    let mut told = 0;
    for _ in 0..5 {
        faults.add_with(&Path::Root, || {
            told += 1;
            FaultKind::Unknown { nearest: None }
        });
    }
    assert_eq!((told, faults.found.len()), (2, 2));
}
