//! Servers as the fields of a row show them.

use super::field_error::FieldError;
use ipc::{IceServer, SignallingServer};

/// A signalling server as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerRow {
    /// Name or address.
    pub(crate) host: String,
    /// Port.
    pub(crate) port: String,
    /// Where it is mounted.
    pub(crate) path: String,
    /// Its API key.
    pub(crate) key: String,
    /// TLS.
    pub(crate) secure: bool,
}

impl Default for ServerRow {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: "443".to_owned(),
            path: "/".to_owned(),
            key: "peerjs".to_owned(),
            secure: true,
        }
    }
}

/// A STUN or TURN entry as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IceRow {
    /// Addresses, separated by spaces or lines.
    pub(crate) urls: String,
    /// For TURN.
    pub(crate) username: String,
    /// For TURN.
    pub(crate) credential: String,
}

/// An edit of a signalling server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerEdit {
    /// Name or address.
    Host(String),
    /// Port.
    Port(String),
    /// Where it is mounted.
    Path(String),
    /// Its API key.
    Key(String),
    /// TLS.
    Secure(bool),
}

/// An edit of a STUN or TURN entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IceEdit {
    /// Addresses, separated by spaces or lines.
    Urls(String),
    /// For TURN.
    Username(String),
    /// For TURN.
    Credential(String),
}

impl ServerRow {
    pub(super) fn of(server: &SignallingServer) -> Self {
        Self {
            host: server.host.clone(),
            port: server.port.to_string(),
            path: server.path.clone(),
            key: server.key.clone(),
            secure: server.secure,
        }
    }

    pub(super) fn edit(&mut self, edit: ServerEdit) {
        match edit {
            ServerEdit::Host(host) => self.host = host,
            ServerEdit::Port(port) => self.port = port,
            ServerEdit::Path(path) => self.path = path,
            ServerEdit::Key(key) => self.key = key,
            ServerEdit::Secure(secure) => self.secure = secure,
        }
    }

    pub(super) fn read(
        (index, row): (usize, &Self),
    ) -> Result<SignallingServer, (String, FieldError)> {
        let port = row.port.trim().parse().ok().filter(|port| *port != 0);
        Ok(SignallingServer {
            host: row.host.trim().to_owned(),
            port: port.ok_or_else(|| (format!("signalling.{index}.port"), FieldError::Port))?,
            path: row.path.trim().to_owned(),
            key: row.key.trim().to_owned(),
            secure: row.secure,
        })
    }
}

impl IceRow {
    pub(super) fn of(server: &IceServer) -> Self {
        Self {
            urls: server.urls.join("\n"),
            username: server.username.clone().unwrap_or_default(),
            credential: server.credential.clone().unwrap_or_default(),
        }
    }

    pub(super) fn edit(&mut self, edit: IceEdit) {
        match edit {
            IceEdit::Urls(urls) => self.urls = urls,
            IceEdit::Username(username) => self.username = username,
            IceEdit::Credential(credential) => self.credential = credential,
        }
    }

    pub(super) fn read(&self) -> IceServer {
        let username = self.username.trim().to_owned();
        let credential = self.credential.clone();
        IceServer {
            urls: self.urls.split_whitespace().map(str::to_owned).collect(),
            username: Some(username).filter(|text| !text.is_empty()),
            credential: Some(credential).filter(|text| !text.is_empty()),
        }
    }
}
