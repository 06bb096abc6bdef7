//! Reads a query string strictly by the parameters an operation declares. It must not know any
//! operation. Parameters nobody declared are let through: clients add their own.

use percent_encoding::percent_decode_str;

use crate::body::text_fault;
use crate::fault::{Fault, FaultKind, quoted};
use crate::schema::{FLAG, Kind, Schema};

/// One query parameter of an operation.
#[derive(Debug)]
pub struct QueryParameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// What each value may be.
    pub schema: &'static Schema,
    /// Whether it may be given several times; all values then count.
    pub repeated: bool,
    /// The value that stands in when it is not given, spelled as in a query.
    pub default: Option<&'static str>,
    /// One sentence for the document.
    pub description: &'static str,
}

/// Asks for `{"status", "content"}` around the answer.
pub static ENVELOPE: QueryParameter = QueryParameter {
    name: "envelope",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Puts the HTTP status into the body as well, for clients that cannot read it: a single object is wrapped as status and content, a list gets a status beside its results.",
};

/// Asks for indented JSON.
pub static PRETTY: QueryParameter = QueryParameter {
    name: "pretty",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Indents the JSON of the answer.",
};

/// The query of one request, checked against what its operation declares.
#[derive(Debug, Clone)]
pub struct Query {
    declared: &'static [&'static QueryParameter],
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads the part of the request target after `?`.
    /// Errors: every value that is malformed, out of bounds, or repeated where one is allowed.
    pub fn read(raw: Option<&str>, declared: &'static [&'static QueryParameter]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut pairs = Vec::new();
        for part in raw.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => pairs.push((name, value)),
                (Some(name), None) => faults.push(Fault::at(quoted(&name), FaultKind::Encoding)),
                (None, _) => faults.push(Fault::at(quoted(name), FaultKind::Encoding)),
            }
        }
        let query = Self { declared, pairs };
        for parameter in declared {
            query.check(parameter, &mut faults);
        }
        if faults.is_empty() { Ok(query) } else { Err(faults) }
    }

    /// Returns the value of a single-valued parameter: as given, else its default.
    pub fn text(&self, name: &str) -> Option<&str> {
        let given = self.pairs.iter().find(|(given, _)| given == name);
        given.map(|(_, value)| value.as_str()).or_else(|| self.declaration(name)?.default)
    }

    /// Returns all values of a parameter, in the order given.
    pub fn texts<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.pairs.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Returns a flag: as given, else its default.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Returns a whole number: as given, else its default. `None` if the operation declares no
    /// such parameter.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    fn declaration(&self, name: &str) -> Option<&'static QueryParameter> {
        self.declared.iter().copied().find(|parameter| parameter.name == name)
    }

    fn check(&self, parameter: &'static QueryParameter, faults: &mut Vec<Fault>) {
        let mut values = self.texts(parameter.name);
        if !parameter.repeated && values.by_ref().nth(1).is_some() {
            faults.push(Fault::at(parameter.name, FaultKind::Duplicate));
            return;
        }
        for value in self.texts(parameter.name) {
            if let Some(kind) = fault_of(value, &parameter.schema.kind) {
                faults.push(Fault::at(parameter.name, kind));
            }
        }
    }
}

/// What is wrong with one value, spelled as in a query.
fn fault_of(value: &str, kind: &'static Kind) -> Option<FaultKind> {
    const FLAGS: &[&str] = &["true", "false"];
    match kind {
        Kind::Boolean => outside(value, FLAGS),
        Kind::OneOf(allowed) => outside(value, allowed),
        Kind::Integer { min, max } => {
            // Digits only: `+5` decodes to ` 5`, and neither is a spelling clients rely on.
            let number = value.parse::<i64>().ok().filter(|_| !value.starts_with('+'));
            (!number.is_some_and(|n| (*min..=*max).contains(&n))).then_some(FaultKind::Range { min: *min, max: *max })
        }
        Kind::Text(rule) => text_fault(value, rule),
        Kind::Object { .. } | Kind::List { .. } | Kind::FilledList { .. } | Kind::Map { .. } | Kind::Anything => None,
    }
}

fn outside(value: &str, allowed: &'static [&'static str]) -> Option<FaultKind> {
    (!allowed.contains(&value)).then(|| FaultKind::NotInEnum { value: Some(quoted(value)), allowed })
}

/// Decodes `+` and percent escapes. `None` if what comes out is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::{ENVELOPE, PRETTY, Query, QueryParameter};
    use crate::fault::FaultKind;
    use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
    use crate::schema::{Kind, Schema};

    static COLOUR: Schema = Schema::inline(Kind::OneOf(&["RED", "BLUE"]));
    static COLOURS: QueryParameter =
        QueryParameter { name: "colour", schema: &COLOUR, repeated: true, default: None, description: "" };
    static ALL: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &COLOURS];

    fn check(raw: &str, expected: &[(&str, &str)]) {
        let faults = Query::read(Some(raw), ALL).err().unwrap_or_default();
        let found: Vec<(&str, String)> = faults.iter().map(|fault| (fault.path.as_str(), fault.describe())).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(p, d)| (*p, d.as_str())).collect();
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn reads_values_and_defaults() {
        let query = Query::read(Some("pretty=true&colour=RED&colour=BLUE&x=%"), ALL).unwrap();
        assert!(query.flag("pretty") && !query.flag("envelope"));
        assert_eq!(query.integer("itemsPerPage"), Some(100));
        assert_eq!(query.integer("nothing"), None);
        assert_eq!(query.texts("colour").collect::<Vec<_>>(), ["RED", "BLUE"]);
        let query = Query::read(Some("p%72etty=tru%65&&"), ALL).unwrap();
        assert!(query.flag("pretty"));
        assert!(!Query::read(None, ALL).unwrap().flag("pretty"));
        assert_eq!(Query::read(Some("q=a+b%2Bc"), ALL).unwrap().text("q"), Some("a b+c"));
    }

    #[test]
    fn names_every_bad_parameter() {
        check("pretty=true&envelope=false&unknown=1&unknown=2&PRETTY=x", &[]);
        check("pretty=yes", &[("pretty", "pretty must be true or false, not \"yes\".")]);
        check("pretty", &[("pretty", "pretty must be true or false, not \"\".")]);
        check("pretty=TRUE", &[("pretty", "pretty must be true or false, not \"TRUE\".")]);
        check(
            "pretty=true&pretty=true&itemsPerPage=0",
            &[
                ("pretty", "pretty was given more than once; give it once."),
                ("itemsPerPage", "itemsPerPage must be a whole number from 1 to 500."),
            ],
        );
        for bad in ["501", "abc", "", "1.5", "+5", "%2B5", "99999999999999999999", "-1"] {
            check(
                &format!("itemsPerPage={bad}"),
                &[("itemsPerPage", "itemsPerPage must be a whole number from 1 to 500.")],
            );
        }
        check("pageNum=0", &[("pageNum", "pageNum must be a whole number from 1 to 2147483647.")]);
        check("colour=red", &[("colour", "colour must be RED or BLUE, not \"red\".")]);
        check("x=%ff", &[("x", "x must be percent-encoded UTF-8 text.")]);
        let faults = Query::read(Some("%ff=1"), ALL).unwrap_err();
        assert_eq!(faults[0].kind, FaultKind::Encoding);
    }
}
