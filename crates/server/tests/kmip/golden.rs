//! The bytes of real clients, sent as they are where they name no object, and with our ids where they do. Answers are
//! held against the bytes that those clients read.

use kmip_wire::payload::{activate, decrypt, encrypt, get, get_attributes};
use kmip_wire::{Limits, Operation, RequestMessage};

use crate::rig::{Rig, Wire};
use crate::strict;
use crate::ttlv::{self, Bytes};

const VECTORS: &str = include_str!("../../../kmip-wire/tests/vectors/clients.txt");

/// The bytes of a client's message.
pub(crate) fn vector(name: &str) -> Bytes {
    let mut lines = VECTORS.lines().skip_while(|line| line.strip_prefix("= ") != Some(name));
    assert!(lines.next().is_some(), "no vector {name}");
    let digits: String = lines.take_while(|line| !line.starts_with("= ") && !line.is_empty()).collect();
    hex::decode(digits).unwrap()
}

/// The same message about another object, with our codec, whose bytes for these were tried elsewhere.
fn about(name: &str, id: &str) -> Bytes {
    let mut message = RequestMessage::decode(&vector(name), &Limits::default()).unwrap();
    for item in &mut message.items {
        let (Operation::Get(get::Request { unique_identifier: named, .. })
        | Operation::Activate(activate::Request { unique_identifier: named })
        | Operation::GetAttributes(get_attributes::Request { unique_identifier: named, .. })
        | Operation::Encrypt(encrypt::Request { unique_identifier: named, .. })
        | Operation::Decrypt(decrypt::Request { unique_identifier: named, .. })) = &mut item.operation
        else {
            panic!("{name} names no object")
        };
        *named = Some(id.to_owned());
    }
    message.encode().unwrap().expose().to_vec()
}

async fn ask(wire: &mut Wire, bytes: &[u8], minor: i32) -> strict::Response {
    strict::response(&wire.exchange(bytes).await, minor)
}

/// An answer's bytes with the time and the id of the golden one.
fn like(golden: &[u8], answer: &[u8], id: &str) -> Bytes {
    // The head, the response header's head and its version are 56 bytes; then comes the time stamp.
    let time = 8 + 8 + 40 + 8;
    let mut answer = answer.to_vec();
    answer[time..time + 8].copy_from_slice(&golden[time..time + 8]);
    let (ours, theirs) = (ttlv::uid(id), ttlv::uid("1"));
    let at = answer.windows(ours.len()).position(|window| window == ours).expect("the answer names the object");
    answer.splice(at..at + ours.len(), theirs);
    // Lengths around it: the message, the batch item, the payload.
    let shorter = ours.len() - ttlv::uid("1").len();
    for head in heads_around(&answer, at) {
        let length = u32::from_be_bytes(answer[head + 4..head + 8].try_into().unwrap()) as usize - shorter;
        answer[head + 4..head + 8].copy_from_slice(&(length as u32).to_be_bytes());
    }
    answer
}

/// Where the heads of the structures around a place are: message, batch item, payload.
fn heads_around(answer: &[u8], at: usize) -> Vec<usize> {
    let find = |tag: [u8; 4]| answer.windows(4).position(|window| window == tag).unwrap();
    let found = vec![0, find([0x42, 0, 0x0f, 1]), find([0x42, 0, 0x7c, 1])];
    assert!(found.iter().all(|head| *head < at));
    found
}

#[tokio::test]
async fn libmongocrypt_registers_activates_and_gets_byte_for_byte() {
    let rig = Rig::open().await;
    let node = rig.client("driver").await;
    // A connection for each request, as every driver does.
    let registered = rig.connect(&node).await.exchange(&vector("libmongocrypt Register 1.0 request")).await;
    let id = strict::response(&registered, 0).ok().id();
    let golden = vector("libmongocrypt Register 1.0 response");
    assert_eq!(hex::encode(like(&golden, &registered, &id)), hex::encode(&golden));
    let activated = rig.connect(&node).await.exchange(&about("libmongocrypt Activate 1.0 request", &id)).await;
    assert_eq!(strict::response(&activated, 0).ok().id(), id);
    let got = rig.connect(&node).await.exchange(&about("libmongocrypt Get 1.0 request", &id)).await;
    let golden = vector("libmongocrypt Get Secret Data 1.0 response");
    let secret = &strict::response(&got, 0).ok().at(0x42_0085).at(0x42_0040).at(0x42_0045).at(0x42_0043).value.clone();
    let registered = vector("libmongocrypt Register 1.0 request");
    assert_eq!(secret.as_slice(), &registered[registered.len() - 96..]);
    // The golden answer may hold another secret; the shape around it is the same.
    let ours = like(&golden, &got, &id);
    assert_eq!(hex::encode(&ours[..ours.len() - 96]), hex::encode(&golden[..golden.len() - 96]));
    rig.end().await;
}

#[tokio::test]
async fn libmongocrypt_delegates_encryption_byte_for_byte() {
    let rig = Rig::open().await;
    let node = rig.client("driver").await;
    let made = rig.connect(&node).await.exchange(&vector("libmongocrypt delegated Create 1.2 request")).await;
    let id = strict::response(&made, 2).ok().id();
    let activate = about("libmongocrypt Activate 1.0 request", &id);
    ask(&mut rig.connect(&node).await, &activate, 0).await.ok();
    let request = about("libmongocrypt delegated Encrypt 1.2 request", &id);
    let encrypted = ask(&mut rig.connect(&node).await, &request, 2).await;
    let (data, iv) = (&encrypted.ok().at(0x42_00c2).value, &encrypted.ok().at(0x42_003d).value);
    assert_eq!((data.len(), iv.len()), (112, 16));
    let parameters = ttlv::parameters(1, Some(3), None);
    let payload = [ttlv::uid(&id), parameters, ttlv::data(data), ttlv::vector(iv)];
    let decrypted = rig.once(&node, 2, ttlv::DECRYPT, &payload).await;
    let plain = vector("libmongocrypt delegated Encrypt 1.2 request");
    assert_eq!(decrypted.ok().at(0x42_00c2).value, plain[plain.len() - 96..]);
    rig.end().await;
}

#[tokio::test]
async fn percona_registers_and_polls_byte_for_byte() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let mut wire = rig.connect(&node).await;
    let register = vector("PSMDB Register 1.0 request");
    let id = ask(&mut wire, &register, 0).await.ok().id();
    ask(&mut wire, &about("libmongocrypt Activate 1.0 request", &id), 0).await.ok();
    let polled = rig.connect(&node).await.exchange(&about("PSMDB poll 1.0 request", &id)).await;
    let golden = vector("PSMDB poll 1.0 response");
    assert_eq!(hex::encode(like(&golden, &polled, &id)), hex::encode(&golden));
    let got = rig.connect(&node).await.exchange(&about("libmongocrypt Get 1.0 request", &id)).await;
    let golden = vector("PSMDB Get 1.0 response");
    let ours = like(&golden, &got, &id);
    // The material stands before algorithm and length, 32 bytes from the end.
    let shape = |bytes: &[u8]| hex::encode([&bytes[..bytes.len() - 64], &bytes[bytes.len() - 32..]].concat());
    assert_eq!(shape(&ours), shape(&golden));
    assert!(register.windows(32).any(|window| *window == ours[ours.len() - 64..ours.len() - 32]));
    rig.end().await;
}

#[tokio::test]
async fn pg_tde_registers_by_name_and_locates_byte_for_byte() {
    let rig = Rig::open().await;
    let node = rig.client("pg").await;
    // The two were written down from different runs; the name of the one is put into the other.
    let mut register = vector("pg_tde Register 1.4 request");
    let at = register.windows(8).position(|window| window == b"pg-key-1").unwrap();
    register[at..at + 8].copy_from_slice(b"pgkey001");
    let registered = ask(&mut rig.connect(&node).await, &register, 4).await.ok().id();
    let mut wire = rig.connect(&node).await;
    let located = wire.exchange(&vector("pg_tde Locate 1.0 request")).await;
    let found = strict::response(&located, 0);
    assert_eq!(found.ok().all(0x42_0094).len(), 1);
    assert_eq!(found.ok().id(), registered);
    // It never activates.
    ask(&mut wire, &about("libmongocrypt Get 1.0 request", &registered), 0).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn mongod_encrypts_its_audit_log_without_parameters() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let id = rig.active_key(&node).await;
    let request = about("mongod audit Encrypt 1.2 request", &id);
    let encrypted = ask(&mut rig.connect(&node).await, &request, 2).await;
    let (data, iv) = (&encrypted.ok().at(0x42_00c2).value, &encrypted.ok().at(0x42_003d).value);
    // AES-CBC with PKCS #5, and a random vector that comes back.
    assert_eq!((data.len(), iv.len()), (48, 16));
    let again = ask(&mut rig.connect(&node).await, &request, 2).await;
    assert_ne!(again.ok().at(0x42_003d).value, *iv);
    let payload = [ttlv::uid(&id), ttlv::data(data), ttlv::vector(iv)];
    let plain = rig.once(&node, 2, ttlv::DECRYPT, &payload).await.ok().at(0x42_00c2).value.clone();
    let sent = vector("mongod audit Encrypt 1.2 request");
    assert_eq!(plain, sent[sent.len() - 32..]);
    rig.end().await;
}

#[tokio::test]
async fn a_failure_looks_as_libmongocrypt_reads_it() {
    let rig = Rig::open().await;
    let node = rig.client("driver").await;
    let answer = ask(&mut rig.connect(&node).await, &vector("libmongocrypt Get 1.0 request"), 0).await;
    assert!(answer.refused(ttlv::ITEM_NOT_FOUND).starts_with("There is no such object."));
    assert_eq!(answer.only().operation, Some(ttlv::GET));
    rig.end().await;
}
