//! Lists in pages, the same for every list of EC2. It must not know what is listed.

use super::fields::invalid_value;
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::{Form, Xml};

/// What a caller wants of a list.
pub(super) struct Page {
    most: Option<usize>,
    from: usize,
}

impl Page {
    /// Takes the fields. A token is the number of entries already given, as text.
    /// Errors: `InvalidParameterValue`, `InvalidNextToken`, and `InvalidParameterCombination` where things are named
    /// and pages asked for.
    pub(super) fn take(form: &mut Form, names_some: bool) -> Result<Self, ServiceError> {
        let most = form.take("MaxResults");
        let token = form.take("NextToken");
        if names_some && (most.is_some() || token.is_some()) {
            return Err(ServiceError::new(
                "InvalidParameterCombination",
                "The parameter ids cannot be used with the parameter maxResults",
            ));
        }
        let most = match most {
            None => None,
            Some(text) => match text.parse() {
                Ok(most) if (5..=1000).contains(&most) => Some(most),
                _ => {
                    return Err(invalid_value(&format!(
                        "Value ( {text} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000."
                    )));
                }
            },
        };
        let from = match token {
            None => 0,
            Some(text) => text
                .parse()
                .map_err(|_| ServiceError::new("InvalidNextToken", format!("The token '{text}' is invalid")))?,
        };
        Ok(Self { most, from })
    }

    /// Writes one page of the entries under a name, each as an `item`, and the token of the next.
    pub(super) fn write<T>(&self, set: &str, entries: Vec<T>, mut item: impl FnMut(&mut Xml, &T)) -> Xml {
        let all = entries.len();
        let most = self.most.unwrap_or(1000);
        let next = self.from.saturating_add(most);
        let mut xml = Xml::default();
        xml.element(set, |xml| {
            for entry in entries.iter().skip(self.from).take(most) {
                xml.element("item", |xml| item(xml, entry));
            }
        });
        if next < all {
            xml.text("nextToken", &next.to_string());
        }
        xml
    }
}

/// Writes the tags as every resource has them.
pub(super) fn tag_set(xml: &mut Xml, tags: &std::collections::BTreeMap<String, String>) {
    xml.element("tagSet", |xml| {
        for (key, value) in tags {
            xml.element("item", |xml| {
                xml.text("key", key).text("value", value);
            });
        }
    });
}
