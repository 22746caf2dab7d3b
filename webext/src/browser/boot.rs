//! What the engine starts from: the packed configuration, the stored records and chats.

use super::host::Host;
use super::messages::Messages;
use super::signalling::TOKENS;
use super::staged::{self, Staged};
use super::timer::sleep;
use crate::joining::{TASK, Task};
use crate::local::{self, ProfileDamaged};
use crate::storage::{SILENCE, first};
use chrome::{api, settled, text};
use ipc::{Area, HostRequest, Loaded, Written};
use mesh_chat::config::Config;
use mesh_chat::records::Snapshot;
use std::future::Future;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::Response;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str) -> Result<JsValue, JsValue>;
}

/// Everything a node and its driver start from.
pub(crate) struct Boot {
    pub(crate) config: Config,
    pub(crate) config_error: Option<String>,
    pub(crate) snapshot: Snapshot,
    /// Keys of stored items that could not be read.
    pub(crate) damaged: Vec<String>,
    pub(crate) tokens: Vec<(String, String)>,
    pub(crate) messages: Messages,
}

/// Why the engine cannot run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It will be the same at the next start.
    #[error(transparent)]
    Profile(#[from] ProfileDamaged),
    /// It may work at the next start.
    #[error("{0}")]
    Unavailable(String),
}

/// Reads everything.
///
/// # Errors
/// Why the engine cannot run.
pub(crate) async fn boot(host: &Host) -> Result<Boot, Failure> {
    let unavailable = |what: &str| {
        let what = what.to_owned();
        move |error: String| Failure::Unavailable(format!("{what}: {error}"))
    };
    let (config, config_error) = config().await;
    let loaded: Loaded = in_time(host.ask(&HostRequest::Load))
        .await
        .map_err(unavailable("the stored data cannot be read"))?;
    let mut local = local::read(&loaded.local)?;
    let opened = async { Messages::open().await.map_err(|fault| fault.to_string()) };
    let (mut messages, mut chats) = in_time(opened)
        .await
        .map_err(unavailable("the stored chats cannot be read"))?;
    // What somebody only looked at does not wait. That of a newer program waits for that one.
    let damaged = local
        .damaged
        .iter()
        .filter_map(|key| key.strip_prefix(TASK));
    let names = local.tasks.iter().map(|task| task.name.as_str());
    let waiting: Vec<&str> = names.chain(damaged).collect();
    if waiting.is_empty() {
        staged::forget_all();
    } else if let Err(error) = staged::forget_all_but(&waiting).await {
        tracing::warn!(%error, "the chats of a backup that is closed are still there");
    }
    if !local.tasks.is_empty() {
        for task in std::mem::take(&mut local.tasks) {
            // The next start tries again. After each write the chats are such as a node can go on with.
            if let Err(error) = join(host, &messages, &task).await {
                tracing::error!(error, "the chats of a backup could not be joined");
                local.damaged.push(task.key());
            }
        }
        // What was read before has other numbers now, also where not all was done.
        drop(messages);
        let opened = async { Messages::open().await.map_err(|fault| fault.to_string()) };
        (messages, chats) = in_time(opened)
            .await
            .map_err(unavailable("the stored chats cannot be read"))?;
    }
    local.snapshot.threads = chats.threads;
    local.snapshot.outbox = chats.outbox;
    local.damaged.extend(chats.damaged);
    Ok(Boot {
        config,
        config_error,
        snapshot: local.snapshot,
        damaged: local.damaged,
        tokens: tokens(&loaded),
        messages,
    })
}

/// Joins the chats of a backup with those that are here, and forgets it. One that cannot be joined waits, the others do not
/// wait for it.
async fn join(host: &Host, messages: &Messages, task: &Task) -> Result<(), String> {
    let staged = Staged::open(&task.name).await;
    let staged = staged.map_err(|fault| fault.to_string())?;
    let mut all = Ok(());
    for (from, to) in &task.chats {
        let joined = messages.join(&staged, from, to).await;
        all = all.and(joined.map_err(|fault| fault.to_string()));
    }
    all?;
    let done = HostRequest::Write {
        area: Area::Local,
        set: Vec::new(),
        remove: vec![task.key()],
    };
    let written: Written = host.ask(&done).await?;
    if let Some(error) = written.error {
        return Err(error);
    }
    drop(staged);
    staged::forget(&task.name).await;
    Ok(())
}

/// Waits for something of the disk, but not for ever: the next tick starts again.
async fn in_time<T>(what: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let silent = || Err("no answer of the browser's storage".to_owned());
    first(what, sleep(2 * SILENCE)).await.unwrap_or_else(silent)
}

/// Reads the tokens. They only make a return quicker, so what cannot be read is left out.
fn tokens(loaded: &Loaded) -> Vec<(String, String)> {
    let stored = loaded.session.iter().find(|(key, _)| key == TOKENS);
    let tokens = stored.and_then(|(_, text)| json::from_str(text).ok());
    tokens.unwrap_or_default()
}

/// Returns the packed configuration; or the built-in one, and what is wrong with the packed one.
async fn config() -> (Config, Option<String>) {
    let silent = || Err("no answer".to_owned());
    match first(packed(), sleep(2 * SILENCE))
        .await
        .unwrap_or_else(silent)
    {
        Ok(config) => (config, None),
        Err(error) => (Config::default(), Some(format!("config.json: {error}"))),
    }
}

async fn packed() -> Result<Config, String> {
    let url = api().runtime().url("config.json");
    let response: Response = settled(fetch(&url)).await?.unchecked_into();
    let body = response.text().map(JsValue::from);
    let body = settled(body).await?;
    let body = body.as_string().ok_or_else(|| text(&body))?;
    let mut config: Config = json::from_str(&body).map_err(|error| error.to_string())?;
    if api().is_page() {
        // Invites lead to the page where they were made, if to no other.
        config.page.get_or_insert_with(|| api().runtime().url(""));
    }
    config.check().map_err(|refusal| refusal.to_string())?;
    Ok(config)
}
