//! What is read to show the views.

use crate::clock::Now;
use crate::contacts::Contacts;
use crate::conversations::Conversations;
use crate::directory::Directory;
use crate::introductions::Introductions;
use crate::node::account::Account;
use crate::node::transport::Transport;
use crate::view::Availability;

/// The state that views are shown.
#[derive(Clone, Copy)]
pub(in crate::node) struct State<'a> {
    pub(in crate::node) account: &'a Account,
    pub(in crate::node) transport: &'a Transport,
    pub(in crate::node) directory: &'a Directory,
    pub(in crate::node) introductions: &'a Introductions,
    pub(in crate::node) contacts: &'a Contacts,
    pub(in crate::node) conversations: &'a Conversations,
    pub(in crate::node) availability: Availability,
    pub(in crate::node) now: Now,
}
