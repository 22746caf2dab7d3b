//! The second client, in Python, as one of them.
#![cfg(feature = "browsers")]

mod interop;
