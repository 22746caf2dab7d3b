//! A picture in full: opened, read, closed, and never left behind.

use super::*;
use ipc::limits::PICTURE_BYTES;
use ipc::{FileOffer, Offered, TransferId};
use std::rc::Rc;

fn id(name: &str) -> TransferId {
    TransferId(name.to_owned())
}

fn picture(name: &str, size: u64) -> Rc<Message> {
    let offer = FileOffer {
        name: name.to_owned(),
        size,
        kind: "image/png".to_owned(),
        modified: None,
        thumbnail: None,
        folder: None,
    };
    let transfer = id(name);
    Rc::new(Message {
        file: Some(Offered { transfer, offer }),
        ..message(1, MessageState::Received, name)
    })
}

fn edit(view: &mut Sut, edit: PictureEdit) -> Vec<Effect> {
    view.act(Action::Picture(edit))
}

fn open(view: &mut Sut, name: &str, size: u64) -> Vec<Effect> {
    edit(view, PictureEdit::Open(picture(name, size)))
}

fn read(view: &mut Sut, name: &str) -> Vec<Effect> {
    let address = format!("blob:{name}");
    edit(view, PictureEdit::Read(id(name), Ok(address)))
}

/// What the engine is told: that the chat is seen, or that a picture covers it.
fn watching(seen: bool) -> Effect {
    Effect::Post(ToEngine::Watching {
        contact: seen.then(|| contact("a")),
        visible: true,
        focused: true,
    })
}

fn shown(view: &Sut) -> Option<&PictureShown> {
    view.state.picture.as_ref().map(|picture| &picture.shown)
}

fn gone(name: &str) -> Effect {
    Effect::LetGo(format!("blob:{name}"))
}

#[test]
fn a_picture_is_read_and_shown_and_back_closes_it_and_nothing_else() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let asked = Effect::ReadPicture {
        transfer: id("a"),
        size: 5,
    };
    assert_eq!(open(&mut view, "a", 5), [asked, watching(false)]);
    assert_eq!(shown(&view), Some(&PictureShown::Reading));
    assert_eq!(read(&mut view, "a"), []);
    assert_eq!(shown(&view), Some(&PictureShown::At("blob:a".to_owned())));

    let back = Effect::Focus(Target::Picture(id("a")));
    let closed = [gone("a"), watching(true), back];
    assert_eq!(view.act(Action::Back), closed);
    assert_eq!(shown(&view), None);
    assert!(view.state.chat().is_some(), "the chat is still open");
    assert_eq!(edit(&mut view, PictureEdit::Close), [], "once");
}

#[test]
fn what_comes_below_a_picture_is_read_once_that_is_closed() {
    let mut view = Sut::with_anna();
    let came = |number| Event::Message(message(number, MessageState::Received, "hello"));
    view.open_chat(Vec::new(), false);
    view.act(Action::AtEnd(true));
    open(&mut view, "a", 5);
    assert_eq!(view.event(came(1)), []);
    assert_eq!(view.act(Action::AtEnd(true)), []);
    let seen = view.act(Action::Seen(LOOKED_AT));
    assert_eq!(seen, [watching(false)], "the engine notifies");

    let closed = edit(&mut view, PictureEdit::Close);
    assert!(closed.contains(&watching(true)));
    let read = |number| Command::Read {
        contact: contact("a"),
        number,
    };
    assert_eq!(commands(&closed), [&read(1)]);

    // From the notification to the chat.
    open(&mut view, "a", 5);
    view.event(came(2));
    let opened = view.act(Action::OpenChat(contact("a")));
    assert_eq!(shown(&view), None);
    assert_eq!(commands(&opened), [&read(2)]);
}

#[test]
fn what_comes_too_late_is_let_go_of() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    open(&mut view, "a", 5);
    edit(&mut view, PictureEdit::Close);
    assert_eq!(read(&mut view, "a"), [gone("a")]);

    open(&mut view, "b", 5);
    assert_eq!(read(&mut view, "a"), [gone("a")], "of another one");
    assert_eq!(shown(&view), Some(&PictureShown::Reading));
    read(&mut view, "b");
    assert!(open(&mut view, "c", 5).contains(&gone("b")), "another one");
    read(&mut view, "c");
    assert!(view.act(Action::OpenFiles).contains(&gone("c")), "left");
    assert_eq!(shown(&view), None);
}

#[test]
fn what_cannot_be_shown_says_why() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let large = open(&mut view, "large", PICTURE_BYTES + 1);
    assert_eq!(large, [watching(false)]);
    let not = |why| PictureShown::Not(why);
    assert_eq!(shown(&view), Some(&not(PictureError::TooLarge)));

    open(&mut view, "a", 5);
    let why = PictureError::Gone;
    edit(&mut view, PictureEdit::Read(id("a"), Err(why)));
    assert_eq!(shown(&view), Some(&not(PictureError::Gone)));

    open(&mut view, "b", 5);
    read(&mut view, "b");
    let broken = edit(&mut view, PictureEdit::Broken(id("b")));
    assert_eq!(broken, [gone("b")]);
    assert_eq!(shown(&view), Some(&not(PictureError::NoPicture)));
}

#[test]
fn the_room_that_files_take_is_found_out_while_it_is_shown() {
    let mut view = Sut::with_anna();
    let measure = |emptied| Effect::Measure { emptied };
    assert!(view.act(Action::OpenFiles).contains(&measure(false)));
    let room = Room {
        pictures: 5,
        parts: 7,
    };
    view.act(Action::File(FileEdit::Room(room)));
    assert_eq!(view.state.files.room, Some(room));
    let dropped = view.act(Action::File(FileEdit::DropPictures));
    assert_eq!(dropped, [measure(true), Effect::Focus(Target::Page)]);
}
