//! One waiting request.

use super::{Dispatch, mark, on, request_id, with_name};
use crate::i18n::{Text, t};
use crate::state::Action;
use ipc::Request;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) request: Request,
    /// The answer is on its way.
    pub(super) busy: bool,
    pub(super) dispatch: Dispatch,
}

/// Somebody asks to connect.
#[component]
pub(super) fn RequestRow(props: &Props) -> Html {
    let request = &props.request;
    let id = request_id(&request.id);
    let name_id = format!("{id}-name");
    let button = |label, class, action| {
        html! {
            <button type="button" {class} onclick={on(&props.dispatch, action)}
                aria-disabled={props.busy.to_string()} aria-describedby={name_id.clone()}>
                { t(label) }
            </button>
        }
    };
    html! {
        <li {id} tabindex="-1" class="request">
            <div class="who">
                <p class="name" title={request.name.clone()}>
                    { mark(false) }<bdi id={name_id.clone()}>{ &request.name }</bdi>
                </p>
                <p class="detail">{ t(Text::RequestAsks) }</p>
                if let Some(name) = &request.resembles {
                    <p class="detail warn">{ with_name(Text::NotYourContact, name) }</p>
                }
                if let Some(note) = &request.note {
                    <p class="note" dir="auto">{ note }</p>
                }
            </div>
            <div class="acts">
                { button(Text::Reject, "soft", Action::Reject(request.id.clone())) }
                { button(Text::Accept, "primary", Action::Accept(request.id.clone())) }
            </div>
        </li>
    }
}
