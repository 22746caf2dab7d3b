//! The one component with a life of its own: holds the state and the port, carries out effects,
//! decides when to paint.
//!
//! Long because each effect is carried out here, a few lines for each.

use crate::components::{page, target_id, title};
use crate::export::Maker;
use crate::i18n::{Text, t};
use crate::port::{self, Port};
use crate::state::{
    Action, BackupEdit, BackupError, Effect, ExportEdit, ExportStep, FILE, FileEdit, InvitesEdit,
    Lists, PictureEdit, State, Target,
};
use crate::unsent::Unsent;
use crate::{attach, browser, files, handed, kept, outside, permissions, shortcuts, words};
use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use ipc::{Event, FromEngine, Hidden, InviteId, ToEngine, TransferId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Paints are at least this far apart while the engine talks, in milliseconds: one frame.
const FRAME: u32 = 16;

/// When to say that starting takes a while, in milliseconds.
const SLOW: u32 = 300;

/// How long an open port may stay silent before it counts as dead, in milliseconds.
const SILENCE: u32 = 5_000;

/// How often words like "5 min ago" are looked at again, in milliseconds.
const AGES: u64 = 30_000;

/// What reaches the component.
pub(crate) enum Msg {
    /// Something for the state.
    Act(Box<Action>),
    /// Open a port now; the number of the attempt.
    Open(u32),
    /// The port of this attempt had its time to say something.
    Silence(u32),
    /// The frame in which painting was put off is over.
    Paint,
}

/// The page.
pub(crate) struct App {
    state: State,
    /// The lists as they are shown.
    people: RefCell<Lists>,
    dispatch: Callback<Action>,
    port: Option<Port>,
    attempt: u32,
    heard: bool,
    focus: Option<Target>,
    painted: u64,
    message_painted: u64,
    unsent: Unsent,
    /// The export of chats that is being made.
    export: Maker,
    timers: Timers,
    /// There is something to go back from: Escape goes back instead of closing the popup.
    covered: Rc<Cell<bool>>,
    _listeners: Vec<Option<EventListener>>,
    _second: Interval,
}

/// Timers that run; one that is replaced is stopped.
#[derive(Default)]
struct Timers {
    slow: Option<Timeout>,
    wake: Option<Timeout>,
    unanswered: Option<Timeout>,
    silence: Option<Timeout>,
    paint: Option<Timeout>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let dispatch = ctx.link().callback(|action| Msg::Act(Box::new(action)));
        let second = dispatch.clone();
        let actions = [
            Some(Action::Started),
            outside::place_in_address().or_else(outside::waiting_invite),
            Some(outside::sight()),
        ];
        for action in actions.into_iter().flatten() {
            dispatch.emit(action);
        }
        let covered = Rc::new(Cell::new(false));
        Self {
            state: State::default(),
            people: RefCell::default(),
            port: None,
            attempt: 0,
            heard: false,
            focus: None,
            painted: 0,
            message_painted: 0,
            unsent: Unsent::default(),
            export: Maker::default(),
            timers: Timers::default(),
            _listeners: outside::listen(&dispatch, &covered),
            covered,
            _second: Interval::new(1_000, move || second.emit(Action::Tick)),
            dispatch,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Self::Message) -> bool {
        match msg {
            Msg::Act(action) => self.act(ctx, *action),
            Msg::Open(attempt) => {
                if attempt == self.attempt && self.port.is_none() {
                    self.open(ctx);
                }
                false
            }
            Msg::Silence(attempt) => {
                if attempt == self.attempt && self.port.is_some() && !self.heard {
                    self.dispatch.emit(Action::Closed);
                }
                false
            }
            Msg::Paint => self.timers.paint.take().is_some(),
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let mut people = self.people.borrow_mut();
        people.follow(&self.state.people, &self.state.requests, browser::in_order);
        page(&self.state, &people, &self.dispatch)
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        self.painted = browser::now();
        self.timers.paint = None;
        self.covered.set(self.state.leads_back());
        browser::describe_page(&title(&self.state), &t(Text::Language), &t(Text::Direction));
        let address = self.state.address();
        if browser::fragment() != address {
            browser::set_fragment(&address);
        }
        let invite = self.state.waiting_invite();
        if browser::waiting_invite() != invite {
            browser::keep_waiting_invite(invite.as_deref());
        }
        if let Some(target) = self.focus.take() {
            browser::focus(&target_id(&target));
        }
    }
}

impl App {
    fn act(&mut self, ctx: &Context<Self>, action: Action) -> bool {
        let paint = self.paints(&action);
        let now = browser::now();
        if matches!(action, Action::Engine(_)) {
            self.heard = true;
        }
        if matches!(action, Action::Closed) {
            self.port = None;
        }
        let effects = self.state.apply(now, action);
        // The engine runs on the same thread, and a message is in its hands. It goes first.
        let sent = effects.contains(&Effect::EmptyComposer);
        for effect in effects {
            self.carry_out(ctx, effect);
        }
        match paint {
            _ if sent => self.paint_in_a_frame(ctx),
            Paint::Now => true,
            Paint::No => false,
            Paint::Soon => self.paint_soon(ctx, now),
            Paint::Message => self.paint_message(ctx, now),
        }
    }

    /// Decides when to paint. A burst from the engine is painted once a frame, and
    /// nothing is painted before everything has arrived. The first message of a burst is what a
    /// person waits for: it is painted at once, whatever was painted just before it.
    fn paints(&self, action: &Action) -> Paint {
        let attaching = !self.state.engine.is_ready();
        if let Action::Engine(message) = action {
            let FromEngine::Events(events) = message else {
                return Paint::Soon;
            };
            let is_message = |event: &Event| matches!(event, Event::Message(_) | Event::Amended(_));
            return if attaching && !events.contains(&Event::Ready) {
                Paint::No
            } else if events.iter().any(is_message) {
                Paint::Message
            } else {
                Paint::Soon
            };
        }
        if *action == Action::Tick {
            return self.paints_tick();
        }
        // The browser has moved a switch already, and the engine is about to say how it is.
        let switched = matches!(action, Action::Contact(edit) if edit.is_switch());
        if switched { Paint::No } else { Paint::Now }
    }

    fn paints_tick(&self) -> Paint {
        let phase = self.state.status.as_ref().map(|status| &status.phase);
        let counting = phase.and_then(words::retry_at).is_some();
        let aged = browser::now().saturating_sub(self.painted) >= AGES;
        let moving = self.state.anybody_typing() || self.state.files.any_running();
        if counting || aged || moving {
            Paint::Now
        } else {
            Paint::No
        }
    }

    fn paint_message(&mut self, ctx: &Context<Self>, now: u64) -> bool {
        if now.saturating_sub(self.message_painted) < u64::from(FRAME) {
            return self.paint_soon(ctx, now);
        }
        self.message_painted = now;
        true
    }

    fn paint_soon(&mut self, ctx: &Context<Self>, now: u64) -> bool {
        if now.saturating_sub(self.painted) >= u64::from(FRAME) || browser::is_hidden() {
            return true;
        }
        self.paint_in_a_frame(ctx)
    }

    fn paint_in_a_frame(&mut self, ctx: &Context<Self>) -> bool {
        if self.timers.paint.is_none() {
            let link = ctx.link().clone();
            let paint = Timeout::new(FRAME, move || link.send_message(Msg::Paint));
            self.timers.paint = Some(paint);
        }
        false
    }

    fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
        match effect {
            Effect::Connect { after, wake } => self.connect(ctx, after, wake),
            Effect::Post(message) => self.post(&message),
            Effect::Restart => self.restart(ctx),
            Effect::SlowTimer => {
                let dispatch = self.dispatch.clone();
                let slow = Timeout::new(SLOW, move || dispatch.emit(Action::Slow));
                self.timers.slow = Some(slow);
            }
            Effect::LoadDraft(contact) => {
                let text = browser::load_draft(&contact);
                let sent = self.unsent.load(&contact);
                self.dispatch.emit(Action::DraftLoaded(contact, text, sent));
            }
            Effect::SaveDraft(contact, text) => browser::save_draft(&contact, &text),
            Effect::TakeHanded(contact) => handed::take(contact, self.dispatch.clone()),
            Effect::ReadShortcuts => self.dispatch_later(shortcuts::read()),
            Effect::SaveUnsent(contact, texts) => self.unsent.save(contact, texts),
            Effect::Copy(invite, text) => self.copy(invite, text),
            Effect::CopyText(text) => files::copy_message(text),
            Effect::Download(text) => files::download("mesh-chat-backup.json", &text.0),
            Effect::Export(step) => self.export(step),
            Effect::HandBackup => self.hand_backup(),
            Effect::HandOver {
                transfer,
                size,
                clean,
            } => self.hand_over(transfer, size, clean),
            Effect::ReadPicture { transfer, size } => self.read_picture(transfer, size),
            Effect::LetGo(address) => kept::let_go(&address),
            Effect::Measure { emptied } => self.dispatch_later(async move {
                Action::File(FileEdit::Room(kept::room(emptied).await))
            }),
            Effect::LookUpHost(host) => {
                let dispatch = self.dispatch.clone();
                permissions::look_up(&host, move |allowed| {
                    dispatch.emit(Action::HostAllowed(allowed));
                });
            }
            Effect::EmptyComposer => browser::empty_field(&target_id(&Target::Composer)),
            Effect::Focus(target) => self.focus = Some(target),
        }
    }

    fn connect(&mut self, ctx: &Context<Self>, after: u32, wake: bool) {
        self.attempt = self.attempt.wrapping_add(1);
        let open = Msg::Open(self.attempt);
        let link = ctx.link().clone();
        if !wake {
            link.send_message(open);
            return;
        }
        let attempt = self.attempt;
        let unanswered = link.clone();
        // A background that does not answer is not waited for without end.
        let unanswered = Timeout::new(after.saturating_add(SILENCE), move || {
            unanswered.send_message(Msg::Open(attempt));
        });
        self.timers.unanswered = Some(unanswered);
        let wake = Timeout::new(after, move || {
            spawn_local(async move {
                if port::wake().await.is_err() {
                    browser::warn("the background did not answer");
                }
                link.send_message(open);
            });
        });
        self.timers.wake = Some(wake);
    }

    /// Asks for a fresh engine, and connects to it.
    fn restart(&mut self, ctx: &Context<Self>) {
        self.port = None;
        self.attempt = self.attempt.wrapping_add(1);
        let (link, open) = (ctx.link().clone(), Msg::Open(self.attempt));
        spawn_local(async move {
            if port::restart().await.is_err() {
                browser::warn("the background did not answer");
            }
            link.send_message(open);
        });
    }

    fn open(&mut self, ctx: &Context<Self>) {
        self.heard = false;
        let (heard, closed) = (self.dispatch.clone(), self.dispatch.clone());
        let port = Port::open(
            move |message| heard.emit(Action::Engine(message)),
            move || closed.emit(Action::Closed),
        );
        match port {
            Ok(port) => self.port = Some(port),
            Err(_) => self.dispatch.emit(Action::Closed),
        }
        let silence = Msg::Silence(self.attempt);
        let link = ctx.link().clone();
        let silence = Timeout::new(SILENCE, move || link.send_message(silence));
        self.timers.silence = Some(silence);
    }

    fn post(&self, message: &ToEngine) {
        let sent = self.port.as_ref().map(|port| port.post(message));
        if !matches!(sent, Some(Ok(()))) {
            // Its disconnection is about to be reported.
            browser::warn("a message was posted to a closed port");
        }
    }

    fn copy(&self, invite: InviteId, Hidden(text): Hidden) {
        self.dispatch_later(async move {
            let copied = InvitesEdit::Copied(invite, files::copy(&text).await);
            Action::Invites(copied)
        });
    }

    fn hand_over(&self, transfer: TransferId, size: Option<u64>, clean: bool) {
        self.dispatch_later(async move {
            Action::File(match attach::hand_over(&transfer, size, clean).await {
                Ok((offer, cleaned)) => FileEdit::Held {
                    transfer,
                    offer,
                    cleaned,
                },
                Err(why) => FileEdit::NotHeld(transfer, why),
            })
        });
    }

    fn read_picture(&self, transfer: TransferId, size: u64) {
        self.dispatch_later(async move {
            let read = kept::picture(&transfer, size).await;
            Action::Picture(PictureEdit::Read(transfer, read))
        });
    }

    fn dispatch_later(&self, action: impl Future<Output = Action> + 'static) {
        let dispatch = self.dispatch.clone();
        spawn_local(async move { dispatch.emit(action.await) });
    }

    fn export(&mut self, step: ExportStep) {
        if let Some(made) = self.export.take(step) {
            self.dispatch_later(async { Action::Export(ExportEdit::Made(made.await)) });
        }
    }

    fn hand_backup(&self) {
        let input = target_id(&Target::Field(FILE.to_owned()));
        self.dispatch_later(async move {
            let held = match files::chosen(&input) {
                Some(file) => attach::hand_as_it_is(&file).await,
                None => Err(BackupError::Missing),
            };
            Action::Backup(BackupEdit::Held(held))
        });
    }
}

enum Paint {
    Now,
    Soon,
    Message,
    No,
}
