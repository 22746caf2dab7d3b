//! How much each connection may still say.

use mesh_chat::node::LinkId;
use std::collections::BTreeMap;

/// What is left on each connection: by device, its start, and the connection.
pub type Rates = BTreeMap<(usize, u64, LinkId), Rate>;

/// What is left on one connection: of each kind, when everything will be there again.
#[derive(Debug, Default)]
pub struct Rate {
    /// Check-ins and calls for the registry.
    pub checkins: u64,
    /// Updates.
    pub updates: u64,
    /// Signs of life.
    pub signs: u64,
}
