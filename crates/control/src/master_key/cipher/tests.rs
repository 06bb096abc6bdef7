//! Known answers of others, and what is refused. Sources: NIST SP 800-38A, appendix F.2 (CBC); the test cases of
//! McGrew and Viega's description of GCM, which NIST took over.

use super::*;

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

fn key(text: &str) -> SecretSlice {
    SecretSlice::copied(&hex(text))
}

const KEY_128: &str = "2b7e151628aed2a6abf7158809cf4f3c";
const KEY_192: &str = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
const KEY_256: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const CBC_IV: &str = "000102030405060708090a0b0c0d0e0f";
const CBC_CLEAR: &str = "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
    30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";

fn text(text: &str) -> Vec<u8> {
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

fn cbc(mode: Mode, iv: &[u8]) -> Cipher<'_> {
    Cipher { mode, iv: Some(iv), aad: &[] }
}

#[test]
fn cbc_is_what_nist_says() {
    let iv = hex(CBC_IV);
    let clear = text(CBC_CLEAR);
    for (key_text, expected) in [
        (
            KEY_128,
            "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2
             73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7",
        ),
        (
            KEY_192,
            "4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a
             571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd",
        ),
        (
            KEY_256,
            "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d
             39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b",
        ),
    ] {
        let (key, expected) = (key(key_text), text(expected));
        let data = SecretSlice::copied(&clear);
        let encrypted = encrypt(&key, cbc(Mode::Cbc, &iv), &data).unwrap();
        assert_eq!((encrypted.data.as_slice(), encrypted.iv.as_slice()), (expected.as_slice(), iv.as_slice()));
        assert_eq!(encrypted.tag, None);
        assert!(decrypt(&key, cbc(Mode::Cbc, &iv), &expected, None).unwrap().matches(&clear));
        // Padded, it is the same and one block more.
        let padded = encrypt(&key, cbc(Mode::CbcPkcs5, &iv), &data).unwrap();
        assert_eq!((&padded.data[..64], padded.data.len()), (expected.as_slice(), 80));
        assert!(decrypt(&key, cbc(Mode::CbcPkcs5, &iv), &padded.data, None).unwrap().matches(&clear));
    }
}

#[test]
fn padding_fills_every_length() {
    let key = key(KEY_256);
    for length in 0..70 {
        let clear: Vec<u8> = (0..length).collect();
        let random = Cipher { mode: Mode::CbcPkcs5, iv: None, aad: &[] };
        let encrypted = encrypt(&key, random, &SecretSlice::copied(&clear)).unwrap();
        assert_eq!(encrypted.data.len(), (usize::from(length) / 16 + 1) * 16);
        let decrypted = decrypt(&key, cbc(Mode::CbcPkcs5, &encrypted.iv), &encrypted.data, None).unwrap();
        assert!(decrypted.matches(&clear), "{length}");
    }
}

#[test]
fn every_wrong_padding_is_the_same_refusal() {
    let (key, iv) = (key(KEY_128), hex(CBC_IV));
    for last in 0..=255_u8 {
        // A block whose last byte says how long the padding is, and whose other bytes do not fit it.
        let mut block = [0xEE; 16];
        block[15] = last;
        let encrypted = encrypt(&key, cbc(Mode::Cbc, &iv), &SecretSlice::copied(&block)).unwrap();
        let decrypted = decrypt(&key, cbc(Mode::CbcPkcs5, &iv), &encrypted.data, None);
        if last == 1 {
            assert!(decrypted.unwrap().matches(&[0xEE; 15]));
        } else {
            assert_eq!(decrypted.unwrap_err(), CipherFault::NotDecrypted, "{last}");
        }
    }
}

const GCM_IV: &str = "cafebabefacedbaddecaf888";
const GCM_CLEAR: &str = "d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72
    1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39";
const GCM_AAD: &str = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

fn gcm<'a>(tag_length: usize, iv: &'a [u8], aad: &'a [u8]) -> Cipher<'a> {
    Cipher { mode: Mode::Gcm { tag_length }, iv: Some(iv), aad }
}

#[test]
fn gcm_is_what_its_authors_say_with_whole_and_short_tags() {
    let (iv, aad, clear) = (hex(GCM_IV), hex(GCM_AAD), text(GCM_CLEAR));
    for (key_text, expected, tag) in [
        (
            "feffe9928665731c6d6a8f9467308308",
            "42831ec2217774244b7221b784d0d49c e3aa212f2c02a4e035c17e2329aca12e
             21d514b25466931c7d8f6a5aac84aa05 1ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47",
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c",
            "3980ca0b3c00e841eb06fac4872a2757 859e1ceaa6efd984628593b40ca1e19c
             7d773d00c144c525ac619d18c84a3f47 18e2448b2fe324d9ccda2710",
            "2519498e80f1478f37ba55bd6d27618c",
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "522dc1f099567d07f47f37a32a84427d 643a8cdcbfe5c0c97598a2bd2555d1aa
             8cb08e48590dbb3da7b08b1056828838 c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ] {
        let (key, expected, tag) = (key(key_text), text(expected), hex(tag));
        for length in 12..=16 {
            let cipher = gcm(length, &iv, &aad);
            let encrypted = encrypt(&key, cipher, &SecretSlice::copied(&clear)).unwrap();
            assert_eq!(encrypted.data, expected);
            assert_eq!(encrypted.tag.as_deref(), Some(&tag[..length]));
            assert!(decrypt(&key, cipher, &expected, Some(&tag[..length])).unwrap().matches(&clear));
            // Whatever is wrong, the refusal is the same.
            let refused = |cipher, data: &[u8], tag: &[u8]| {
                assert_eq!(decrypt(&key, cipher, data, Some(tag)).unwrap_err(), CipherFault::NotDecrypted);
            };
            for place in 0..length {
                let mut wrong = tag[..length].to_vec();
                wrong[place] ^= 0x80;
                refused(cipher, &expected, &wrong);
            }
            let mut wrong = expected.clone();
            wrong[7] ^= 1;
            refused(cipher, &wrong, &tag[..length]);
            refused(cipher, &expected[1..], &tag[..length]);
            refused(gcm(length, &iv, b"other"), &expected, &tag[..length]);
            refused(gcm(length, &[7; 12], &aad), &expected, &tag[..length]);
        }
    }
}

#[test]
fn gcm_authenticates_nothing_too() {
    let key = key("00000000000000000000000000000000");
    let cipher = gcm(16, &[0; 12], &[]);
    let encrypted = encrypt(&key, cipher, &SecretSlice::copied(&[])).unwrap();
    assert_eq!(encrypted.tag, Some(hex("58e2fccefa7e3061367f1d57a4e7455a")));
    assert!(decrypt(&key, cipher, &[], encrypted.tag.as_deref()).unwrap().expose().is_empty());
    let short = encrypted.tag.as_deref().map(|tag| &tag[..12]);
    assert!(decrypt(&key, gcm(12, &[0; 12], &[]), &[], short).unwrap().expose().is_empty());
}

#[test]
fn a_vector_is_drawn_if_none_is_given() {
    let key = key(KEY_256);
    for (mode, length) in [(Mode::CbcPkcs5, 16), (Mode::Cbc, 16), (Mode::Gcm { tag_length: 16 }, 12)] {
        let cipher = Cipher { mode, iv: None, aad: &[] };
        let drawn = || encrypt(&key, cipher, &SecretSlice::copied(&[7; 32])).unwrap();
        let (first, second) = (drawn(), drawn());
        assert_eq!(first.iv.len(), length);
        assert!(first.iv != second.iv && first.data != second.data);
        assert_eq!(decrypt(&key, cipher, &first.data, None).unwrap_err(), CipherFault::IvMissing);
        let again = Cipher { iv: Some(&first.iv), ..cipher };
        assert!(decrypt(&key, again, &first.data, first.tag.as_deref()).unwrap().matches(&[7; 32]));
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let (aes, odd) = (key(KEY_128), SecretSlice::copied(&[1; 17]));
    let (iv, data) = ([0; 16], [0; 16]);
    let check = |key: &SecretSlice, cipher: Cipher<'_>, data: &[u8], tag: Option<&[u8]>, expected: CipherFault| {
        assert_eq!(decrypt(key, cipher, data, tag).unwrap_err(), expected, "{cipher:?}");
        if tag.is_none() && expected != CipherFault::TagMissing && !data.is_empty() && data.len() != 15 {
            let Err(Error::MasterKey(MasterKeyError::Cipher(fault))) = encrypt(key, cipher, &SecretSlice::copied(data))
            else {
                panic!("{cipher:?} was encrypted")
            };
            assert_eq!(fault, expected, "{cipher:?}");
        }
    };
    let whole = gcm(16, &iv[..12], &[]);
    check(&odd, cbc(Mode::Cbc, &iv), &data, None, CipherFault::KeyLength);
    check(&odd, cbc(Mode::CbcPkcs5, &iv), &data, None, CipherFault::KeyLength);
    check(&odd, whole, &data, Some(&[0; 16]), CipherFault::KeyLength);
    check(&aes, cbc(Mode::Cbc, &iv[..15]), &data, None, CipherFault::IvLength { needed: 16 });
    check(&aes, gcm(16, &iv, &[]), &data, Some(&[0; 16]), CipherFault::IvLength { needed: 12 });
    check(&aes, cbc(Mode::Cbc, &iv), &data[1..], None, CipherFault::DataLength { block: 16 });
    check(&aes, cbc(Mode::CbcPkcs5, &iv), &data[1..], None, CipherFault::DataLength { block: 16 });
    check(&aes, cbc(Mode::CbcPkcs5, &iv), &[], None, CipherFault::DataLength { block: 16 });
    check(&aes, whole, &data, None, CipherFault::TagMissing);
    check(&aes, whole, &data, Some(&[0; 15]), CipherFault::TagLength);
    for length in [0, 4, 11, 17] {
        check(&aes, gcm(length, &iv[..12], &[]), &data, Some(&vec![0; length]), CipherFault::TagLength);
    }
    let with_aad = Cipher { aad: b"aad", ..cbc(Mode::Cbc, &iv) };
    check(&aes, with_aad, &data, None, CipherFault::NotAuthenticated);
    check(&aes, cbc(Mode::CbcPkcs5, &iv), &data, Some(&[0; 16]), CipherFault::NotAuthenticated);
    let long = vec![0; DATA_MAX + 16];
    check(&aes, cbc(Mode::Cbc, &iv), &long, None, CipherFault::TooLong { most: DATA_MAX });
    let Err(Error::MasterKey(MasterKeyError::Cipher(fault))) = encrypt(&aes, cbc(Mode::Cbc, &iv), &odd) else {
        panic!("half a block was encrypted")
    };
    assert_eq!(fault, CipherFault::DataLength { block: 16 });
}
