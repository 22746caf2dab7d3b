//! The command line, and what it becomes.

use crate::address::Proxies;
use crate::app::{App, PATH};
use crate::callers::{Callers, Pattern, Token};
use crate::clock::system_clock;
use crate::key;
use crate::sheet::Signer;
use crate::site::Site;
use anyhow::{Context, Result, anyhow, bail};
use mesh_chat::beacon::{Audience, Slots, key_id};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::{fmt, fs};

/// Signs the current ten minutes for an organisation's own people
#[derive(Debug, clap::Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the beacon can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write a new private key to a file, and print the public key for the clients
    Keygen {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Print the public key of a private key for the clients
    Public {
        /// The private key
        file: PathBuf,
    },
    /// Answer requests until SIGTERM or Ctrl-C
    Serve(Box<Serve>),
}

/// Options of `serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The private key, made with `beacon keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Where clients reach this beacon: its origin is signed, and must be the one of the `url` in
    /// their configuration
    #[arg(long, value_name = "URL", value_parser = audience)]
    pub url: Audience,
    /// Who gets the header: an origin, or `moz-extension://*` for every Firefox; can be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Vec<Pattern>,
    /// Who has this bearer token gets the header from any origin; can be repeated. Other people on
    /// this machine see it in the list of processes: prefer --token-file
    #[arg(long, value_name = "TOKEN")]
    pub token: Vec<Secret>,
    /// A file with such tokens, one a line
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Where to listen; TLS is for the proxy in front
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// For `/ip`: there is a proxy in front, or so many, and it appends to `X-Forwarded-For`
    #[arg(
        long,
        value_name = "PROXIES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = clap::value_parser!(u8).range(1..=8)
    )]
    pub trust_forwarded: Option<u8>,
    /// Serve the page too, from this folder (`dist/web`), and give the header to it. It is read when the program starts
    #[arg(long, value_name = "DIR")]
    pub web: Option<PathBuf>,
    /// Log each request, with the address it came from
    #[arg(long)]
    pub debug: bool,
    /// For tests only: slots so long; needs --test-slots
    #[arg(long, hide = true, requires = "test_slots")]
    pub slot_seconds: Option<u64>,
    /// Yes, this beacon is for tests
    #[arg(long, hide = true)]
    pub test_slots: bool,
}

/// A text that nobody is shown: the command line's own errors repeat what they refuse, so a token is
/// checked only after it was read.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

fn audience(url: &str) -> Result<Audience, String> {
    Audience::of(url).ok_or_else(|| {
        "an https:// address, such as https://beacon.example.org (http:// on this machine only)"
            .to_owned()
    })
}

impl Serve {
    /// Builds the application that these options describe, reads the key, and logs a summary.
    pub fn app(&self) -> Result<App> {
        let identity = key::read(&self.key)?;
        if key::is_exposed(&self.key) {
            tracing::warn!(file = %self.key.display(), "others can read the key's file");
        }
        let callers = self.callers()?;
        tracing::info!(
            kid = key_id(identity.public()),
            audience = %self.url,
            path = PATH,
            origins = callers.origins.len(),
            tokens = callers.tokens.len(),
            "starting"
        );
        let signer = Signer::new(identity, self.url.clone(), self.slots()?, system_clock());
        Ok(App {
            callers: Arc::new(callers),
            signer: Arc::new(signer),
            proxies: Proxies(self.trust_forwarded.unwrap_or(0).into()),
            site: self
                .web
                .as_deref()
                .map(Site::read)
                .transpose()?
                .map(Arc::new),
        })
    }

    fn callers(&self) -> Result<Callers> {
        let tokens = self.tokens()?;
        let mut origins = self.origin.clone();
        // What is served from here comes from the address that is signed.
        origins.extend(
            self.web
                .as_ref()
                .map(|_| Pattern::Exact(self.url.to_string())),
        );
        if origins.is_empty() && tokens.is_empty() {
            bail!("nobody would get the header: give --origin, --token, --token-file or --web");
        }
        Ok(Callers { origins, tokens })
    }

    fn tokens(&self) -> Result<Vec<Token>> {
        let read = |file: &PathBuf| {
            fs::read_to_string(file).with_context(|| format!("token file {}", file.display()))
        };
        let text = self.token_file.as_ref().map(read).transpose()?;
        let in_file = text.as_deref().unwrap_or_default().lines().map(str::trim);
        let given = self.token.iter().map(|Secret(token)| token.as_str());
        given
            .chain(in_file.filter(|line| !line.is_empty()))
            // The error names the form and never the token.
            .map(|token| token.parse().map_err(|form| anyhow!("a token is {form}")))
            .collect()
    }

    fn slots(&self) -> Result<Slots> {
        let Some(seconds) = self.slot_seconds else {
            return Ok(Slots::STANDARD);
        };
        tracing::warn!(seconds, "slots of a test: no ordinary client takes them");
        Slots::for_tests(seconds).context("--slot-seconds must be 5 to 600")
    }
}
