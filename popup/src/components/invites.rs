//! The page with the invites.

use super::fields::{Field, text};
use super::parts::{Dispatch, on, page_head, page_title};
use super::qr::Qr;
use super::scan::{Scan, What};
use crate::browser;
use crate::i18n::{Text, browser_language, fill, t};
use crate::state::{Action, INVITE, InvitesEdit, InvitesPage, State, Using};
use crate::words;
use ipc::{Hidden, Invite};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The page with the invites.
pub(super) fn invites(state: &State, page: &InvitesPage, dispatch: &Dispatch) -> Html {
    let open = state.open_invites_in_order().into_iter().enumerate();
    html! {
        <main class="page">
            { page_head(dispatch, page_title(Text::Invites)) }
            <div class="page-body">
                <div class="card">
                    <p>{ t(Text::InvitesHint) }</p>
                    <button type="button" class="primary"
                        onclick={on(dispatch, Action::Invites(InvitesEdit::Make))}>
                        { t(Text::NewInvite) }
                    </button>
                    if let Some(refusal) = &page.refusal {
                        <p class="error" role="alert">{ words::refusal(refusal) }</p>
                    }
                </div>
                <ul class="cards">
                    { for open.map(|(index, invite)| open_invite(page, invite, index, dispatch)) }
                </ul>
                { use_invite(page, dispatch) }
            </div>
        </main>
    }
}

fn open_invite(page: &InvitesPage, invite: &Invite, index: usize, dispatch: &Dispatch) -> Html {
    let number = (index + 1).to_string();
    let id = format!("invite-{number}");
    let copied = page
        .copied
        .as_ref()
        .filter(|(which, _)| *which == invite.id);
    let said = copied.map(|(_, done)| {
        t(if *done {
            Text::Copied
        } else {
            Text::CopyFailed
        })
    });
    let until = browser::moment(invite.expires, browser_language().as_deref());
    let act = |edit| on(dispatch, Action::Invites(edit));
    // The whole of it is wanted: one click selects it.
    let onfocus = Callback::from(|event: FocusEvent| {
        event.target_unchecked_into::<HtmlInputElement>().select();
    });
    html! {
        <li class="card invite" key={invite.id.0.clone()}>
            <Qr text={invite.link.0.clone()} label={fill(Text::InviteCode, &[&number])} />
            <div class="invite-side">
                <label for={id.clone()}>{ fill(Text::InviteLink, &[&number]) }</label>
                <input id={id.clone()} class="mono" readonly=true value={invite.link.0.clone()}
                    {onfocus} dir="ltr" />
                <p class="hint">{ fill(Text::InviteExpires, &[&until]) }</p>
                <div class="acts">
                    <button type="button" class="soft" aria-describedby={id.clone()}
                        onclick={act(InvitesEdit::Copy(invite.id.clone()))}>
                        { t(Text::Copy) }
                    </button>
                    <button type="button" class="quiet" aria-describedby={id}
                        onclick={act(InvitesEdit::Cancel(invite.id.clone()))}>
                        { t(Text::CancelInvite) }
                    </button>
                </div>
                <p class="hint" role="status">{ said }</p>
            </div>
        </li>
    }
}

fn use_invite(page: &InvitesPage, dispatch: &Dispatch) -> Html {
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Invites(InvitesEdit::Use)
    });
    let (said, error) = match &page.using {
        Using::No => (None, None),
        Using::Asking => (Some(t(Text::AskedConnecting)), None),
        Using::Asked => (Some(t(Text::InviteAsked)), None),
        Using::Refused(refusal) => (None, Some(words::refusal(refusal))),
        Using::Interrupted => (Some(t(Text::Interrupted)), None),
    };
    let field = Field {
        hint: Some(t(Text::UseInviteHint)),
        error,
        ..Field::new(INVITE, Text::InviteField, &page.text.0)
    };
    let typed = dispatch.reform(|text| Action::Invites(InvitesEdit::Text(Hidden(text))));
    html! {
        <form class="card" {onsubmit} novalidate=true aria-labelledby="use-heading">
            <h2 id="use-heading">{ t(Text::UseInvite) }</h2>
            <Scan what={What::Invite} dispatch={dispatch.clone()} />
            { text(field, typed) }
            <div class="form-foot">
                <p role="status" class="hint">{ said }</p>
                <button type="submit" class="primary"
                    aria-disabled={(page.using == Using::Asking).to_string()}>
                    { t(Text::Connect) }
                </button>
            </div>
        </form>
    }
}
