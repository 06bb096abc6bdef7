//! CRC32C, by which both sides of an encryption notice bytes that a wire or a memory bent.
//! It must not know which fields carry it.

use crc::{CRC_32_ISCSI, Crc, Table};
use serde_json::Value;

use crate::gcp::body::Fields;
use crate::gcp::error::Status;

/// Castagnoli's polynomial, which iSCSI uses too.
static CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// As the wire has 64-bit numbers: digits in a string.
pub(crate) fn checksum(bytes: &[u8]) -> Value {
    Value::from(CASTAGNOLI.checksum(bytes).to_string())
}

/// Takes bytes with their checksum, and tells whether there was one.
/// Errors: INVALID_ARGUMENT where the two do not agree.
pub(crate) fn checked(fields: &mut Fields, name: &str, proto: &str) -> Result<(Vec<u8>, bool), Status> {
    let bytes = fields.bytes(name)?.unwrap_or_default();
    let Some(sum) = fields.int64(&format!("{name}Crc32c"))? else { return Ok((bytes, false)) };
    if sum != i64::from(CASTAGNOLI.checksum(&bytes)) {
        return Err(Status::invalid(format!(
            "The checksum in field {proto}_crc32c did not match the data in field {proto}."
        )));
    }
    Ok((bytes, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_by_castagnoli() {
        // Source: RFC 3720, appendix B.4.
        assert_eq!(checksum(&[0; 32]), Value::from(0x8a91_36aa_u32.to_string()));
        assert_eq!(checksum(b"123456789"), Value::from(0xe306_9283_u32.to_string()));
        assert_eq!(checksum(b""), Value::from("0"));
    }
}
