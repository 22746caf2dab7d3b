//! The popup, in Yew.
