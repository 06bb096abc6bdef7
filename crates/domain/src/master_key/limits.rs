//! How much of a master key there may be. Must not know the size of messages, which the wire limits by itself.

/// The longest key material or opaque value. Keys have 16 to 96 bytes; the room is for what others keep here, and
/// its Get still fits an answer of the clients that take little. Unit: bytes.
pub const MATERIAL_MAX: usize = 64 * 1024;

/// The longest text of a name, a mark or a message. The longest name of a known client is a path of some 250
/// characters. Unit: bytes.
pub const TEXT_MAX: usize = 1024;

/// The longest value of a custom attribute. Unit: bytes.
pub const CUSTOM_VALUE_MAX: usize = 4096;

/// The longest name of a custom attribute, its `x-` included. Unit: bytes.
pub const CUSTOM_NAME_MAX: usize = 128;

/// The most instances of what an owner says about one object, custom attributes included. The client that says most,
/// vCenter, says six.
pub const INSTANCES_MAX: usize = 64;

/// The most objects that one search names. More than that would break the message size that most clients take
/// (1 MiB); the answer tells how many there are, and an offset leads on.
pub const LOCATED_MAX: usize = 10_000;
