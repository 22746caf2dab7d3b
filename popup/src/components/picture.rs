//! Pictures: the small one in a chat, and one in full over the page.

use super::dialog::show_over_all;
use super::ids::picture_id;
use super::parts::{Dispatch, icon, on};
use crate::browser::SizeWatch;
use crate::i18n::{Text, fill, t};
use crate::state::{Action, Picture, PictureEdit, PictureShown};
use crate::{attach, words};
use ipc::Message;
use std::rc::Rc;
use web_sys::{Element, HtmlImageElement};
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(super) struct ThumbnailProps {
    pub(super) message: Rc<Message>,
    /// Whether the picture itself can be looked at.
    pub(super) opens: bool,
    pub(super) dispatch: Dispatch,
}

/// The small picture of a picture. Looked at once: the card is painted again with every piece.
#[component]
pub(super) fn Thumbnail(props: &ThumbnailProps) -> Html {
    let small = small(&props.message, "thumbnail");
    let Some(file) = props.message.file.as_ref().filter(|_| props.opens) else {
        return small.unwrap_or_default();
    };
    let open = PictureEdit::Open(Rc::clone(&props.message));
    let class = match small {
        Some(_) => "opens",
        None => "soft",
    };
    let label = fill(Text::PictureOpen, &[&words::isolate(&file.offer.name)]);
    html! {
        <button type="button" id={picture_id(&file.transfer)} {class} aria-label={label}
            onclick={on(&props.dispatch, Action::Picture(open))}>
            { small.unwrap_or_else(|| html! { { t(Text::PictureShow) } }) }
        </button>
    }
}

/// Returns the small picture of a message, where there is one that can be shown.
fn small(message: &Message, class: &'static str) -> Option<Html> {
    let text = message.file.as_ref()?.offer.thumbnail.as_deref()?;
    let (width, height) = attach::thumbnail_size(text)?;
    Some(html! {
        <img {class} src={format!("data:image/jpeg;base64,{text}")} alt=""
            width={width.to_string()} height={height.to_string()} />
    })
}

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) picture: Picture,
    pub(super) dispatch: Dispatch,
}

/// A picture in full, over everything else: the state gives the focus back to the picture in the chat.
#[component]
pub(super) fn PictureDialog(props: &Props) -> Html {
    let (dialog, image, stage) = (use_node_ref(), use_node_ref(), use_node_ref());
    let (larger, natural) = (use_state_eq(|| false), use_state_eq(|| false));
    {
        let (dialog, dispatch) = (dialog.clone(), props.dispatch.clone());
        let closed = Action::Picture(PictureEdit::Close);
        use_effect_with((), move |()| show_over_all(&dialog, dispatch, closed));
    }
    // Whether more of it can be seen than fits: asked when it is there, and when the window gets another size.
    let look = {
        let (larger, image, stage) = (larger.setter(), image.clone(), stage.clone());
        Callback::from(move |()| {
            let both = image
                .cast::<HtmlImageElement>()
                .zip(stage.cast::<Element>());
            larger.set(both.is_some_and(|(image, stage)| is_larger(&image, &stage)));
        })
    };
    {
        let (stage, look) = (stage.clone(), look.clone());
        use_effect_with((), move |()| {
            let stage = stage.cast::<Element>();
            let watch = stage.and_then(|stage| SizeWatch::begin(&stage, move || look.emit(())));
            move || drop(watch)
        });
    }
    let file = props.picture.message.file.as_ref();
    let name = file.map_or("", |file| file.offer.name.as_str());
    let zoom = {
        let (larger, natural) = (*larger, natural.clone());
        Callback::from(move |_: MouseEvent| natural.set(larger && !*natural))
    };
    let zoomed = *natural && *larger;
    html! {
        <dialog ref={dialog} class="picture" aria-labelledby="picture-name">
            <header class="picture-head">
                <h2 id="picture-name" title={name.to_owned()}><bdi>{ name }</bdi></h2>
                if *larger {
                    <button type="button" class="soft" aria-pressed={zoomed.to_string()} onclick={zoom.clone()}>
                        { t(Text::PictureNatural) }
                    </button>
                }
                <button type="button" class="quiet icon-only" autofocus=true aria-label={t(Text::PictureClose)}
                    title={t(Text::PictureClose)} onclick={on(&props.dispatch, Action::Picture(PictureEdit::Close))}>
                    { icon("close") }
                </button>
            </header>
            // What is larger than its place is moved by the arrow keys too.
            <div ref={stage} class={classes!("picture-stage", zoomed.then_some("natural"))}
                role="group" aria-label={name.to_owned()} tabindex={zoomed.then_some("0")}>
                { shown(props, &image, (*larger).then_some(zoom), look) }
            </div>
        </dialog>
    }
}

fn is_larger(image: &HtmlImageElement, stage: &Element) -> bool {
    let exceeds = |natural: u32, room: i32| u32::try_from(room).is_ok_and(|room| natural > room);
    exceeds(image.natural_width(), stage.client_width())
        || exceeds(image.natural_height(), stage.client_height())
}

/// Returns the picture; or the small one, and why.
fn shown(
    props: &Props,
    image: &NodeRef,
    zoom: Option<Callback<MouseEvent>>,
    look: Callback<()>,
) -> Html {
    let Picture {
        message,
        transfer,
        shown,
    } = &props.picture;
    let own = message.state.is_own();
    let why = match shown {
        PictureShown::At(address) => {
            let broken = PictureEdit::Broken(transfer.clone());
            let name = message.file.as_ref().map(|file| file.offer.name.clone());
            return html! {
                <img ref={image} class={classes!("full", zoom.is_some().then_some("zooms"))}
                    src={address.clone()} alt={name} onclick={zoom} onload={look.reform(|_| ())}
                    onerror={on(&props.dispatch, Action::Picture(broken))} />
            };
        }
        PictureShown::Reading => None,
        PictureShown::Not(why) => Some(words::picture_error(own, *why)),
    };
    html! {
        <>
            { small(message, "full") }
            <p role="status">{ why.map(t) }</p>
        </>
    }
}
