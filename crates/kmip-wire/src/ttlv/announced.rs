//! How long a message will be, from its first eight bytes. It must not read any further.

use crate::error::DecodeError;
use crate::limits::Limits;
use crate::tag::Tag;
use crate::ttlv::item::{HEAD_BYTES, Head};
use crate::ttlv::item_type::ItemType;

/// Reads the head of a message, so that a listener can refuse it before it makes room for it.
/// Unit: bytes, the head included.
/// Errors: `UnexpectedTag` or `WrongType` if another thing than the `expected` message begins here;
/// `WrongLength` if no message can be that long; `TooLong` if it exceeds the limit.
pub fn announced_length(head: [u8; 8], expected: Tag, limits: &Limits) -> Result<usize, DecodeError> {
    let head = Head::parse(head, expected)?;
    if head.tag != expected {
        return Err(DecodeError::UnexpectedTag { inside: expected, found: head.tag, expected });
    }
    if head.kind != ItemType::Structure {
        return Err(DecodeError::WrongType { field: expected, found: head.kind, expected: ItemType::Structure });
    }
    let announced = head.length.saturating_add(HEAD_BYTES);
    if announced > limits.message_bytes {
        return Err(DecodeError::TooLong { field: expected, announced, limit: limits.message_bytes });
    }
    Ok(announced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, expected: Result<usize, DecodeError>) {
        let head = hex::decode(head).unwrap().try_into().unwrap();
        assert_eq!(announced_length(head, Tag::REQUEST_MESSAGE, &Limits::default()), expected);
    }

    #[test]
    fn announces_or_refuses() {
        let field = Tag::REQUEST_MESSAGE;
        check("4200780100000070", Ok(120));
        check("4200780100000000", Ok(8));
        check("42007801000ffff8", Ok(1 << 20));
        let limit = 1 << 20;
        check("4200780100100000", Err(DecodeError::TooLong { field, announced: limit + 8, limit }));
        check("42007801fffffff8", Err(DecodeError::TooLong { field, announced: 1 << 32, limit }));
        check("4200780100000071", Err(DecodeError::WrongLength { field, kind: ItemType::Structure, found: 0x71 }));
        check(
            "4200780200000004",
            Err(DecodeError::WrongType { field, found: ItemType::Integer, expected: ItemType::Structure }),
        );
        check(
            "42007b0100000070",
            Err(DecodeError::UnexpectedTag { inside: field, found: Tag::RESPONSE_MESSAGE, expected: field }),
        );
        // "GET / HT": somebody speaks HTTP to this door.
        check("474554202f204854", Err(DecodeError::BadTag { inside: field, found: 0x47_4554 }));
    }
}
