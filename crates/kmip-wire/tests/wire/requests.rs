//! Every request payload there and back, in every version: once with all its fields, once with none
//! it can do without.

use kmip_wire::attribute::{
    AlternativeName, ApplicationSpecificInformation, Attribute, AttributeName, AttributeValue, Digest, Link, Name,
    RevocationReason, UsageLimits,
};
use kmip_wire::cryptographic_parameters::CryptographicParameters;
use kmip_wire::enumeration::{
    AlternativeNameType, BlockCipherMode, CryptographicAlgorithm, DigitalSignatureAlgorithm, EncodingOption,
    HashingAlgorithm, KeyCompressionType, KeyFormatType, KeyRoleType, KeyWrapType, LinkType, MaskGenerator, NameType,
    ObjectGroupMember, ObjectType, OpaqueDataType, PaddingMethod, QueryFunction, RevocationReasonCode, SecretDataType,
    State, UsageLimitsUnit, WrappingMethod,
};
use kmip_wire::mask::{StorageStatusMask, UsageMask};
use kmip_wire::message::RequestHeader;
use kmip_wire::object::{
    KeyBlock, KeyInformation, KeyMaterial, KeyValue, KeyWrappingData, KeyWrappingSpecification, Object,
};
use kmip_wire::payload::{
    activate, add_attribute, check, create, decrypt, delete_attribute, destroy, discover_versions, encrypt, get,
    get_attribute_list, get_attributes, locate, modify_attribute, query, register, revoke,
};
use kmip_wire::template::TemplateAttribute;
use kmip_wire::ttlv::{BigInteger, DateTime, Field, Interval, Value};
use kmip_wire::{Limits, Operation, ProtocolVersion, RequestMessage, SecretBytes, Tag, Version};

#[test]
fn every_request_comes_back_in_every_version() {
    let mut seen = Vec::new();
    for version in Version::NEWEST_FIRST {
        for operation in full().into_iter().chain(bare()) {
            let code = operation.code();
            seen.push(code);
            let message = RequestMessage::one(RequestHeader::new(version), operation);
            let bytes = message.encode().unwrap_or_else(|error| panic!("{version} {code}: {error}"));
            let again = RequestMessage::decode(bytes.expose(), &Limits::default())
                .unwrap_or_else(|error| panic!("{version} {code}: {error:?}"));
            assert_eq!(format!("{again:?}"), format!("{message:?}"), "{version} {code}");
            assert_eq!(again.items[0].operation.code(), code);
            assert!(!matches!(again.items[0].operation, Operation::Unreadable(..)), "{version} {code}: {again:?}");
            assert_eq!(again.encode().unwrap().expose(), bytes.expose(), "{version} {code}");
        }
    }
    let missing: Vec<_> = Operation::UNDERSTOOD.iter().filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_secret_shows_in_debug_output() {
    for operation in full() {
        let shown = format!("{operation:?}");
        assert!(!shown.contains("83, 69, 67") && !shown.contains("SECRET BYTES"), "{shown}");
    }
}

fn uid() -> Option<String> {
    Some("7FJYvnV6XkaUCWuY96bCSc6AuhvkPpqI".to_owned())
}

fn secret() -> SecretBytes {
    SecretBytes::copy_of(b"SECRET BYTES of sixty-odd")
}

fn full() -> Vec<Operation> {
    let mut operations = vec![
        Operation::Create(create::Request {
            object_type: ObjectType::SYMMETRIC_KEY,
            template_attribute: TemplateAttribute {
                names: vec![Name::text("template"), Name { value: "urn:x".to_owned(), kind: NameType::URI }],
                attributes: every_attribute(),
            },
        }),
        Operation::Activate(activate::Request { unique_identifier: uid() }),
        Operation::Get(get::Request {
            unique_identifier: uid(),
            key_format_type: Some(KeyFormatType::RAW),
            key_wrap_type: Some(KeyWrapType::AS_REGISTERED),
            key_compression_type: Some(KeyCompressionType::EC_PUBLIC_KEY_TYPE_UNCOMPRESSED),
            key_wrapping_specification: Some(Box::new(KeyWrappingSpecification {
                method: WrappingMethod::ENCRYPT,
                encryption_key: Some(information()),
                mac_signature_key: Some(information()),
                attribute_names: vec![AttributeName::NAME, AttributeName::new("x-own".to_owned())],
                encoding_option: Some(EncodingOption::NO_ENCODING),
            })),
        }),
        Operation::GetAttributes(get_attributes::Request {
            unique_identifier: uid(),
            attribute_names: vec![AttributeName::STATE, AttributeName::OBJECT_GROUP],
        }),
        Operation::GetAttributeList(get_attribute_list::Request { unique_identifier: uid() }),
        Operation::AddAttribute(add_attribute::Request { unique_identifier: uid(), attribute: own_attribute() }),
        Operation::ModifyAttribute(modify_attribute::Request { unique_identifier: uid(), attribute: own_attribute() }),
        Operation::DeleteAttribute(delete_attribute::Request {
            unique_identifier: uid(),
            attribute_name: AttributeName::CONTACT_INFORMATION,
            attribute_index: Some(3),
        }),
        Operation::Locate(locate::Request {
            maximum_items: Some(16),
            offset_items: Some(32),
            storage_status_mask: Some(StorageStatusMask::ONLINE_STORAGE.with(StorageStatusMask::DESTROYED_STORAGE)),
            object_group_member: Some(ObjectGroupMember::FRESH),
            attributes: every_attribute(),
        }),
        Operation::Check(check::Request {
            unique_identifier: uid(),
            usage_limits_count: Some(-1),
            cryptographic_usage_mask: Some(UsageMask::ENCRYPT),
            lease_time: Some(Interval(60)),
        }),
        Operation::Revoke(revoke::Request {
            unique_identifier: uid(),
            revocation_reason: RevocationReason {
                code: RevocationReasonCode::KEY_COMPROMISE,
                message: Some("found on a train".to_owned()),
            },
            compromise_occurrence_date: Some(DateTime(0x47DA_67F8)),
        }),
        Operation::Destroy(destroy::Request { unique_identifier: uid() }),
        Operation::Query(query::Request { query_functions: (1..=12).map(QueryFunction::from_number).collect() }),
        Operation::DiscoverVersions(discover_versions::Request {
            protocol_versions: vec![ProtocolVersion { major: 2, minor: 1 }, Version::V1_4.into()],
        }),
        Operation::Encrypt(encrypt::Request {
            unique_identifier: uid(),
            parameters: Some(Box::new(parameters())),
            data: Some(secret()),
            iv_counter_nonce: Some(vec![1; 12]),
            correlation_value: Some(vec![2; 4]),
            init_indicator: Some(true),
            final_indicator: Some(false),
            additional_data: Some(vec![3; 5]),
        }),
        Operation::Decrypt(decrypt::Request {
            unique_identifier: uid(),
            parameters: Some(Box::new(parameters())),
            data: Some(vec![9; 33]),
            iv_counter_nonce: Some(vec![1; 12]),
            correlation_value: Some(vec![2; 4]),
            init_indicator: Some(true),
            final_indicator: Some(false),
            additional_data: Some(vec![3; 5]),
            tag: Some(vec![4; 16]),
        }),
    ];
    operations.extend(every_object().into_iter().map(registered));
    operations
}

fn bare() -> Vec<Operation> {
    let none = None::<String>;
    let reason = RevocationReason { code: RevocationReasonCode::UNSPECIFIED, message: None };
    vec![
        Operation::Create(create::Request {
            object_type: ObjectType::from_number(0x8000_0007),
            template_attribute: TemplateAttribute::default(),
        }),
        registered(Object::SymmetricKey(KeyBlock::of_bytes(KeyFormatType::RAW, SecretBytes::copy_of(&[])))),
        Operation::Activate(activate::Request { unique_identifier: none.clone() }),
        Operation::Get(get::Request {
            unique_identifier: none.clone(),
            key_format_type: None,
            key_wrap_type: None,
            key_compression_type: None,
            key_wrapping_specification: None,
        }),
        Operation::GetAttributes(get_attributes::Request {
            unique_identifier: none.clone(),
            attribute_names: Vec::new(),
        }),
        Operation::GetAttributeList(get_attribute_list::Request { unique_identifier: none.clone() }),
        Operation::AddAttribute(add_attribute::Request { unique_identifier: none.clone(), attribute: own_attribute() }),
        Operation::ModifyAttribute(modify_attribute::Request {
            unique_identifier: none.clone(),
            attribute: own_attribute(),
        }),
        Operation::DeleteAttribute(delete_attribute::Request {
            unique_identifier: none.clone(),
            attribute_name: AttributeName::NAME,
            attribute_index: None,
        }),
        Operation::Locate(locate::Request::default()),
        Operation::Check(check::Request {
            unique_identifier: none.clone(),
            usage_limits_count: None,
            cryptographic_usage_mask: None,
            lease_time: None,
        }),
        Operation::Revoke(revoke::Request {
            unique_identifier: none.clone(),
            revocation_reason: reason,
            compromise_occurrence_date: None,
        }),
        Operation::Destroy(destroy::Request { unique_identifier: none.clone() }),
        Operation::Query(query::Request::default()),
        Operation::DiscoverVersions(discover_versions::Request::default()),
        Operation::Encrypt(encrypt::Request {
            unique_identifier: none.clone(),
            parameters: None,
            data: None,
            iv_counter_nonce: None,
            correlation_value: None,
            init_indicator: None,
            final_indicator: None,
            additional_data: None,
        }),
        Operation::Decrypt(decrypt::Request {
            unique_identifier: none,
            parameters: Some(Box::default()),
            data: None,
            iv_counter_nonce: None,
            correlation_value: None,
            init_indicator: None,
            final_indicator: None,
            additional_data: None,
            tag: None,
        }),
    ]
}

fn registered(object: Object) -> Operation {
    Operation::Register(register::Request { template_attribute: TemplateAttribute::of(every_attribute()), object })
}

/// Every kind of object, every layout of a key.
pub(crate) fn every_object() -> Vec<Object> {
    let wrapped = |encoding_option| {
        Some(Box::new(KeyWrappingData {
            method: WrappingMethod::ENCRYPT_THEN_MAC_SIGN,
            encryption_key: Some(information()),
            mac_signature_key: Some(information()),
            mac_signature: Some(vec![5; 20]),
            iv_counter_nonce: Some(vec![6; 16]),
            encoding_option: Some(encoding_option),
        }))
    };
    let block = |format, value, wrapping| KeyBlock {
        format,
        compression: Some(KeyCompressionType::EC_PUBLIC_KEY_TYPE_UNCOMPRESSED),
        value,
        algorithm: Some(CryptographicAlgorithm::AES),
        length: Some(256),
        wrapping,
    };
    let structure = |material| KeyValue::Structure { material, attributes: vec![own_attribute()] };
    vec![
        Object::SymmetricKey(block(KeyFormatType::RAW, structure(KeyMaterial::Bytes(secret())), None)),
        Object::SymmetricKey(block(
            KeyFormatType::TRANSPARENT_SYMMETRIC_KEY,
            structure(KeyMaterial::TransparentSymmetricKey(secret())),
            None,
        )),
        Object::SymmetricKey(block(
            KeyFormatType::RAW,
            structure(KeyMaterial::Bytes(secret())),
            wrapped(EncodingOption::NO_ENCODING),
        )),
        Object::SymmetricKey(block(
            KeyFormatType::RAW,
            KeyValue::Wrapped(secret()),
            wrapped(EncodingOption::TTLV_ENCODING),
        )),
        Object::SecretData {
            kind: SecretDataType::PASSWORD,
            key_block: KeyBlock::of_bytes(KeyFormatType::OPAQUE, secret()),
        },
        Object::OpaqueObject { kind: OpaqueDataType::from_number(0x8000_0000), value: secret() },
    ]
}

fn information() -> KeyInformation {
    KeyInformation { unique_identifier: "42".to_owned(), parameters: Some(parameters()) }
}

fn own_attribute() -> Attribute {
    let value = Value::Structure(vec![Field { tag: Tag::from_number(0x54_0001), value: Value::Integer(1) }]);
    AttributeValue::Other { name: AttributeName::new("x-own".to_owned()), value }.into()
}

fn parameters() -> CryptographicParameters {
    CryptographicParameters {
        block_cipher_mode: Some(BlockCipherMode::GCM),
        padding_method: Some(PaddingMethod::NONE),
        hashing_algorithm: Some(HashingAlgorithm::SHA_256),
        key_role_type: Some(KeyRoleType::KEK),
        digital_signature_algorithm: Some(DigitalSignatureAlgorithm::ECDSA_WITH_SHA256),
        cryptographic_algorithm: Some(CryptographicAlgorithm::AES),
        random_iv: Some(true),
        iv_length: Some(96),
        tag_length: Some(128),
        fixed_field_length: Some(32),
        invocation_field_length: Some(64),
        counter_length: Some(32),
        initial_counter_value: Some(1),
        salt_length: Some(8),
        mask_generator: Some(MaskGenerator::MGF1),
        mask_generator_hashing_algorithm: Some(HashingAlgorithm::SHA_1),
        p_source: Some(vec![7; 3]),
        trailer_field: Some(1),
    }
}

/// Every attribute whose value we take apart, and others of every type.
pub(crate) fn every_attribute() -> Vec<Attribute> {
    use AttributeValue as V;
    let text = || "text".to_owned();
    let mut values = vec![
        V::UniqueIdentifier(text()),
        V::Name(Name::text("name")),
        V::ObjectType(ObjectType::SYMMETRIC_KEY),
        V::CryptographicAlgorithm(CryptographicAlgorithm::AES),
        V::CryptographicLength(256),
        V::CryptographicParameters(Box::new(parameters())),
        V::Digest(Digest {
            hashing_algorithm: HashingAlgorithm::SHA_256,
            value: Some(vec![1; 32]),
            key_format_type: Some(KeyFormatType::RAW),
        }),
        V::OperationPolicyName(text()),
        V::CryptographicUsageMask(UsageMask::ENCRYPT.with(UsageMask::DECRYPT)),
        V::LeaseTime(Interval(3600)),
        V::UsageLimits(UsageLimits { total: 1 << 40, count: Some(1), unit: UsageLimitsUnit::BYTE }),
        V::State(State::PRE_ACTIVE),
        V::InitialDate(DateTime(1)),
        V::ActivationDate(DateTime(2)),
        V::ProcessStartDate(DateTime(3)),
        V::ProtectStopDate(DateTime(4)),
        V::DeactivationDate(DateTime(5)),
        V::DestroyDate(DateTime(6)),
        V::CompromiseOccurrenceDate(DateTime(7)),
        V::CompromiseDate(DateTime(8)),
        V::RevocationReason(RevocationReason { code: RevocationReasonCode::SUPERSEDED, message: None }),
        V::ArchiveDate(DateTime(9)),
        V::ObjectGroup(text()),
        V::Fresh(true),
        V::Link(Link { kind: LinkType::REPLACED_OBJECT_LINK, linked: text() }),
        V::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace: text(), data: Some(text()) }),
        V::ContactInformation(text()),
        V::LastChangeDate(DateTime(10)),
        V::AlternativeName(AlternativeName { value: text(), kind: AlternativeNameType::DNS_NAME }),
        V::KeyValuePresent(true),
        V::OriginalCreationDate(DateTime(11)),
        V::Description(text()),
        V::Comment(text()),
        V::Sensitive(true),
        V::AlwaysSensitive(false),
        V::Extractable(true),
        V::NeverExtractable(false),
        V::Other { name: AttributeName::CERTIFICATE_TYPE, value: Value::Enumeration(1) },
    ];
    let own = [
        Value::Integer(-1),
        Value::LongInteger(i64::MIN),
        Value::BigInteger(BigInteger::new(&[0x80])),
        Value::Enumeration(u32::MAX),
        Value::Boolean(true),
        Value::Text("ünï".to_owned()),
        Value::Bytes(vec![0; 9]),
        Value::DateTime(DateTime(-1)),
        Value::Interval(Interval(u32::MAX)),
        Value::Structure(Vec::new()),
    ];
    values.extend(own.into_iter().map(|value| V::Other { name: AttributeName::new("x-own".to_owned()), value }));
    values.into_iter().map(|value| Attribute { index: Some(0), value }).collect()
}
