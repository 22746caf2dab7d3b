//! A file that is offered, with what can be done about it.

use super::ids::file_id;
use super::parts::{Dispatch, icon, on};
use super::picture::Thumbnail;
use crate::chosen::{self, Chooser};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, FileEdit, FileShown, Stage};
use crate::{attach, permissions, words};
use ipc::{ContactId, FileChoice, FileCommand, Message, TransferId, TransferState};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) contact: ContactId,
    pub(super) transfer: TransferId,
    pub(super) own: bool,
    pub(super) name: String,
    pub(super) size: u64,
    /// Of a folder: how many files are in it.
    #[prop_or_default]
    pub(super) folder: Option<u32>,
    pub(super) shown: FileShown,
    /// Whether it can be accepted: it is stored here.
    #[prop_or(true)]
    pub(super) stored: bool,
    /// The message with its small picture.
    #[prop_or_default]
    pub(super) message: Option<Rc<Message>>,
    pub(super) dispatch: Dispatch,
}

/// A file.
#[component]
pub(super) fn FileCard(props: &Props) -> Html {
    // A folder has no ending that a computer would carry out.
    let (stem, ending) = match props.folder {
        Some(_) => (props.name.as_str(), None),
        None => words::parted(&props.name),
    };
    let line = words::file_line(props.own, props.shown.stage, props.shown.chosen);
    let moves = match props.shown.stage {
        Stage::At(state) => !state.has_ended() && state != TransferState::Offered,
        Stage::Undecided | Stage::Deciding | Stage::Forgotten => false,
    };
    html! {
        <div class="file" id={file_id(&props.transfer)} tabindex="-1" role="group"
            aria-label={props.name.clone()}>
            <div class="file-head">
                { icon(if props.folder.is_some() { "folder" } else { "file" }) }
                <div class="who">
                    <p id={name_id(&props.transfer)} class="file-name" title={props.name.clone()}>
                        <bdi>{ stem }</bdi>
                        if let Some(ending) = ending {
                            <bdi class="ending">{ ending }</bdi>
                        }
                    </p>
                    <p class="detail">{ words::extent(props.size, props.folder) }</p>
                </div>
            </div>
            if let Some(message) = &props.message {
                <Thumbnail message={Rc::clone(message)} opens={opens(props, message)}
                    dispatch={props.dispatch.clone()} />
            }
            if let Some(ending) = ending.filter(|_| !props.own) {
                <p class="detail warn">{ fill(Text::FileProgram, &[ending]) }</p>
            }
            if props.shown.cleaned {
                <p class="detail">{ t(Text::FileCleaned) }</p>
            }
            // Each percent read aloud would drown everything else: the end is said elsewhere.
            <div class="file-way" aria-live="off">
                <p class={classes!("file-state", line.tone.class())}>
                    { icon(line.icon) }<span>{ t(line.text) }</span>
                </p>
                if moves {
                    { bar(props) }
                    <p class="detail">{ words::progress(&props.shown, props.size) }</p>
                }
            </div>
            { buttons(props) }
        </div>
    }
}

/// Returns whether the picture can be looked at in full: once it is here.
fn opens(props: &Props, message: &Message) -> bool {
    let is_here = props.own || props.shown.stage == Stage::At(TransferState::Saved);
    let file = message.file.as_ref();
    is_here && file.is_some_and(|file| file.offer.is_picture())
}

fn name_id(transfer: &TransferId) -> String {
    format!("{}-name", file_id(transfer))
}

fn bar(props: &Props) -> Html {
    html! {
        <progress max={props.size.max(1).to_string()} value={props.shown.bytes.to_string()}
            aria-label={fill(Text::FileProgress, &[&words::isolate(&props.name)])} />
    }
}

fn buttons(props: &Props) -> Html {
    let id = name_id(&props.transfer);
    match props.shown.stage {
        Stage::Undecided | Stage::Deciding if !props.own => {
            let busy = !props.stored || props.shown.stage == Stage::Deciding;
            let to_have = |choice| (!busy).then(|| to_save(props, decide(props, choice)));
            let decline = || {
                on(
                    &props.dispatch,
                    Action::File(decide(props, FileChoice::Decline)),
                )
            };
            let decline = (!busy).then(decline);
            html! {
                <div class="acts">
                    <button type="button" class="soft" onclick={decline}
                        aria-disabled={busy.to_string()} aria-describedby={id.clone()}>
                        { t(Text::FileDecline) }
                    </button>
                    <button type="button" class="soft" onclick={to_have(FileChoice::SaveAs)}
                        aria-disabled={busy.to_string()} aria-describedby={id.clone()}>
                        { t(Text::FileSaveAs) }
                    </button>
                    <button type="button" class="primary" onclick={to_have(FileChoice::Accept)}
                        aria-disabled={busy.to_string()} aria-describedby={id}>
                        { t(Text::Accept) }
                    </button>
                </div>
            }
        }
        Stage::At(TransferState::Unsaved) => html! {
            <div class="acts">
                { command(props, Text::Cancel, FileCommand::Cancel) }
                { saving(props, "primary", Text::FileSaveAgain, FileEdit::Command(props.transfer.clone(), FileCommand::Save)) }
            </div>
        },
        Stage::At(state) if props.own && state.may_be_accepted_again(true) => html! {
            <div class="acts">{ command(props, Text::FileWithdraw, FileCommand::Cancel) }</div>
        },
        Stage::At(state) if !props.own && state.may_be_accepted_again(false) => html! {
            <div class="acts">
                { saving(props, "soft", Text::FileSaveAs, decide(props, FileChoice::SaveAs)) }
                { saving(props, "primary", Text::FileAcceptAgain, decide(props, FileChoice::Accept)) }
            </div>
        },
        Stage::At(state) if !state.has_ended() && state != TransferState::Saving => {
            let paused = state == TransferState::Paused { there: false };
            let again = props.own && state == TransferState::NeedsFile;
            let can_pause = !again && state != TransferState::Offered;
            let (label, pause) = if paused {
                (Text::FileResume, FileCommand::Pause(false))
            } else {
                (Text::FilePause, FileCommand::Pause(true))
            };
            html! {
                <div class="acts">
                    { command(props, Text::Cancel, FileCommand::Cancel) }
                    if again {
                        { for Chooser::of(props.folder).iter().map(|by| choose_again(props, *by)) }
                    }
                    if can_pause {
                        { command(props, label, pause) }
                    }
                </div>
            }
        }
        Stage::Undecided | Stage::Deciding | Stage::Forgotten | Stage::At(_) => Html::default(),
    }
}

fn command(props: &Props, label: Text, command: FileCommand) -> Html {
    let edit = FileEdit::Command(props.transfer.clone(), command);
    html! {
        <button type="button" class="soft" onclick={on(&props.dispatch, Action::File(edit))}
            aria-describedby={name_id(&props.transfer)}>
            { t(label) }
        </button>
    }
}

fn decide(props: &Props, choice: FileChoice) -> FileEdit {
    FileEdit::Decide(props.contact.clone(), props.transfer.clone(), choice)
}

/// Returns a button after which something is saved.
fn saving(props: &Props, class: &'static str, label: Text, edit: FileEdit) -> Html {
    html! {
        <button type="button" {class} onclick={to_save(props, edit)}
            aria-describedby={name_id(&props.transfer)}>
            { t(label) }
        </button>
    }
}

/// Asks in the same click for what is needed to save. Without that the browser is asked in another way.
fn to_save(props: &Props, edit: FileEdit) -> Callback<MouseEvent> {
    let dispatch = props.dispatch.clone();
    Callback::from(move |_| {
        let (dispatch, edit) = (dispatch.clone(), edit.clone());
        permissions::ask_downloads(move |_| dispatch.emit(Action::File(edit)));
    })
}

fn choose_again(props: &Props, by: Chooser) -> Html {
    html! {
        <ChooseAgain contact={props.contact.clone()} {by}
            transfer={props.transfer.clone()} dispatch={props.dispatch.clone()} />
    }
}

#[derive(PartialEq, Properties)]
struct AgainProps {
    contact: ContactId,
    by: Chooser,
    transfer: TransferId,
    dispatch: Dispatch,
}

/// The button by which a file is chosen again.
#[component]
fn ChooseAgain(props: &AgainProps) -> Html {
    let input = use_node_ref();
    let open = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let (contact, transfer) = (props.contact.clone(), props.transfer.clone());
    let dispatch = props.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let again = chosen::chosen(&event.target_unchecked_into());
        if let Some(again) = again.into_iter().next() {
            attach::keep_as(transfer.clone(), again);
            let edit = FileEdit::ChosenAgain(contact.clone(), transfer.clone());
            dispatch.emit(Action::File(edit));
        }
    });
    let (many, folder) = (props.by != Chooser::File, props.by == Chooser::Folder);
    let label = match props.by {
        Chooser::File => Text::FileChooseAgain,
        Chooser::Files => Text::FilesChooseAgain,
        Chooser::Folder => Text::FolderChooseAgain,
    };
    html! {
        <>
            <input ref={input} type="file" hidden=true multiple={many} webkitdirectory={folder} {onchange} />
            <button type="button" class="primary" onclick={open}
                aria-describedby={name_id(&props.transfer)}>
                { t(label) }
            </button>
        </>
    }
}
