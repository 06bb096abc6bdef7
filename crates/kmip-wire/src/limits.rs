//! How much of a message we are willing to look at. It must not know who sent it.

/// The caps that hold while a message is read. All of them hold before anything is interpreted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest message, its head included.
    /// Unit: bytes.
    pub message_bytes: usize,
    /// The deepest nesting of structures; the message itself is the first.
    pub depth: usize,
    /// The most items, structures included, in a whole message.
    pub items: usize,
    /// The most batch items in one message.
    pub batch_items: usize,
}

impl Default for Limits {
    /// 1 MiB, 32 deep, 10,000 items, 128 batch items. The largest request of a known client is
    /// far below 64 KiB, 9 deep, with 4 batch items; Encrypt and Decrypt are what needs the room.
    fn default() -> Self {
        Self { message_bytes: 1 << 20, depth: 32, items: 10_000, batch_items: 128 }
    }
}
