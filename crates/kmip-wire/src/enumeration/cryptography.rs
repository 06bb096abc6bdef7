//! Enumerations of cryptography. It must not know which of them anybody carries out.

use super::enumeration;

enumeration! {
    /// What a key is for.
    pub struct CryptographicAlgorithm {
        DES = 0x01 "DES",
        TRIPLE_DES = 0x02 "3DES",
        AES = 0x03 "AES",
        RSA = 0x04 "RSA",
        DSA = 0x05 "DSA",
        ECDSA = 0x06 "ECDSA",
        HMAC_SHA1 = 0x07 "HMAC-SHA1",
        HMAC_SHA224 = 0x08 "HMAC-SHA224",
        HMAC_SHA256 = 0x09 "HMAC-SHA256",
        HMAC_SHA384 = 0x0a "HMAC-SHA384",
        HMAC_SHA512 = 0x0b "HMAC-SHA512",
        HMAC_MD5 = 0x0c "HMAC-MD5",
        DH = 0x0d "DH",
        ECDH = 0x0e "ECDH",
        ECMQV = 0x0f "ECMQV",
        BLOWFISH = 0x10 "Blowfish",
        CAMELLIA = 0x11 "Camellia",
        CAST5 = 0x12 "CAST5",
        IDEA = 0x13 "IDEA",
        MARS = 0x14 "MARS",
        RC2 = 0x15 "RC2",
        RC4 = 0x16 "RC4",
        RC5 = 0x17 "RC5",
        SKIPJACK = 0x18 "Skipjack",
        TWOFISH = 0x19 "Twofish",
        EC = 0x1a "EC",
        ONE_TIME_PAD = 0x1b "One Time Pad",
        CHACHA20 = 0x1c "ChaCha20",
        POLY1305 = 0x1d "Poly1305",
        CHACHA20_POLY1305 = 0x1e "ChaCha20-Poly1305",
        SHA3_224 = 0x1f "SHA3-224",
        SHA3_256 = 0x20 "SHA3-256",
        SHA3_384 = 0x21 "SHA3-384",
        SHA3_512 = 0x22 "SHA3-512",
        HMAC_SHA3_224 = 0x23 "HMAC-SHA3-224",
        HMAC_SHA3_256 = 0x24 "HMAC-SHA3-256",
        HMAC_SHA3_384 = 0x25 "HMAC-SHA3-384",
        HMAC_SHA3_512 = 0x26 "HMAC-SHA3-512",
        SHAKE_128 = 0x27 "SHAKE-128",
        SHAKE_256 = 0x28 "SHAKE-256",
    }
}

enumeration! {
    /// How a block cipher is used.
    pub struct BlockCipherMode {
        CBC = 0x01 "CBC",
        ECB = 0x02 "ECB",
        PCBC = 0x03 "PCBC",
        CFB = 0x04 "CFB",
        OFB = 0x05 "OFB",
        CTR = 0x06 "CTR",
        CMAC = 0x07 "CMAC",
        CCM = 0x08 "CCM",
        GCM = 0x09 "GCM",
        CBC_MAC = 0x0a "CBC-MAC",
        XTS = 0x0b "XTS",
        AES_KEY_WRAP_PADDING = 0x0c "AES Key Wrap Padding",
        NIST_KEY_WRAP = 0x0d "NIST Key Wrap",
        X9_102_AESKW = 0x0e "X9.102 AESKW",
        X9_102_TDKW = 0x0f "X9.102 TDKW",
        X9_102_AKW1 = 0x10 "X9.102 AKW1",
        X9_102_AKW2 = 0x11 "X9.102 AKW2",
        AEAD = 0x12 "AEAD",
    }
}

enumeration! {
    /// How the last block is filled.
    pub struct PaddingMethod {
        NONE = 0x01 "None",
        OAEP = 0x02 "OAEP",
        PKCS5 = 0x03 "PKCS5",
        SSL3 = 0x04 "SSL3",
        ZEROS = 0x05 "Zeros",
        ANSI_X923 = 0x06 "ANSI X9.23",
        ISO_10126 = 0x07 "ISO 10126",
        PKCS1_V1_5 = 0x08 "PKCS1 v1.5",
        X931 = 0x09 "X9.31",
        PSS = 0x0a "PSS",
    }
}

enumeration! {
    /// How a digest is made.
    pub struct HashingAlgorithm {
        MD2 = 0x01 "MD2",
        MD4 = 0x02 "MD4",
        MD5 = 0x03 "MD5",
        SHA_1 = 0x04 "SHA-1",
        SHA_224 = 0x05 "SHA-224",
        SHA_256 = 0x06 "SHA-256",
        SHA_384 = 0x07 "SHA-384",
        SHA_512 = 0x08 "SHA-512",
        RIPEMD_160 = 0x09 "RIPEMD-160",
        TIGER = 0x0a "Tiger",
        WHIRLPOOL = 0x0b "Whirlpool",
        SHA_512_224 = 0x0c "SHA-512/224",
        SHA_512_256 = 0x0d "SHA-512/256",
        SHA3_224 = 0x0e "SHA3-224",
        SHA3_256 = 0x0f "SHA3-256",
        SHA3_384 = 0x10 "SHA3-384",
        SHA3_512 = 0x11 "SHA3-512",
    }
}

enumeration! {
    /// What a key is for in banking.
    pub struct KeyRoleType {
        BDK = 0x01 "BDK",
        CVK = 0x02 "CVK",
        DEK = 0x03 "DEK",
        MKAC = 0x04 "MKAC",
        MKSMC = 0x05 "MKSMC",
        MKSMI = 0x06 "MKSMI",
        MKDAC = 0x07 "MKDAC",
        MKDN = 0x08 "MKDN",
        MKCP = 0x09 "MKCP",
        MKOTH = 0x0a "MKOTH",
        KEK = 0x0b "KEK",
        MAC_16609 = 0x0c "MAC 16609",
        MAC_97971 = 0x0d "MAC 97971",
        MAC_97972 = 0x0e "MAC 97972",
        MAC_97973 = 0x0f "MAC 97973",
        MAC_97974 = 0x10 "MAC 97974",
        MAC_97975 = 0x11 "MAC 97975",
        ZPK = 0x12 "ZPK",
        PVKIBM = 0x13 "PVKIBM",
        PVKPVV = 0x14 "PVKPVV",
        PVKOTH = 0x15 "PVKOTH",
        DUKPT = 0x16 "DUKPT",
        IV = 0x17 "IV",
        TRKBK = 0x18 "TRKBK",
    }
}

enumeration! {
    /// How a signature is made.
    pub struct DigitalSignatureAlgorithm {
        MD2_WITH_RSA_ENCRYPTION = 0x01 "MD2 with RSA Encryption",
        MD5_WITH_RSA_ENCRYPTION = 0x02 "MD5 with RSA Encryption",
        SHA1_WITH_RSA_ENCRYPTION = 0x03 "SHA1 with RSA Encryption",
        SHA224_WITH_RSA_ENCRYPTION = 0x04 "SHA224 with RSA Encryption",
        SHA256_WITH_RSA_ENCRYPTION = 0x05 "SHA256 with RSA Encryption",
        SHA384_WITH_RSA_ENCRYPTION = 0x06 "SHA384 with RSA Encryption",
        SHA512_WITH_RSA_ENCRYPTION = 0x07 "SHA512 with RSA Encryption",
        RSASSA_PSS = 0x08 "RSASSA PSS",
        DSA_WITH_SHA1 = 0x09 "DSA with SHA1",
        DSA_WITH_SHA224 = 0x0a "DSA with SHA224",
        DSA_WITH_SHA256 = 0x0b "DSA with SHA256",
        ECDSA_WITH_SHA1 = 0x0c "ECDSA with SHA1",
        ECDSA_WITH_SHA224 = 0x0d "ECDSA with SHA224",
        ECDSA_WITH_SHA256 = 0x0e "ECDSA with SHA256",
        ECDSA_WITH_SHA384 = 0x0f "ECDSA with SHA384",
        ECDSA_WITH_SHA512 = 0x10 "ECDSA with SHA512",
        SHA3_256_WITH_RSA_ENCRYPTION = 0x11 "SHA3 256 with RSA Encryption",
        SHA3_384_WITH_RSA_ENCRYPTION = 0x12 "SHA3 384 with RSA Encryption",
        SHA3_512_WITH_RSA_ENCRYPTION = 0x13 "SHA3 512 with RSA Encryption",
    }
}

enumeration! {
    /// How RSA paddings make their mask.
    pub struct MaskGenerator {
        MGF1 = 0x01 "MGF1",
    }
}

enumeration! {
    /// How a key is wrapped.
    pub struct WrappingMethod {
        ENCRYPT = 0x01 "Encrypt",
        MAC_SIGN = 0x02 "MAC/Sign",
        ENCRYPT_THEN_MAC_SIGN = 0x03 "Encrypt then MAC/Sign",
        MAC_SIGN_THEN_ENCRYPT = 0x04 "MAC/Sign then Encrypt",
        TR_31 = 0x05 "TR-31",
    }
}

enumeration! {
    /// What is inside a wrapping: the bare key or its TTLV.
    pub struct EncodingOption {
        NO_ENCODING = 0x01 "No Encoding",
        TTLV_ENCODING = 0x02 "TTLV Encoding",
    }
}
