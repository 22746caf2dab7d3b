//! Scanning a QR code: with the camera, in a picture that is chosen, or in one that is pasted.

use super::parts::Dispatch;
use crate::chosen::{self, Chosen};
use crate::i18n::{Text, t};
use crate::scanner::{Camera, Reader};
use crate::state::{Action, ContactEdit, InvitesEdit};
use ipc::{ContactId, Hidden, Place};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, File, HtmlInputElement, HtmlVideoElement};
use yew::prelude::*;

/// What is to be scanned.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The safety number that the device of a contact shows.
    Safety(ContactId),
    /// An invite.
    Invite,
}

impl What {
    fn hint(&self) -> Text {
        match self {
            Self::Safety(_) => Text::ScanSafety,
            Self::Invite => Text::ScanInvite,
        }
    }

    /// Returns where this is.
    fn place(&self) -> Place {
        match self {
            Self::Safety(contact) => Place::Contact(contact.clone()),
            Self::Invite => Place::Invites,
        }
    }

    /// Returns what is done with what a code says.
    fn found(&self, text: String) -> Vec<Action> {
        match self {
            Self::Safety(contact) => {
                let scanned = ContactEdit::Scanned(contact.clone(), text);
                vec![Action::Contact(scanned)]
            }
            Self::Invite => {
                let edits = [InvitesEdit::Text(Hidden(text)), InvitesEdit::Use];
                edits.map(Action::Invites).into()
            }
        }
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) what: What,
    pub(super) dispatch: Dispatch,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    Starting,
    Looking,
    Read,
    Nothing,
    NoCamera,
    NoReader,
}

impl Stage {
    fn text(self) -> Option<Text> {
        match self {
            Self::Idle | Self::Starting => None,
            Self::Looking => Some(Text::ScanLooking),
            Self::Read => Some(Text::ScanRead),
            Self::Nothing => Some(Text::ScanNothing),
            Self::NoCamera => Some(Text::ScanNoCamera),
            Self::NoReader => Some(Text::ScanNoReader),
        }
    }
}

/// The camera while it is on.
type On = Rc<RefCell<Option<Rc<Camera>>>>;

/// What scans, and says what came of it.
#[component]
pub(super) fn Scan(props: &Props) -> Html {
    let stage = use_state_eq(|| Stage::Idle);
    let (video, input) = (use_node_ref(), use_node_ref());
    let on: On = use_mut_ref(|| None);
    let found = {
        let (what, dispatch) = (props.what.clone(), props.dispatch.clone());
        Callback::from(move |text| {
            what.found(text)
                .into_iter()
                .for_each(|action| dispatch.emit(action))
        })
    };
    let hint = t(props.what.hint());
    let in_tab = format!("popup.html{}", props.what.place().to_fragment());
    let look_at = {
        let (stage, found) = (stage.setter(), found.clone());
        Callback::from(move |file: File| {
            let (stage, found) = (stage.clone(), found.clone());
            spawn_local(async move { stage.set(in_picture(&file, &found).await) });
        })
    };
    {
        let look_at = look_at.clone();
        use_effect_with((), move |()| {
            let paste =
                crate::browser::listen_document("paste", move |event| pasted(event, &look_at));
            move || drop(paste)
        });
    }
    {
        let on = Rc::clone(&on);
        use_effect_with((), move |()| move || switch_off(&on));
    }
    let toggle = {
        let (now, stage) = (*stage, stage.setter());
        let (video, on) = (video.clone(), Rc::clone(&on));
        Callback::from(move |_: MouseEvent| {
            let Some(video) = video.cast::<HtmlVideoElement>() else {
                return;
            };
            if now == Stage::Looking {
                return switch_off(&on);
            }
            if now == Stage::Starting {
                return;
            }
            stage.set(Stage::Starting);
            let (stage, on, found) = (stage.clone(), Rc::clone(&on), found.clone());
            spawn_local(async move {
                let over = with_camera(video, &on, &stage, &found).await;
                switch_off(&on);
                stage.set(over);
            });
        })
    };
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = Callback::from(move |event: Event| {
        let chosen = chosen::chosen(&event.target_unchecked_into());
        picture_of(chosen)
            .into_iter()
            .for_each(|file| look_at.emit(file));
    });
    let label = if *stage == Stage::Looking {
        Text::ScanStop
    } else {
        Text::ScanCamera
    };
    let busy = *stage == Stage::Starting;
    html! {
        <div class="scan" role="group" aria-label={hint.clone()}>
            <p class="hint">{ hint }</p>
            <a class="hint tab-hint" href={in_tab} target="_blank">
                { t(Text::ScanInTab) }
            </a>
            <div class="acts">
                <button type="button" class="soft" onclick={choose}>{ t(Text::ScanPicture) }</button>
                <button type="button" class="soft with-camera" onclick={toggle}
                    aria-disabled={busy.to_string()}>
                    { t(label) }
                </button>
            </div>
            <input ref={input} type="file" accept="image/*" hidden=true {onchange} />
            <video ref={video} class="camera" hidden={*stage != Stage::Looking} muted=true
                playsinline=true aria-hidden="true" />
            <p class="hint" role="status">{ stage.text().map(t) }</p>
        </div>
    }
}

fn switch_off(on: &On) {
    if let Some(camera) = on.take() {
        camera.switch_off();
    }
}

/// Looks at what the camera sees until there is a code, or it is switched off.
async fn with_camera(
    video: HtmlVideoElement,
    on: &On,
    stage: &UseStateSetter<Stage>,
    found: &Callback<String>,
) -> Stage {
    let Some(reader) = Reader::load().await else {
        return Stage::NoReader;
    };
    let Some(camera) = Camera::switch_on(video).await.map(Rc::new) else {
        return Stage::NoCamera;
    };
    on.replace(Some(Rc::clone(&camera)));
    stage.set(Stage::Looking);
    match reader.camera(&camera).await {
        Some(text) => {
            found.emit(text);
            Stage::Read
        }
        None => Stage::Idle,
    }
}

async fn in_picture(file: &File, found: &Callback<String>) -> Stage {
    let Some(reader) = Reader::load().await else {
        return Stage::NoReader;
    };
    match reader.picture(file).await {
        Some(text) => {
            found.emit(text);
            Stage::Read
        }
        None => Stage::Nothing,
    }
}

fn pasted(event: &Event, look_at: &Callback<File>) {
    if let Some(file) = picture_of(chosen::pasted(event)) {
        event.prevent_default();
        look_at.emit(file);
    }
}

fn picture_of(chosen: Vec<Chosen>) -> Option<File> {
    chosen.into_iter().find_map(|chosen| match chosen {
        Chosen::File(file) if file.type_().starts_with("image/") => Some(file),
        Chosen::File(_) | Chosen::Files(..) | Chosen::Folder(_) => None,
    })
}
