//! Any bytes at all as a request: reading ends with a message or an error that can be told, and a message that was
//! written is read and written again alike. The corpus is the golden bytes of `tests/vectors`.
#![no_main]

use kmip_wire::{Limits, RequestMessage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let message = match RequestMessage::decode(bytes, &limits) {
        Ok(message) => message,
        Err(refused) => {
            assert!(!refused.error.sentence().is_empty());
            return;
        }
    };
    assert!(!message.items.is_empty() && message.items.len() <= limits.batch_items);
    assert!(!format!("{message:?}").is_empty());
    if let Ok(once) = message.encode() {
        let again = RequestMessage::decode(once.expose(), &limits).expect("what we write we read");
        let twice = again.encode().expect("what we read we write");
        assert_eq!(once.expose(), twice.expose());
    }
});
