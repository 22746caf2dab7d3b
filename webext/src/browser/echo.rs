//! Asks the configured echo for the public address: one GET, bounded in time and size.

use crate::addresses::{ECHO_BYTES, in_echo};
use chrome::settled;
use js_sys::{Reflect, Uint8Array};
use std::net::IpAddr;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, Request, RequestCache,
    RequestCredentials, RequestInit, Response,
};

/// How long the echo may take, its answer included.
pub(super) const ECHO_TIME: Duration = Duration::from_secs(5);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(request: &Request) -> Result<JsValue, JsValue>;
}

/// Asks the echo for the public address; `until` calls it off.
///
/// # Errors
/// Why there is none.
pub(crate) async fn ask(url: &str, until: AbortSignal) -> Result<IpAddr, String> {
    let called = request(url, &until).and_then(|request| fetch(&request));
    let response: Response = settled(called).await?.unchecked_into();
    if !response.ok() {
        return Err(format!("the echo answered {}", response.status()));
    }
    let body = body(&response).await?;
    in_echo(std::str::from_utf8(&body).map_err(|_| "the echo's answer is no text")?)
}

fn request(url: &str, until: &AbortSignal) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(until));
    Request::new_with_str_and_init(url, &init)
}

async fn body(response: &Response) -> Result<Vec<u8>, String> {
    let stream = response.body().ok_or("the echo's answer is empty")?;
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    while let Some(chunk) = chunk(&reader).await? {
        let room = ECHO_BYTES.saturating_sub(body.len());
        if usize::try_from(chunk.length()).unwrap_or(usize::MAX) > room {
            // Whether or not the rest can be called off, it is not read.
            let _ = reader.cancel();
            return Err(format!(
                "the echo's answer is longer than {ECHO_BYTES} bytes"
            ));
        }
        body.extend(chunk.to_vec());
    }
    Ok(body)
}

async fn chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, String> {
    let read = settled(Ok(reader.read().into())).await?;
    let part = |name: &str| Reflect::get(&read, &name.into()).unwrap_or_default();
    if part("done").is_truthy() {
        return Ok(None);
    }
    // Firefox hands an extension page the bytes of another realm, which are no instance of this
    // one's class; they are copied.
    let bytes = part("value");
    if !bytes.is_object() {
        return Err("the echo's answer is not bytes".to_owned());
    }
    Ok(Some(Uint8Array::new(&bytes)))
}
