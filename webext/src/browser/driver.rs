//! Runs a [`Node`]: takes one input at a time, does every output in order, arms its timer.
//!
//! Nothing here is re-entrant: what happens while an input is being handled waits in `todo`.
//!
//! Long because each part of the page is made, fed and read here, a few lines for each.

use super::backups::{Backups, Reader};
use super::beacon::Beacon;
use super::boot::Boot;
use super::clock::{now, seed};
use super::disk::BrowserDisk;
use super::drafts;
use super::files::Files;
use super::host::Host;
use super::lookup::Lookup;
use super::network::Network;
use super::restart::{alert, restart, restart_because, take_reason, take_update};
use super::search::Search;
use super::signalling::Signalling;
use super::staged;
use super::timer::Timer;
use super::trial::Test;
use super::unicode::BrowserUnicode;
use super::views::{Sight, Views};
use crate::journal::{Page, PageRead};
use crate::renewal::Renewal;
use crate::storage::{Report, Restart, Storage};
use chrome::Port;
use ipc::{
    Alert, Answer, Command, ContactId, Duty, Event, FromEngine, Hidden, HostRequest, Recipient,
    Refusal, ToEngine, TransferId, Trial,
};
use mesh_chat::config::Config;
use mesh_chat::history::Content;
use mesh_chat::node::{CommandId, Deadline, Input, Link, Output, StoreId};
use mesh_chat::records::{Change, MessageRecord};
use mesh_chat::{Mono, Node};
use peerjs::browser::Connections;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// A running node and all it works with.
pub(crate) struct Driver {
    me: Weak<Self>,
    node: RefCell<Node>,
    todo: RefCell<VecDeque<Todo>>,
    busy: Cell<bool>,
    timer: Timer,
    views: RefCell<Views>,
    storage: Rc<Storage<BrowserDisk>>,
    search: Search,
    signalling: Signalling,
    lookup: Lookup,
    beacon: Beacon,
    /// The configuration in force, and the test of it that a view has asked for last.
    config: RefCell<Option<Config>>,
    test: RefCell<Option<Rc<Test>>>,
    network: Network,
    files: Rc<Files>,
    backups: Rc<Backups>,
    /// The stored chats are about to be joined with those of a backup, by a fresh page.
    joins: RefCell<Option<(CommandId, String)>>,
    connections: Connections,
    renewal: RefCell<Renewal>,
    host: Host,
    /// Keys of stored items that could not be read; every view learns of them.
    damaged: RefCell<Vec<String>>,
    /// Why the page before this one could not go on; the first view learns of it.
    restarted: Cell<Option<Alert>>,
}

enum Todo {
    Input(Input),
    Attach(u32),
}

/// The view of commands that come from no view. In `extension/engine.js` it also stands for a port that
/// was refused.
pub(crate) const NO_VIEW: u32 = 0;

impl Driver {
    /// Starts a node that continues from what was stored.
    ///
    /// # Errors
    /// Where there is no random source.
    pub(crate) fn start(boot: Boot, host: Host) -> Result<Rc<Self>, String> {
        let seed = seed()?;
        let Boot {
            config,
            config_error,
            snapshot,
            damaged,
            tokens,
            messages,
        } = boot;
        let contacts: Vec<ContactId> = snapshot.contact_ids().cloned().collect();
        drafts::sweep(|contact| contacts.contains(contact));
        let come = snapshot.transfers.iter().filter(|one| one.is_coming());
        let come: Vec<TransferId> = come.map(|one| one.id.clone()).collect();
        let kept = snapshot.transfers.iter().filter(|one| one.is_kept());
        let kept: Vec<TransferId> = kept.map(|one| one.id.clone()).collect();
        let connections = Connections::new(chrome::is_chromium());
        let messages = Rc::new(messages);
        let driver = Rc::new_cyclic(|me: &Weak<Self>| {
            let files = Files::start(host.clone(), come, kept, {
                let heard = inputs(me);
                move |id, input| heard(Input::File(id, input))
            });
            let backups = Backups::new(host.clone(), Rc::clone(&messages), Rc::clone(&files));
            Self {
                me: Weak::clone(me),
                node: RefCell::new(Node::new(
                    config,
                    config_error,
                    snapshot,
                    seed,
                    Box::new(BrowserUnicode::default()),
                    now(),
                )),
                todo: RefCell::default(),
                busy: Cell::new(false),
                timer: Timer::new({
                    let heard = inputs(me);
                    move || heard(Input::Timeout)
                }),
                views: RefCell::default(),
                search: Search::new(Rc::clone(&messages)),
                storage: {
                    messages.hear_closed(closings(me));
                    Storage::new(
                        BrowserDisk::new(host.clone(), Rc::clone(&messages)),
                        reports(me),
                    )
                },
                signalling: Signalling::new(host.clone(), tokens, connections.clone(), inputs(me)),
                lookup: Lookup::new(connections.clone(), inputs(me)),
                beacon: Beacon::new({
                    let heard = inputs(me);
                    move |answer| heard(Input::Beacon(answer))
                }),
                config: RefCell::default(),
                test: RefCell::default(),
                network: Network::new(inputs(me)),
                files,
                backups: Rc::new(backups),
                joins: RefCell::default(),
                connections,
                renewal: RefCell::default(),
                host,
                damaged: RefCell::new(damaged),
                restarted: Cell::new(take_reason()),
            }
        });
        driver
            .host
            .tell(HostRequest::KeepNotifications { contacts });
        driver.handle(Input::Timeout);
        driver.network.report();
        // A page before this one may have left connections in the process.
        driver.connections.collect();
        Ok(driver)
    }

    /// Handles an input, or queues it while another is being handled.
    pub(crate) fn handle(&self, input: Input) {
        self.todo(Todo::Input(input));
    }

    /// Reads the clock. This is a second source of ticks, for when the page's own timers are slowed
    /// down.
    pub(crate) fn tick(&self) {
        // A message of the background is a turn of its own. Whoever is still busy in it was left in
        // the middle by an exception that somebody else has caught.
        if self.busy.get() {
            tracing::error!("an input was never finished");
            return restart();
        }
        self.network.tick();
        self.renew();
    }

    /// Begins the page anew, where that is the last resort; the whole extension, where an update waits.
    fn renew(&self) {
        let rests =
            self.storage.is_idle() && self.files.is_idle() && self.node.borrow().is_at_rest();
        let quiet = rests && self.is_unwatched();
        if quiet && take_update() {
            return self.host.tell(HostRequest::Update);
        }
        let counts = self.connections.counts();
        let mut renewal = self.renewal.borrow_mut();
        if renewal.is_due(now().mono, counts, quiet) {
            tracing::warn!(?counts, "closed connections are kept: the page begins anew");
            restart();
        }
    }

    /// Returns whether nobody has a view before them. The tab of a page's engine is a view itself, also where nobody sees it;
    /// whether something was written in one that nobody sees is known to the page (`page/browser/update.js`).
    fn is_unwatched(&self) -> bool {
        let views = self.views.borrow();
        views.is_empty() || chrome::api().is_page() && !views.is_any_visible()
    }

    /// Handles a command that comes from outside any view.
    pub(crate) fn command(&self, command: Command) {
        self.handle(Input::Pressed(command));
    }

    /// Connects a view and sends it everything once. Returns its number.
    pub(crate) fn attach(&self, port: Port) -> Option<u32> {
        let view = self.views.borrow_mut().open(port)?;
        self.todo(Todo::Attach(view));
        Some(view)
    }

    /// Takes a file that a view hands over. Returns what the view hears.
    pub(crate) fn hold(&self, message: &JsValue) -> Option<JsValue> {
        self.files.hold(message)
    }

    /// Handles a message of a view.
    pub(crate) fn asked(&self, view: u32, message: ToEngine) {
        match message {
            ToEngine::Command { id, command } => {
                if matches!(command, Command::Send { .. } | Command::Refer { .. }) {
                    self.files.step_back();
                }
                self.handle(Input::Command(command_id(view, id), command));
            }
            ToEngine::History {
                id,
                contact,
                from,
                limit,
            } => {
                self.views.borrow_mut().reads(view, &contact);
                self.storage.read(Page {
                    view,
                    id,
                    contact,
                    from,
                    limit,
                });
            }
            ToEngine::Search {
                id,
                query,
                contact,
                before,
            } => {
                let me = Weak::clone(&self.me);
                let done = move |found| {
                    if let Some(driver) = me.upgrade() {
                        let found = FromEngine::Found { id, found };
                        driver.views.borrow_mut().post(view, &found);
                    }
                };
                self.search.ask(view, (query, contact, before), done);
            }
            ToEngine::SaveBackup { id, passphrase } => self.save_backup(view, id, &passphrase.0),
            ToEngine::OpenBackup {
                id,
                file,
                passphrase,
            } => self.open_backup(view, id, file, passphrase),
            ToEngine::TakeBackup { id } => self.take_backup(view, id),
            ToEngine::DropBackup => self.backups.forget(view),
            ToEngine::Test { id } => self.test(view, id),
            ToEngine::Watching {
                contact,
                visible,
                focused,
            } => {
                let sight = Sight { visible, focused };
                self.views.borrow_mut().watch(view, contact, sight);
                self.watched();
            }
        }
    }

    fn save_backup(&self, view: u32, id: u32, passphrase: &str) {
        let backup = self.node.borrow().backup(passphrase);
        let (me, backups) = (Weak::clone(&self.me), Rc::clone(&self.backups));
        spawn_local(async move {
            let saved = match backup {
                Ok((content, passphrase)) => backups.save(&content, &passphrase).await,
                Err(refusal) => Err(refusal),
            };
            if let Some(driver) = me.upgrade() {
                driver.reply(command_id(view, id), saved);
            }
        });
    }

    fn open_backup(&self, view: u32, id: u32, file: TransferId, Hidden(passphrase): Hidden) {
        let (me, backups) = (Weak::clone(&self.me), Rc::clone(&self.backups));
        spawn_local(async move {
            let Some(driver) = me.upgrade() else {
                return;
            };
            let opened = backups.open(view, &file, &passphrase, &driver.node).await;
            driver.reply(command_id(view, id), opened);
        });
    }

    /// Takes over what a view has opened. Chats are joined by a fresh page, before a node knows of them.
    fn take_backup(&self, view: u32, id: u32) {
        let id = command_id(view, id);
        let Some((content, waiting)) = self.backups.take(view) else {
            return self.reply(id, Err(Refusal::Gone));
        };
        let joins = waiting.clone().map(|name| (id, name));
        self.joins.replace(joins);
        self.handle(Input::Import(id, Box::new(content), waiting));
    }

    /// Tests the connection for a view, in the place of a test that still runs.
    fn test(&self, view: u32, id: u32) {
        let Some(config) = self.config.borrow().clone() else {
            return self.tested(view, id, Trial::default());
        };
        let me = Weak::clone(&self.me);
        let done = move |trial| {
            if let Some(driver) = me.upgrade() {
                driver.tested(view, id, trial);
            }
        };
        let test = Test::start(&config, &self.connections, done);
        self.test.replace(Some(test));
    }

    fn tested(&self, view: u32, id: u32, trial: Trial) {
        let tested = FromEngine::Tested { id, trial };
        self.views.borrow_mut().post(view, &tested);
    }

    /// Forgets a view that has closed.
    pub(crate) fn gone(&self, view: u32) {
        self.views.borrow_mut().close(view);
        self.search.forget(view);
        self.backups.forget(view);
        self.watched();
    }

    fn watched(&self) {
        let views = self.views.borrow();
        let (chats, visible) = (views.looked_at(), views.is_any_visible());
        drop(views);
        self.handle(Input::Watching { chats, visible });
    }

    fn todo(&self, todo: Todo) {
        self.todo.borrow_mut().push_back(todo);
        if self.busy.replace(true) {
            return;
        }
        while let Some(todo) = self.next() {
            match todo {
                Todo::Input(input) => self.step(input, None),
                Todo::Attach(view) => self.introduce(view),
            }
            self.views.borrow_mut().flush();
        }
        self.busy.set(false);
    }

    fn next(&self) -> Option<Todo> {
        self.todo.borrow_mut().pop_front()
    }

    /// Sends everything to one view. What is due first goes to all, before everything goes to one.
    fn introduce(&self, view: u32) {
        self.step(Input::Timeout, None);
        for key in self.damaged.borrow().iter() {
            let event = Event::Alert(Alert::StorageDamaged { key: key.clone() });
            self.views.borrow_mut().show(Some(view), &event);
        }
        if let Some(alert) = self.restarted.take() {
            let event = Event::Alert(alert);
            self.views.borrow_mut().show(Some(view), &event);
        }
        self.step(Input::Attach, Some(view));
    }

    /// Handles one input, and every output that follows from it; events up to `Ready` go to `only`.
    fn step(&self, input: Input, mut only: Option<u32>) {
        let now = now();
        if let Input::Link(link, Link::Closed(_)) = &input {
            self.files.ended(*link);
        }
        self.node.borrow_mut().handle(now, input);
        loop {
            let output = self.node.borrow_mut().poll();
            if let Output::Timeout(deadline) = output {
                return self.arm(now.mono, deadline);
            }
            let ready = matches!(output, Output::Event(Event::Ready));
            self.act(output, only);
            only = only.filter(|_| !ready);
        }
    }

    fn arm(&self, now: Mono, deadline: Option<Deadline>) {
        if let Some(Deadline { at, why }) = deadline {
            tracing::trace!(?why, millis = at.since(now).as_millis(), "the node waits");
        }
        self.timer
            .set(deadline.map(|deadline| deadline.at.since(now)));
    }

    fn act(&self, output: Output, only: Option<u32>) {
        match output {
            Output::Register(id) => self.signalling.register(&id),
            Output::Release(id) => self.signalling.release(&id),
            Output::Dial {
                link,
                from,
                to,
                label,
                further,
                reach,
            } => {
                let labels = [vec![label], further].concat();
                self.signalling.dial(link, &from, &to, labels, reach);
            }
            Output::Answer { link, reach } => self.signalling.answer(link, reach),
            Output::Knock { from, to } => self.signalling.knock(&from, &to),
            Output::Transmit(link, frame) => self.signalling.transmit(link, &frame),
            Output::Carry(link) => self.signalling.take_bytes(link, self.files.carry(link)),
            Output::Close(link) => {
                self.files.ended(link);
                self.signalling.close(link);
            }
            Output::Probe => self.signalling.probe(),
            Output::LookUpAddress => self.lookup.start(),
            Output::FetchBeacon { url, token } => self.beacon.ask(url, token.map(|token| token.0)),
            Output::Store(id, change) => self.store(id, change),
            Output::Load(id, query) => self.storage.load(id, query),
            Output::Configure(config) => {
                self.lookup.configure(&config);
                self.signalling.configure(&config);
                self.files.all_ended();
                self.config.replace(Some(config));
            }
            Output::Disconnect => self.disconnect(),
            Output::Reply(id, result) => self.reply(id, result),
            Output::File(id, output) => {
                let bytes = |link| self.signalling.bytes(link);
                self.files.act(&id, output, bytes);
            }
            Output::Event(event) => self.show(only, &event),
            Output::Timeout(deadline) => self.arm(now().mono, deadline),
        }
    }

    /// Closes everything that is open to the network.
    fn disconnect(&self) {
        self.signalling.disconnect();
        self.lookup.stop();
        self.beacon.stop();
        self.files.all_ended();
        if let Some(test) = self.test.take() {
            test.end();
        }
        self.config.take();
    }

    fn store(&self, id: StoreId, change: Change) {
        if let Change::ForgetThread(contact) = &change {
            drafts::forget(contact);
        }
        self.storage.write(id, change);
    }

    fn show(&self, only: Option<u32>, event: &Event) {
        if matches!(event, Event::Message(_) | Event::Amended(_)) {
            self.files.step_back();
        }
        match event.recipient() {
            Recipient::EveryView | Recipient::ViewsOfChat(_) => {
                self.views.borrow_mut().show(only, event);
            }
            Recipient::Supervisor(Duty::Notify(notification)) => {
                let notification = notification.clone();
                self.host.tell(HostRequest::Notify { notification });
            }
            Recipient::Supervisor(Duty::Withdraw(about)) => {
                let about = about.clone();
                self.host.tell(HostRequest::Withdraw { about });
            }
            Recipient::Supervisor(Duty::Badge(badge)) => {
                self.host.tell(HostRequest::Badge(badge));
            }
            Recipient::Supervisor(Duty::Recent(recent)) => {
                let recent = recent.to_vec();
                self.host.tell(HostRequest::Menu { recent });
            }
        }
    }

    fn reply(&self, id: CommandId, result: Result<Answer, Refusal>) {
        let joins = self.joins.borrow_mut().take_if(|(joins, _)| *joins == id);
        let refusal = result.as_ref().err().cloned();
        self.answer(id, result);
        match (joins, refusal) {
            // The next start sees what is stored.
            (None, _) | (Some(_), Some(Refusal::Storage { .. })) => {}
            (Some(_), None) => restart(),
            (Some((_, name)), Some(_)) => {
                spawn_local(async move { staged::forget(&name).await });
            }
        }
    }

    fn answer(&self, id: CommandId, result: Result<Answer, Refusal>) {
        match (view_and_id(id), result) {
            // Nobody waits for the answer to a command from outside the views.
            ((NO_VIEW, _), _) => {}
            ((view, id), result) => {
                let reply = FromEngine::Reply { id, result };
                self.views.borrow_mut().post(view, &reply);
            }
        }
    }

    fn report(&self, report: Report) {
        match report {
            Report::Stored(id, outcome) => self.handle(Input::Stored(id, outcome)),
            Report::Page(page, read) => self.page(&page, read),
            Report::Restart(why) => self.restart(why),
            Report::Loaded(id, loaded) => self.handle(Input::Loaded(id, loaded)),
        }
    }

    /// Says why this page cannot go on, and loads it anew.
    fn restart(&self, why: Restart) {
        tracing::error!(?why, "the storage needs a fresh page");
        let mut views = self.views.borrow_mut();
        views.show(None, &Event::Alert(alert(why)));
        views.flush();
        restart_because(why);
    }

    fn page(&self, page: &Page, read: PageRead) {
        let PageRead {
            messages,
            answered,
            more,
            damaged,
        } = read;
        let node = self.node.borrow();
        let shown = |record: &MessageRecord| {
            let mut answered = answered.iter();
            let answered = answered.find(|one| record.answers() == Some(&one.id));
            node.shown(record, answered)
        };
        let history = FromEngine::History {
            id: page.id,
            messages: messages.iter().filter_map(shown).collect(),
            more,
            damaged: !damaged.is_empty(),
        };
        let mut views = self.views.borrow_mut();
        views.page(page.view, &history);
        for key in damaged {
            views.show(
                Some(page.view),
                &Event::Alert(Alert::StorageDamaged { key }),
            );
        }
        views.flush();
    }
}

impl Reader for RefCell<Node> {
    fn normalised(&self, passphrase: &str) -> String {
        self.borrow().normalised(passphrase)
    }

    fn open(&self, text: &str, passphrase: &str) -> Result<Content, Refusal> {
        self.borrow().open_backup(text, passphrase)
    }

    fn new_contacts(&self, content: &Content) -> Result<u32, Refusal> {
        self.borrow().new_contacts(content)
    }
}

fn inputs(me: &Weak<Driver>) -> impl Fn(Input) + use<> {
    let me = Weak::clone(me);
    move |input| {
        if let Some(driver) = me.upgrade() {
            driver.handle(input);
        }
    }
}

fn closings(me: &Weak<Driver>) -> impl Fn() + use<> {
    let me = Weak::clone(me);
    move || {
        if let Some(driver) = me.upgrade() {
            driver.storage.closed();
        }
    }
}

fn reports(me: &Weak<Driver>) -> impl Fn(Report) + use<> {
    let me = Weak::clone(me);
    move |report| {
        if let Some(driver) = me.upgrade() {
            driver.report(report);
        }
    }
}

fn command_id(view: u32, id: u32) -> CommandId {
    CommandId(u64::from(view) << 32 | u64::from(id))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the two halves of `command_id`"
)]
fn view_and_id(id: CommandId) -> (u32, u32) {
    ((id.0 >> 32) as u32, id.0 as u32)
}
