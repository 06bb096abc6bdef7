//! What a ciphertext is bound to, and the checksums both sides notice damage by.
//! Must not know how they are sent.

use crc::{CRC_32_ISCSI, Crc, Table};

use crate::provider::WrapContext;

/// Castagnoli's polynomial, which iSCSI uses too.
static CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// What the first field of every binding is: a purpose and its version.
const DOMAIN: &str = "atrest:data-key:1";

pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    CASTAGNOLI.checksum(bytes)
}

/// Writes a context as additional authenticated data: each field with its length before it, an absent one
/// as a length that none has, so that no two contexts look alike. The bytes are part of every stored
/// ciphertext and never change.
pub(super) fn bound_to(context: &WrapContext) -> Vec<u8> {
    let project = context.project.to_string();
    let fields = [Some(DOMAIN), Some(project.as_str()), context.cluster.as_deref(), Some(context.key.as_str())];
    let mut bound = Vec::with_capacity(160);
    for field in fields {
        let length = field.map(str::len).and_then(|length| u32::try_from(length).ok()).unwrap_or(u32::MAX);
        bound.extend_from_slice(&length.to_be_bytes());
        bound.extend_from_slice(field.unwrap_or_default().as_bytes());
    }
    bound
}

#[cfg(test)]
mod tests {
    use domain::id::ProjectId;

    use super::*;

    fn context(cluster: Option<&str>, key: &str) -> WrapContext {
        let cluster = cluster.map(str::to_owned);
        WrapContext { project: ProjectId::from_random([0xab; 12]), cluster, key: key.to_owned() }
    }

    #[test]
    fn sums_by_castagnoli() {
        // Source: RFC 3720, appendix B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(b""), 0);
    }

    #[test]
    fn a_binding_has_these_bytes_for_ever() {
        let mut expected = b"\0\0\0\x11atrest:data-key:1\0\0\0\x18abababababababababababab".to_vec();
        expected.extend_from_slice(b"\0\0\0\x08cluster0\0\0\0\x05key-7");
        assert_eq!(bound_to(&context(Some("cluster0"), "key-7")), expected);
    }

    #[test]
    fn no_two_contexts_look_alike() {
        let all = [
            bound_to(&context(None, "a")),
            bound_to(&context(Some(""), "a")),
            bound_to(&context(Some("a"), "")),
            bound_to(&context(Some("-"), "a")),
            bound_to(&context(None, "\0\0\0\x01a")),
            bound_to(&WrapContext { project: ProjectId::from_random([1; 12]), ..context(None, "a") }),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(index));
        }
    }
}
