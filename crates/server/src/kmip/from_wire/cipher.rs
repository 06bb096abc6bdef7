//! Cryptographic Parameters become a way to encrypt. Everything in them is honoured, without meaning for AES, or
//! refused by name. Must not know ciphers.

use control::master_key::{Cipher, Mode};
use kmip_wire::cryptographic_parameters::CryptographicParameters;
use kmip_wire::enumeration::{BlockCipherMode, CryptographicAlgorithm, PaddingMethod};
use kmip_wire::{Tag, Version};

use crate::kmip::error::Refused;

/// The tag of GCM, unless the client wants a shorter one. Unit: bits.
const GCM_TAG: u32 = 128;
/// The vector of CBC: a block. Unit: bits.
const CBC_IV: u32 = 128;
/// The vector of GCM that every implementation takes. Unit: bits.
const GCM_IV: u32 = 96;

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
    match iv_length.filter(|length| *length != iv) {
        Some(length) => Err(Refused::Cipher(format!("IV Length {length}"))),
        None => Ok(mode),
    }
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
    let bits = tag_length.unwrap_or(GCM_TAG);
    let bytes = usize::try_from(bits / 8).ok().filter(|_| bits.is_multiple_of(8) && (96..=GCM_TAG).contains(&bits));
    let tag_length = bytes.ok_or_else(|| Refused::Cipher(format!("Tag Length {bits}")))?;
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
