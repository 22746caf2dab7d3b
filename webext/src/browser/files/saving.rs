//! The way of a whole file into the browser's downloads.

use super::Fault;
use super::parts::Parts;
use crate::browser::host::Host;
use crate::browser::timer::sleep;
use ipc::{Downloaded, Failure, HostRequest, TransferId};
use mesh_chat::node::FileInput;
use std::time::Duration;
use web_sys::Url;

/// Without a type, Chromium looks into the file and may change its ending.
const KIND: &str = "application/octet-stream";

/// How often the background is asked about a download: it may be stopped and begun anew meanwhile.
const ASKED: u32 = 5;
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Saves a file, and removes the part once it is.
pub(super) async fn save(
    parts: &Parts,
    host: &Host,
    id: &TransferId,
    (name, size): (&str, u64),
) -> Result<FileInput, Fault> {
    let file = parts.take(id).await?;
    let size = super::float(size);
    if file.size() < size {
        // It was removed behind our back.
        return Err(Fault::NoStorage);
    }
    let whole = file.slice_with_f64_and_f64_and_content_type(0.0, size, KIND);
    let url = whole.and_then(|whole| Url::create_object_url_with_blob(&whole));
    let url = url.map_err(|error| Fault::from(chrome::text(&error)))?;
    let downloaded = hand_over(host, &url, name).await;
    // One that is not there any more needs no revoking.
    let _ = Url::revoke_object_url(&url);
    Ok(match downloaded {
        Downloaded::Complete => {
            parts.remove(id).await;
            FileInput::Saved
        }
        Downloaded::NoRoom => FileInput::Failed(Failure::NoRoom),
        Downloaded::Failed | Downloaded::NotAllowed => FileInput::Failed(Failure::NotSaved),
    })
}

async fn hand_over(host: &Host, url: &str, name: &str) -> Downloaded {
    for _ in 0..ASKED {
        let request = HostRequest::Download {
            url: url.to_owned(),
            name: name.to_owned(),
        };
        match host.ask(&request).await {
            Ok(downloaded) => return downloaded,
            Err(error) => tracing::warn!(error, "the background did not take a file"),
        }
        sleep(ASKED_AGAIN_AFTER).await;
    }
    Downloaded::Failed
}
