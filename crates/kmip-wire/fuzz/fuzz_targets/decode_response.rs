//! Any bytes at all as a response: an agent or a probe may talk to a server that is not ours.
#![no_main]

use kmip_wire::{Limits, ResponseMessage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    if let Ok(message) = ResponseMessage::decode(bytes, &limits)
        && let Ok(once) = message.encode()
    {
        let again = ResponseMessage::decode(once.expose(), &limits).expect("what we write we read");
        let twice = again.encode().expect("what we read we write");
        assert_eq!(once.expose(), twice.expose());
    }
});
