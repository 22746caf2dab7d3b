//! The view that something outside of it opens: a click on a notification, a key, the menu of a page.

use chrome::{api, object, settled};
use ipc::Place;
use js_sys::{Array, JsString, Reflect, encode_uri};
use wasm_bindgen::prelude::*;

/// A chat window of its own: the popup's size and the window's frame.
const WINDOW: (u32, u32) = (400, 640);

/// Shows a place of the popup's page: in the tab or window that has the page, else in a new window, or a new tab where
/// there are no windows.
pub(crate) async fn open(place: &Place) -> Result<(), String> {
    let page = api().runtime().url("popup.html");
    let url = format!("{page}{}", String::from(encode_uri(&place.to_fragment())));
    if let Some((tab, window)) = found(&page).await {
        settled(
            api()
                .tabs()
                .update(tab, &object([("active", true.into()), ("url", url.into())])),
        )
        .await?;
        if let Some(windows) = api().windows() {
            settled(windows.update(window, &object([("focused", true.into())]))).await?;
        }
        return Ok(());
    }
    let Some(windows) = api().windows() else {
        let tab = object([("url", url.into())]);
        return settled(api().tabs().create(&tab)).await.map(drop);
    };
    let (width, height) = WINDOW;
    let data = object([
        ("url", url.into()),
        ("type", "popup".into()),
        ("width", width.into()),
        ("height", height.into()),
    ]);
    settled(windows.create(&data)).await.map(drop)
}

/// The tab and window of a view that is open; `None` also where the browser cannot say.
async fn found(page: &str) -> Option<(f64, f64)> {
    let filter = object([("contextTypes", Array::of1(&"TAB".into()).into())]);
    let contexts = settled(api().runtime().contexts(&filter)).await.ok()?;
    Array::from(&contexts).iter().find_map(|context| {
        let part = |name: &str| Reflect::get(&context, &name.into()).ok();
        let url = part("documentUrl")?
            .dyn_into::<JsString>()
            .ok()
            .map(String::from)?;
        url.starts_with(page).then_some(())?;
        Some((part("tabId")?.as_f64()?, part("windowId")?.as_f64()?))
    })
}
