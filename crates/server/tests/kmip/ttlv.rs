//! TTLV written by hand, so that a fault of our own codec does not hide itself, and the numbers that tests need.

/// A structure, or a value, as bytes.
pub(crate) type Bytes = Vec<u8>;

pub(crate) const CREATE: u32 = 0x01;
pub(crate) const REGISTER: u32 = 0x03;
pub(crate) const LOCATE: u32 = 0x08;
pub(crate) const CHECK: u32 = 0x09;
pub(crate) const GET: u32 = 0x0a;
pub(crate) const GET_ATTRIBUTES: u32 = 0x0b;
pub(crate) const GET_ATTRIBUTE_LIST: u32 = 0x0c;
pub(crate) const ADD_ATTRIBUTE: u32 = 0x0d;
pub(crate) const MODIFY_ATTRIBUTE: u32 = 0x0e;
pub(crate) const DELETE_ATTRIBUTE: u32 = 0x0f;
pub(crate) const ACTIVATE: u32 = 0x12;
pub(crate) const REVOKE: u32 = 0x13;
pub(crate) const DESTROY: u32 = 0x14;
pub(crate) const QUERY: u32 = 0x18;
pub(crate) const DISCOVER_VERSIONS: u32 = 0x1e;
pub(crate) const ENCRYPT: u32 = 0x1f;
pub(crate) const DECRYPT: u32 = 0x20;

pub(crate) const SYMMETRIC_KEY: u32 = 2;
pub(crate) const SECRET_DATA: u32 = 7;
pub(crate) const OPAQUE_OBJECT: u32 = 8;

pub(crate) const ITEM_NOT_FOUND: u32 = 1;
pub(crate) const RESPONSE_TOO_LARGE: u32 = 2;
pub(crate) const AUTHENTICATION: u32 = 3;
pub(crate) const INVALID_MESSAGE: u32 = 4;
pub(crate) const OPERATION_NOT_SUPPORTED: u32 = 5;
pub(crate) const MISSING_DATA: u32 = 6;
pub(crate) const INVALID_FIELD: u32 = 7;
pub(crate) const FEATURE_NOT_SUPPORTED: u32 = 8;
pub(crate) const CRYPTOGRAPHIC_FAILURE: u32 = 10;
pub(crate) const ILLEGAL_OPERATION: u32 = 11;
pub(crate) const PERMISSION_DENIED: u32 = 12;
pub(crate) const KEY_FORMAT: u32 = 16;
pub(crate) const GENERAL_FAILURE: u32 = 0x100;

pub(crate) const PRE_ACTIVE: u32 = 1;
pub(crate) const ACTIVE: u32 = 2;
pub(crate) const DEACTIVATED: u32 = 3;
pub(crate) const COMPROMISED: u32 = 4;
pub(crate) const DESTROYED: u32 = 5;
pub(crate) const DESTROYED_COMPROMISED: u32 = 6;

fn item(tag: u32, kind: u8, value: &[u8]) -> Bytes {
    let mut bytes = tag.to_be_bytes()[1..].to_vec();
    bytes.push(kind);
    bytes.extend((value.len() as u32).to_be_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

pub(crate) fn structure(tag: u32, parts: &[Bytes]) -> Bytes {
    item(tag, 1, &parts.concat())
}

pub(crate) fn int(tag: u32, value: i32) -> Bytes {
    item(tag, 2, &value.to_be_bytes())
}

pub(crate) fn long(tag: u32, value: i64) -> Bytes {
    item(tag, 3, &value.to_be_bytes())
}

pub(crate) fn enumeration(tag: u32, value: u32) -> Bytes {
    item(tag, 5, &value.to_be_bytes())
}

pub(crate) fn boolean(tag: u32, value: bool) -> Bytes {
    item(tag, 6, &u64::from(value).to_be_bytes())
}

pub(crate) fn text(tag: u32, value: &str) -> Bytes {
    item(tag, 7, value.as_bytes())
}

pub(crate) fn bytes(tag: u32, value: &[u8]) -> Bytes {
    item(tag, 8, value)
}

pub(crate) fn date(tag: u32, seconds: i64) -> Bytes {
    item(tag, 9, &seconds.to_be_bytes())
}

pub(crate) fn interval(tag: u32, seconds: u32) -> Bytes {
    item(tag, 10, &seconds.to_be_bytes())
}

/// A batch item.
pub(crate) fn ask(operation: u32, payload: &[Bytes]) -> Bytes {
    structure(0x42_000f, &[enumeration(0x42_005c, operation), structure(0x42_0079, payload)])
}

/// A batch item with its own mark.
pub(crate) fn ask_marked(operation: u32, mark: &[u8], payload: &[Bytes]) -> Bytes {
    let mark = bytes(0x42_0093, mark);
    structure(0x42_000f, &[enumeration(0x42_005c, operation), mark, structure(0x42_0079, payload)])
}

/// A header field's place: before or after the options, as the order of the standard has it.
#[derive(Default, Clone)]
pub(crate) struct Header {
    pub(crate) minor: i32,
    pub(crate) major: Option<i32>,
    pub(crate) most: Option<i32>,
    pub(crate) rest: Vec<Bytes>,
    pub(crate) count: Option<i32>,
}

pub(crate) fn v(minor: i32) -> Header {
    Header { minor, ..Header::default() }
}

/// A whole request.
pub(crate) fn message(header: &Header, items: &[Bytes]) -> Bytes {
    let version = structure(0x42_0069, &[int(0x42_006a, header.major.unwrap_or(1)), int(0x42_006b, header.minor)]);
    let mut fields = vec![version];
    fields.extend(header.most.map(|most| int(0x42_0050, most)));
    fields.extend(header.rest.iter().cloned());
    fields.push(int(0x42_000d, header.count.unwrap_or(items.len() as i32)));
    structure(0x42_0078, &[&[structure(0x42_0077, &fields)], items].concat())
}

pub(crate) fn uid(id: &str) -> Bytes {
    text(0x42_0094, id)
}

/// An attribute whose value is already written under Attribute Value.
pub(crate) fn attribute(name: &str, value: Bytes) -> Bytes {
    structure(0x42_0008, &[text(0x42_000a, name), value])
}

pub(crate) fn attribute_at(name: &str, index: i32, value: Bytes) -> Bytes {
    structure(0x42_0008, &[text(0x42_000a, name), int(0x42_0009, index), value])
}

pub(crate) const VALUE: u32 = 0x42_000b;

pub(crate) fn name(value: &str) -> Bytes {
    attribute("Name", structure(VALUE, &[text(0x42_0055, value), enumeration(0x42_0054, 1)]))
}

pub(crate) fn named(name: &str) -> Bytes {
    text(0x42_000a, name)
}

pub(crate) fn template(attributes: &[Bytes]) -> Bytes {
    structure(0x42_0091, attributes)
}

/// AES, so many bits, for such a use.
pub(crate) fn aes(bits: i32, mask: i32) -> Vec<Bytes> {
    vec![
        attribute("Cryptographic Algorithm", enumeration(VALUE, 3)),
        attribute("Cryptographic Length", int(VALUE, bits)),
        attribute("Cryptographic Usage Mask", int(VALUE, mask)),
    ]
}

/// The payload of Create for an AES-256 key to encrypt and decrypt, with more attributes.
pub(crate) fn create(more: &[Bytes]) -> Vec<Bytes> {
    vec![enumeration(0x42_0057, SYMMETRIC_KEY), template(&[aes(256, 12), more.to_vec()].concat())]
}

/// A key block in some format; algorithm and length if they are said.
pub(crate) fn key_block(format: u32, material: &[u8], said: Option<(u32, i32)>) -> Bytes {
    let mut parts = vec![enumeration(0x42_0042, format), structure(0x42_0045, &[bytes(0x42_0043, material)])];
    if let Some((algorithm, length)) = said {
        parts.push(enumeration(0x42_0028, algorithm));
        parts.push(int(0x42_002a, length));
    }
    structure(0x42_0040, &parts)
}

/// The payload of Register for an AES-256 key as Percona's servers send it.
pub(crate) fn register_key(material: &[u8], more: &[Bytes]) -> Vec<Bytes> {
    let bits = material.len() as i32 * 8;
    vec![
        enumeration(0x42_0057, SYMMETRIC_KEY),
        template(&[aes(bits, 12), more.to_vec()].concat()),
        structure(0x42_008f, &[key_block(1, material, Some((3, bits)))]),
    ]
}

/// The payload of Register for secret data as drivers send it: no algorithm, no length, an empty usage mask.
pub(crate) fn register_secret(kind: u32, format: u32, material: &[u8], more: &[Bytes]) -> Vec<Bytes> {
    let mask = attribute("Cryptographic Usage Mask", int(VALUE, 0));
    vec![
        enumeration(0x42_0057, SECRET_DATA),
        template(&[vec![mask], more.to_vec()].concat()),
        structure(0x42_0085, &[enumeration(0x42_0086, kind), key_block(format, material, None)]),
    ]
}

/// The payload of Register for an opaque object.
pub(crate) fn register_opaque(kind: u32, value: &[u8]) -> Vec<Bytes> {
    vec![
        enumeration(0x42_0057, OPAQUE_OBJECT),
        template(&[]),
        structure(0x42_005b, &[enumeration(0x42_0059, kind), bytes(0x42_005a, value)]),
    ]
}

/// The payload of Revoke.
pub(crate) fn revoke(id: &str, reason: u32) -> Vec<Bytes> {
    vec![uid(id), structure(0x42_0081, &[enumeration(0x42_0082, reason)])]
}

/// Cryptographic Parameters: mode, padding, algorithm and whether the vector is random.
pub(crate) fn parameters(mode: u32, padding: Option<u32>, random: Option<bool>) -> Bytes {
    let mut parts = vec![enumeration(0x42_0011, mode)];
    parts.extend(padding.map(|padding| enumeration(0x42_005f, padding)));
    parts.push(enumeration(0x42_0028, 3));
    parts.extend(random.map(|random| boolean(0x42_00c5, random)));
    structure(0x42_002b, &parts)
}

pub(crate) fn data(value: &[u8]) -> Bytes {
    bytes(0x42_00c2, value)
}

pub(crate) fn vector(value: &[u8]) -> Bytes {
    bytes(0x42_003d, value)
}
