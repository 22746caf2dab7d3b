//! The page with the invites.

use super::*;

fn id(id: &str) -> InviteId {
    InviteId(id.to_owned())
}

fn invite(name: &str, expires: UnixMillis) -> Event {
    Event::Invite(Invite {
        id: id(name),
        link: Hidden(format!("meshchat-invite:{name}")),
        expires,
    })
}

fn on_page() -> Sut {
    let mut view = Sut::with_anna();
    let effects = view.act(Action::OpenInvites);
    assert_eq!(effects, [Effect::Focus(Target::Page)]);
    view
}

fn edit(view: &mut Sut, edit: InvitesEdit) -> Vec<Effect> {
    view.act(Action::Invites(edit))
}

fn page(view: &Sut) -> &InvitesPage {
    let View::Invites(page) = &view.state.view else {
        panic!("the invites are open");
    };
    page
}

fn open(view: &Sut) -> Vec<&str> {
    let invites = view.state.open_invites_in_order();
    invites.into_iter().map(|invite| &*invite.id.0).collect()
}

fn paste(view: &mut Sut, text: &str) -> Vec<Effect> {
    edit(view, InvitesEdit::Text(Hidden(text.to_owned())));
    edit(view, InvitesEdit::Use)
}

#[test]
fn open_invites_are_shown_the_oldest_first_and_go_when_they_are_used() {
    let mut view = on_page();
    view.event(invite("b", 1));
    view.event(invite("a", 2));
    assert_eq!(open(&view), ["b", "a"]);
    view.event(Event::InviteGone(id("b")));
    assert_eq!(open(&view), ["a"]);
}

#[test]
fn attaching_again_restores_the_invites_and_keeps_the_page() {
    let mut view = on_page();
    view.event(invite("a", 1));
    view.event(invite("b", 2));
    view.act(Action::Closed);
    assert_eq!(open(&view), ["a", "b"], "they stay meanwhile");
    view.event(invite("b", 2));
    view.attach();
    assert_eq!(open(&view), ["b"]);
    page(&view);
}

#[test]
fn one_invite_is_made_at_a_time_and_a_refusal_said() {
    let mut view = on_page();
    let sent = edit(&mut view, InvitesEdit::Make);
    assert_eq!(commands(&sent), [&Command::Invite]);
    assert_eq!(edit(&mut view, InvitesEdit::Make), []);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::InvitesFull));
    assert_eq!(page(&view).refusal, Some(Refusal::InvitesFull));
    edit(&mut view, InvitesEdit::Make);
    assert_eq!(page(&view).refusal, None);
}

#[test]
fn an_invite_is_copied_and_cancelled() {
    let mut view = on_page();
    view.event(invite("a", 1));
    let link = Hidden("meshchat-invite:a".to_owned());
    let effects = edit(&mut view, InvitesEdit::Copy(id("a")));
    assert_eq!(effects, [Effect::Copy(id("a"), link)]);
    assert!(!format!("{effects:?}").contains("meshchat"), "not for logs");
    edit(&mut view, InvitesEdit::Copied(id("a"), true));
    assert_eq!(page(&view).copied, Some((id("a"), true)));
    assert_eq!(edit(&mut view, InvitesEdit::Copy(id("gone"))), []);

    let effects = edit(&mut view, InvitesEdit::Cancel(id("a")));
    let invite = id("a");
    assert_eq!(commands(&effects), [&Command::CancelInvite { invite }]);
    assert!(
        effects.contains(&Effect::Focus(Target::Page)),
        "the button goes"
    );
}

#[test]
fn an_invite_is_used_once_and_success_is_said() {
    let mut view = on_page();
    let sent = paste(&mut view, " meshchat-invite:x\n");
    let link = Hidden("meshchat-invite:x".to_owned());
    assert_eq!(commands(&sent), [&Command::UseInvite { link }]);
    assert_eq!(page(&view).using, Using::Asking);
    assert_eq!(edit(&mut view, InvitesEdit::Use), [], "one at a time");
    view.reply(command_id(&sent).unwrap(), None);
    assert_eq!(page(&view).using, Using::Asked);
    assert_eq!(page(&view).text, Hidden(String::new()));
}

#[test]
fn a_refused_invite_stays_in_its_field_with_the_reason() {
    let mut view = on_page();
    let sent = paste(&mut view, "rubbish");
    let focus = view.reply(command_id(&sent).unwrap(), Some(Refusal::InviteMalformed));
    assert_eq!(page(&view).using, Using::Refused(Refusal::InviteMalformed));
    assert_eq!(page(&view).text, Hidden("rubbish".to_owned()));
    assert_eq!(focus, [Effect::Focus(Target::Field(INVITE.to_owned()))]);
    edit(&mut view, InvitesEdit::Text(Hidden("r".to_owned())));
    assert_eq!(page(&view).using, Using::No);
}

#[test]
fn a_refusal_after_the_page_was_left_becomes_an_alert_and_a_crash_is_said() {
    let mut view = on_page();
    paste(&mut view, "meshchat-invite:x");
    view.act(Action::Closed);
    assert_eq!(page(&view).using, Using::Interrupted);
    view.attach();
    let sent = edit(&mut view, InvitesEdit::Use);
    view.act(Action::Back);
    view.reply(command_id(&sent).unwrap(), Some(Refusal::InviteExpired));
    assert_eq!(view.state.alerts.shown().len(), 1);
}
