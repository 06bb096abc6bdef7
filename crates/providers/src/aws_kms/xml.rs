//! XML as a tree of names and texts, which is all that EC2's answers need. Attributes and namespaces are passed over.
//! Must not know what an element means.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// How deep an answer may be. EC2's deepest true one is under ten.
const MOST_DEPTH: usize = 32;

/// An element.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Reads a whole document. Gives none for what is not one.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
        // The first is the document itself.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    if open.len() > MOST_DEPTH {
                        return None;
                    }
                    open.push(Self::named(start.local_name().as_ref()));
                }
                Event::Empty(empty) => open.last_mut()?.children.push(Self::named(empty.local_name().as_ref())),
                Event::End(_) => {
                    let closed = open.pop()?;
                    open.last_mut()?.children.push(closed);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let place = &mut open.last_mut()?.text;
                    match reference.resolve_char_ref().ok()? {
                        Some(letter) => place.push(letter),
                        None => place.push_str(resolve_predefined_entity(&reference)?),
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let document = open.pop().filter(|_| open.is_empty())?;
        let mut roots = document.children.into_iter();
        roots.next().filter(|_| roots.next().is_none() && document.text.trim().is_empty())
    }

    fn named(name: impl AsRef<str>) -> Self {
        Self { name: name.as_ref().to_owned(), ..Self::default() }
    }

    /// Gives the first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Gives the text of a child; an empty one is none.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }

    /// Gives the text, without the space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// Lists the items of a set that is a child; a set that is not there has none.
    pub(super) fn items(&self, set: &str) -> impl Iterator<Item = &Self> {
        self.child(set).into_iter().flat_map(|set| &set.children).filter(|child| child.name == "item")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_ec2_writes() {
        let text = br#"<?xml version="1.0" encoding="UTF-8"?>
            <R xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><set><item><a>1 &lt; 2 &#x41;</a></item><item/></set><b> x </b><c/></R>"#;
        let root = Element::parse(text).unwrap();
        assert_eq!(root.name, "R");
        assert_eq!(root.items("set").count(), 2);
        assert_eq!(root.items("set").next().unwrap().text_of("a"), Some("1 < 2 A"));
        assert_eq!((root.text_of("b"), root.text_of("c"), root.text_of("d")), (Some("x"), None, None));
        assert_eq!(root.items("none").count(), 0);
    }

    #[test]
    fn refuses_what_is_no_document() {
        let check = |text: &str| assert_eq!(Element::parse(text.as_bytes()), None, "{text}");
        check("");
        check("words");
        check("<a>");
        check("<a></b>");
        check("<a/><b/>");
        check("<a/>words");
        check("</a>");
        check("<a>&unknown;</a>");
        check(&format!("{}{}", "<a>".repeat(40), "</a>".repeat(40)));
        assert_eq!(Element::parse(b"<a>\xff</a>"), None);
    }
}
