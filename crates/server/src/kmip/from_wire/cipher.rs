//! Cryptographic Parameters become a way to encrypt. Everything in them is honoured, without meaning for AES, or
//! refused by name. Must not know ciphers.

use control::master_key::{Cipher, Mode};
use kmip_wire::cryptographic_parameters::CryptographicParameters;
use kmip_wire::enumeration::{BlockCipherMode, CryptographicAlgorithm, PaddingMethod};
use kmip_wire::{Tag, Version};

use crate::kmip::error::Refused;

/// The tag of GCM, unless the client wants a shorter one. Unit: bytes.
const GCM_TAG: usize = 16;
/// The shortest tag of GCM. Unit: bytes.
const GCM_TAG_LEAST: usize = 12;
/// The vector of CBC: a block. Unit: bytes.
const CBC_IV: usize = 16;
/// The vector of GCM that every implementation takes. Unit: bytes.
const GCM_IV: usize = 12;

/// Reads how to encrypt. Without parameters it is AES-CBC with PKCS #5: database processes send none.
/// Errors: what is not offered here.
pub(in crate::kmip) fn cipher_mode(
    parameters: Option<&CryptographicParameters>,
    version: Version,
) -> Result<Mode, Refused> {
    let Some(parameters) = parameters else { return Ok(Mode::CbcPkcs5) };
    let CryptographicParameters {
        block_cipher_mode,
        padding_method,
        // A digest and a banking role mean nothing to a block cipher.
        hashing_algorithm: _,
        key_role_type: _,
        digital_signature_algorithm,
        cryptographic_algorithm,
        // Held against the vector that is given.
        random_iv: _,
        iv_length,
        tag_length,
        fixed_field_length,
        invocation_field_length,
        counter_length,
        initial_counter_value,
        salt_length,
        mask_generator,
        mask_generator_hashing_algorithm,
        p_source,
        trailer_field,
    } = parameters;
    if let Some(other) = cryptographic_algorithm.filter(|algorithm| *algorithm != CryptographicAlgorithm::AES) {
        return Err(Refused::Cipher(format!("Cryptographic Algorithm {other}")));
    }
    let not_offered = [
        (digital_signature_algorithm.is_some(), Tag::DIGITAL_SIGNATURE_ALGORITHM),
        (fixed_field_length.is_some(), Tag::FIXED_FIELD_LENGTH),
        (invocation_field_length.is_some(), Tag::INVOCATION_FIELD_LENGTH),
        (counter_length.is_some(), Tag::COUNTER_LENGTH),
        (initial_counter_value.is_some(), Tag::INITIAL_COUNTER_VALUE),
        (salt_length.is_some(), Tag::SALT_LENGTH),
        (mask_generator.is_some(), Tag::MASK_GENERATOR),
        (mask_generator_hashing_algorithm.is_some(), Tag::MASK_GENERATOR_HASHING_ALGORITHM),
        (p_source.is_some(), Tag::P_SOURCE),
        (trailer_field.is_some(), Tag::TRAILER_FIELD),
    ];
    if let Some((_, tag)) = not_offered.into_iter().find(|(is_there, _)| *is_there) {
        return Err(Refused::Cipher(tag.to_string()));
    }
    let (mode, iv) = match block_cipher_mode.unwrap_or(BlockCipherMode::CBC) {
        BlockCipherMode::CBC => (cbc(*padding_method)?, CBC_IV),
        BlockCipherMode::GCM => (gcm(*padding_method, *tag_length, version)?, GCM_IV),
        other => return Err(Refused::Cipher(format!("Block Cipher Mode {other}"))),
    };
    match iv_length.filter(|length| in_bytes(*length) != Some(iv)) {
        Some(length) => Err(Refused::Cipher(format!("IV Length {length}"))),
        None => Ok(mode),
    }
}

/// Reads the length of a vector or a tag. The standard counts vectors in bits and tags in bytes, and clients mix them
/// up: kmip-go sends an IV Length of 12, OpenBao a Tag Length of 128. What is offered here is at most 16 bytes and at
/// least 96 bits, so neither is taken for the other.
/// Unit: bytes.
/// Source: KMIP 1.4, 3.6.
fn in_bytes(length: u32) -> Option<usize> {
    let length = usize::try_from(length).ok()?;
    if length <= GCM_TAG { Some(length) } else { length.is_multiple_of(8).then_some(length / 8) }
}

fn cbc(padding: Option<PaddingMethod>) -> Result<Mode, Refused> {
    match padding.unwrap_or(PaddingMethod::PKCS5) {
        PaddingMethod::PKCS5 => Ok(Mode::CbcPkcs5),
        PaddingMethod::NONE => Ok(Mode::Cbc),
        other => Err(Refused::Cipher(format!("Padding Method {other}"))),
    }
}

fn gcm(padding: Option<PaddingMethod>, tag_length: Option<u32>, version: Version) -> Result<Mode, Refused> {
    if version < Version::V1_4 {
        return Err(Refused::TagNotInVersion(version));
    }
    if let Some(other) = padding.filter(|padding| *padding != PaddingMethod::NONE) {
        return Err(Refused::Cipher(format!("Padding Method {other} with Block Cipher Mode GCM")));
    }
    let Some(asked) = tag_length else { return Ok(Mode::Gcm { tag_length: GCM_TAG }) };
    let offered = in_bytes(asked).filter(|length| (GCM_TAG_LEAST..=GCM_TAG).contains(length));
    let tag_length = offered.ok_or_else(|| Refused::Cipher(format!("Tag Length {asked}")))?;
    Ok(Mode::Gcm { tag_length })
}

/// Puts a way to encrypt together.
pub(in crate::kmip) fn cipher<'a>(mode: Mode, iv: Option<&'a [u8]>, aad: Option<&'a [u8]>) -> Cipher<'a> {
    Cipher { mode, iv, aad: aad.unwrap_or_default() }
}

/// Refuses data that comes in parts.
/// Errors: it does.
pub(in crate::kmip) fn refuse_stream(
    correlation_value: Option<&[u8]>,
    init: Option<bool>,
    last: Option<bool>,
) -> Result<(), Refused> {
    let begins_and_ends = (init == Some(true)) == (last == Some(true));
    if correlation_value.is_none() && begins_and_ends { Ok(()) } else { Err(Refused::Stream) }
}
