//! Tag, type, length, value: items and the bytes they are made of. It must not know messages,
//! operations or attributes.

mod announced;
mod item;
mod item_type;
mod number;
mod reader;
mod value;
mod writer;

pub use announced::announced_length;
pub use item::Item;
pub use item_type::ItemType;
pub use number::{BigInteger, DateTime, Interval};
pub use reader::{Decode, Fields, Reader};
pub use value::{Field, Value};
pub use writer::{Encode, Writer};
