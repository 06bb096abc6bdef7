//! Tests of what arrives over a real socket.
