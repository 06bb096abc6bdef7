//! A reader of answers as strict as libkmip's, and stricter: tags, types, lengths, padding, order, the version of the
//! request, words with every failure and nothing that no client of that version knows. It panics at the first fault.

use crate::ttlv;

/// One item of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) tag: u32,
    pub(crate) kind: u8,
    pub(crate) value: Vec<u8>,
    pub(crate) parts: Vec<Item>,
}

/// One batch item of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) operation: Option<u32>,
    pub(crate) mark: Option<Vec<u8>>,
    /// Result Reason and Result Message of a failure.
    pub(crate) failure: Option<(u32, String)>,
    pub(crate) payload: Option<Item>,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) minor: i32,
    pub(crate) time: i64,
    pub(crate) items: Vec<Answer>,
    pub(crate) length: usize,
}

impl Response {
    /// The only item's payload.
    #[track_caller]
    pub(crate) fn ok(&self) -> &Item {
        self.only().ok()
    }

    /// The only item.
    #[track_caller]
    pub(crate) fn only(&self) -> &Answer {
        assert_eq!(self.items.len(), 1, "{self:?}");
        &self.items[0]
    }

    /// Demands a failure for this reason, and gives its words.
    #[track_caller]
    pub(crate) fn refused(&self, reason: u32) -> &str {
        self.only().refused(reason)
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(&self) -> &Item {
        self.payload.as_ref().unwrap_or_else(|| panic!("not a success: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn refused(&self, expected: u32) -> &str {
        let Some((reason, words)) = &self.failure else { panic!("not a failure: {self:?}") };
        assert_eq!(*reason, expected, "{words}");
        words
    }
}

impl Item {
    pub(crate) fn find(&self, tag: u32) -> Option<&Item> {
        self.parts.iter().find(|part| part.tag == tag)
    }

    /// The item that must be there.
    #[track_caller]
    pub(crate) fn at(&self, tag: u32) -> &Item {
        self.find(tag).unwrap_or_else(|| panic!("no {tag:06x} in {self:?}"))
    }

    pub(crate) fn all(&self, tag: u32) -> Vec<&Item> {
        self.parts.iter().filter(|part| part.tag == tag).collect()
    }

    pub(crate) fn text(&self) -> &str {
        assert_eq!(self.kind, 7, "{self:?}");
        std::str::from_utf8(&self.value).unwrap()
    }

    pub(crate) fn number(&self) -> u32 {
        assert!(matches!(self.kind, 2 | 5 | 10), "{self:?}");
        u32::from_be_bytes(self.value.as_slice().try_into().unwrap())
    }

    pub(crate) fn long(&self) -> i64 {
        assert!(matches!(self.kind, 3 | 9), "{self:?}");
        i64::from_be_bytes(self.value.as_slice().try_into().unwrap())
    }

    /// The Unique Identifier inside.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.at(0x42_0094).text().to_owned()
    }

    /// The values of an attribute's instances, by name.
    #[track_caller]
    pub(crate) fn attributes(&self, name: &str) -> Vec<&Item> {
        let named = |one: &&Item| one.at(0x42_000a).text() == name;
        self.all(0x42_0008).into_iter().filter(named).map(|one| one.at(0x42_000b)).collect()
    }

    /// The only value of an attribute.
    #[track_caller]
    pub(crate) fn attribute(&self, name: &str) -> &Item {
        let found = self.attributes(name);
        assert_eq!(found.len(), 1, "{name} in {self:?}");
        found[0]
    }

    /// The names of all attributes, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.all(0x42_0008).into_iter().map(|one| one.at(0x42_000a).text().to_owned()).collect()
    }
}

/// Reads a whole answer to a message of version 1.`minor`.
#[track_caller]
pub(crate) fn response(bytes: &[u8], minor: i32) -> Response {
    let (message, rest) = item(bytes);
    assert!(rest.is_empty(), "bytes follow the message: {rest:?}");
    assert_eq!((message.tag, message.kind), (0x42_007b, 1));
    let (header, items) = message.parts.split_first().unwrap();
    assert_eq!((header.tag, tags(header)), (0x42_007a, vec![0x42_0069, 0x42_0092, 0x42_000d]), "the header's fields");
    let version = &header.parts[0];
    assert_eq!(tags(version), [0x42_006a, 0x42_006b]);
    assert_eq!(version.parts[0].number(), 1);
    assert_eq!(version.parts[1].number() as i32, minor, "the version of the request is echoed");
    let time = &header.parts[1];
    assert_eq!(time.kind, 9);
    assert!(time.long() > 1_700_000_000, "a time stamp of now: {}", time.long());
    assert_eq!(header.parts[2].number() as usize, items.len(), "Batch Count");
    let items = items.iter().map(|item| answer(item, minor)).collect();
    Response { minor, time: time.long(), items, length: bytes.len() }
}

fn answer(item: &Item, minor: i32) -> Answer {
    assert_eq!((item.tag, item.kind), (0x42_000f, 1));
    let order = [0x42_005c, 0x42_0093, 0x42_007f, 0x42_007e, 0x42_007d, 0x42_007c];
    in_order(item, &order);
    let status = item.at(0x42_007f).number();
    let reason = item.find(0x42_007e).map(Item::number);
    let words = item.find(0x42_007d).map(|words| words.text().to_owned());
    let payload = item.find(0x42_007c).cloned();
    let operation = item.find(0x42_005c).map(Item::number);
    let mark = item.find(0x42_0093).map(|mark| mark.value.clone());
    if status == 0 {
        assert!(reason.is_none() && words.is_none(), "a success has no reason: {item:?}");
        check_payload(operation.expect("a success says its operation"), payload.as_ref().expect("a payload"), minor);
        return Answer { operation, mark, failure: None, payload };
    }
    assert_eq!(status, 1, "{item:?}");
    assert!(payload.is_none(), "a failure has no payload: {item:?}");
    let (reason, words) = (reason.expect("a failure has a Result Reason"), words.expect("and a Result Message"));
    assert!(!words.is_empty() && words.len() < 1024 && words.ends_with('.'), "{words:?}");
    assert!(matches!(reason, 1..=0x12 | 0x100), "a reason of KMIP 1.0: {reason}");
    Answer { operation, mark, failure: Some((reason, words)), payload: None }
}

/// What each payload may hold, in this order.
fn check_payload(operation: u32, payload: &Item, minor: i32) {
    const UID: u32 = 0x42_0094;
    const ATTRIBUTE: u32 = 0x42_0008;
    let order: &[u32] = match operation {
        ttlv::CREATE => &[0x42_0057, UID],
        ttlv::REGISTER | ttlv::ACTIVATE | ttlv::REVOKE | ttlv::DESTROY => &[UID],
        ttlv::GET => &[0x42_0057, UID, 0x42_008f, 0x42_0085, 0x42_005b],
        ttlv::GET_ATTRIBUTES | ttlv::ADD_ATTRIBUTE | ttlv::MODIFY_ATTRIBUTE | ttlv::DELETE_ATTRIBUTE => {
            &[UID, ATTRIBUTE]
        }
        ttlv::GET_ATTRIBUTE_LIST => &[UID, 0x42_000a],
        ttlv::LOCATE if minor >= 3 => &[0x42_00d5, UID],
        ttlv::LOCATE => &[UID],
        ttlv::CHECK => &[UID, 0x42_0096, 0x42_002c, 0x42_0049],
        ttlv::QUERY => &[0x42_005c, 0x42_0057, 0x42_009d],
        ttlv::DISCOVER_VERSIONS => &[0x42_0069],
        ttlv::ENCRYPT if minor >= 4 => &[UID, 0x42_00c2, 0x42_003d, 0x42_00ff],
        ttlv::ENCRYPT => &[UID, 0x42_00c2, 0x42_003d],
        ttlv::DECRYPT => &[UID, 0x42_00c2],
        other => panic!("nobody asked for {other:x}"),
    };
    in_order(payload, order);
    if let Some(id) = payload.find(UID) {
        assert!(id.text().len() <= 127 && !id.text().contains('\0'));
    }
    for attribute in payload.all(ATTRIBUTE) {
        in_order(attribute, &[0x42_000a, 0x42_0009, 0x42_000b]);
        let since = match attribute.at(0x42_000a).text() {
            "Fresh" => 1,
            "Alternative Name" | "Original Creation Date" => 2,
            "Description" | "Comment" | "Sensitive" | "Extractable" => 4,
            _ => 0,
        };
        assert!(since <= minor, "an attribute that 1.{minor} does not know: {attribute:?}");
    }
    for key in [0x42_008f, 0x42_0085].iter().filter_map(|tag| payload.find(*tag)) {
        in_order(key, &[0x42_0086, 0x42_0040]);
        let block = key.at(0x42_0040);
        in_order(block, &[0x42_0042, 0x42_0045, 0x42_0028, 0x42_002a]);
        assert_eq!(tags(block.at(0x42_0045)), [0x42_0043], "nothing beside the key inside Key Value");
    }
}

/// Parts come in this order, each as often as it may; only the last of the list, and attributes, may repeat.
#[track_caller]
fn in_order(item: &Item, order: &[u32]) {
    let places: Vec<usize> = tags(item)
        .iter()
        .map(|tag| {
            order.iter().position(|one| one == tag).unwrap_or_else(|| panic!("{tag:06x} has no place in {item:?}"))
        })
        .collect();
    assert!(places.is_sorted(), "out of order: {item:?}");
}

fn tags(item: &Item) -> Vec<u32> {
    item.parts.iter().map(|part| part.tag).collect()
}

/// Reads one item and what follows it.
#[track_caller]
fn item(bytes: &[u8]) -> (Item, &[u8]) {
    assert!(bytes.len() >= 8, "a head is cut off: {bytes:?}");
    let tag = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
    assert_eq!(tag >> 16, 0x42, "not a tag: {tag:06x}");
    let kind = bytes[3];
    let length = u32::from_be_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let padded = length.next_multiple_of(8);
    assert!(bytes.len() >= 8 + padded, "{tag:06x} is cut off");
    let (value, padding) = bytes[8..8 + padded].split_at(length);
    assert!(padding.iter().all(|byte| *byte == 0), "{tag:06x} is padded with something");
    let expected = match kind {
        1 => None,
        2 | 5 | 10 => Some(4),
        3 | 6 | 9 => Some(8),
        7 | 8 => None,
        other => panic!("{tag:06x} has the type {other}"),
    };
    assert!(expected.is_none_or(|expected| expected == length), "{tag:06x} of type {kind} has {length} bytes");
    let mut parts = Vec::new();
    if kind == 1 {
        let mut rest = value;
        while !rest.is_empty() {
            let (part, after) = item(rest);
            parts.push(part);
            rest = after;
        }
    }
    let value = if kind == 1 { Vec::new() } else { value.to_vec() };
    (Item { tag, kind, value, parts }, &bytes[8 + padded..])
}
