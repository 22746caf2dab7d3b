//! One waiting request.

use super::ids::request_id;
use super::parts::{Dispatch, mark, on, with_name};
use crate::i18n::{Text, fill, t};
use crate::state::Action;
use crate::words;
use ipc::Request;
use yew::prelude::*;

/// Returns the row of somebody who asks to connect; `busy` while the answer is on its way.
pub(super) fn request_row(request: &Request, busy: bool, dispatch: &Dispatch) -> Html {
    let id = request_id(&request.id);
    let name_id = format!("{id}-name");
    let button = |label, class, action| {
        html! {
            <button type="button" {class} onclick={on(dispatch, action)}
                aria-disabled={busy.to_string()} aria-describedby={name_id.clone()}>
                { t(label) }
            </button>
        }
    };
    let hint = fill(Text::IgnoreHint, &[&words::isolate(&request.name)]);
    let ignore = html! {
        <button type="button" class="quiet" title={hint}
            onclick={on(dispatch, Action::Ignore(request.id.clone()))}
            aria-disabled={busy.to_string()} aria-describedby={name_id.clone()}>
            { t(Text::Ignore) }
        </button>
    };
    // Whoever is accepted already is being looked for: only that can be taken back.
    let open = !request.accepted;
    let says = if open {
        Text::RequestAsks
    } else {
        Text::RequestAccepted
    };
    html! {
        <li key={id.clone()} {id} tabindex="-1" class="request">
            <div class="who">
                <p class="name" title={request.name.clone()}>
                    { mark(false) }<bdi id={name_id.clone()}>{ &request.name }</bdi>
                </p>
                <p class="detail">{ t(says) }</p>
                if request.invited {
                    <p class="detail said">{ t(Text::RequestInvited) }</p>
                }
                if let Some(name) = &request.resembles {
                    <p class="detail warn">{ with_name(Text::NotYourContact, name) }</p>
                }
                if let Some(note) = &request.note {
                    <p class="note" dir="auto">{ note }</p>
                }
            </div>
            <div class="acts">
                if open && !request.invited {
                    { ignore }
                }
                { button(Text::Reject, "soft", Action::Reject(request.id.clone())) }
                if open {
                    { button(Text::Accept, "primary", Action::Accept(request.id.clone())) }
                }
            </div>
        </li>
    }
}
