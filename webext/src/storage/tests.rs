//! A disk by script: each operation ends as a test says, and time passes when a test says.

use super::*;
use mesh_chat::config::Settings;
use mesh_chat::records::ThreadRecord;
use std::collections::VecDeque;
use std::task::{Context, Waker};

/// What one operation does that is not simply done.
#[derive(Clone, Debug)]
enum End {
    Fails(Fault),
    /// Never answers.
    Hangs,
}

#[derive(Default)]
struct Script {
    /// What the next operations do; they are done where nothing is said.
    ends: VecDeque<End>,
    reopenings: VecDeque<Result<Reopened, Fault>>,
    /// What was asked, in order.
    asked: Vec<String>,
    closed: bool,
    sealed: Option<ContactId>,
    work: Vec<Pin<Box<dyn Future<Output = ()>>>>,
    /// The time that has passed.
    now: Duration,
    reports: Vec<Report>,
}

#[derive(Clone, Default)]
struct Fake(Rc<RefCell<Script>>);

impl Fake {
    async fn end<T>(&self, what: String, done: T) -> Result<T, Fault> {
        let end = {
            let mut script = self.0.borrow_mut();
            script.asked.push(what);
            script.ends.pop_front()
        };
        match end {
            None => Ok(done),
            Some(End::Fails(fault)) => Err(fault),
            Some(End::Hangs) => pending().await,
        }
    }
}

impl Disk for Fake {
    async fn local(&self, writes: &Writes) -> Result<(), Fault> {
        let keys: Vec<&str> = writes.set.iter().map(|(key, _)| &**key).collect();
        self.end(format!("local {}", keys.join(" ")), ()).await
    }

    async fn threads(&self, threads: &Threads) -> Result<(), Fault> {
        let heads: Vec<String> = threads
            .heads
            .values()
            .map(|head| format!("{}:{}", head.contact.0, head.next_number))
            .collect();
        self.end(format!("threads {}", heads.join(" ")), ()).await
    }

    async fn page(&self, page: &Page) -> Result<PageRead, Fault> {
        let what = format!("page of {}", page.contact.0);
        self.end(what, PageRead::default()).await
    }

    async fn load(&self, query: &Query) -> Result<Vec<MessageRecord>, Fault> {
        let what = format!("load of {}", query.contact().0);
        self.end(what, Vec::new()).await
    }

    fn is_closed(&self) -> bool {
        self.0.borrow().closed
    }

    async fn reopen(&self) -> Result<Reopened, Fault> {
        let mut script = self.0.borrow_mut();
        script.asked.push("reopen".to_owned());
        let reopened = script.reopenings.pop_front().unwrap_or(Ok(Reopened::Kept));
        script.closed &= reopened.is_err();
        reopened
    }

    fn is_sealed(&self, contact: &ContactId) -> bool {
        self.0.borrow().sealed.as_ref() == Some(contact)
    }

    async fn wait(&self, time: Duration) {
        let until = self.0.borrow().now + time;
        poll_fn(|_| {
            if self.0.borrow().now >= until {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        self.0.borrow_mut().work.push(work);
    }
}

struct Sut {
    disk: Fake,
    storage: Rc<Storage<Fake>>,
}

impl Sut {
    fn new(ends: impl IntoIterator<Item = End>) -> Self {
        let disk = Fake::default();
        disk.0.borrow_mut().ends = ends.into_iter().collect();
        let script = Rc::clone(&disk.0);
        let report = move |report| script.borrow_mut().reports.push(report);
        let storage = Storage::new(disk.clone(), report);
        Self { disk, storage }
    }

    fn reopening(self, outcome: Result<Reopened, Fault>) -> Self {
        self.disk.0.borrow_mut().reopenings.push_back(outcome);
        self
    }

    /// Lets everything happen that can happen now.
    fn go(&self) {
        let mut work = std::mem::take(&mut self.disk.0.borrow_mut().work);
        let mut context = Context::from_waker(Waker::noop());
        work.retain_mut(|work| work.as_mut().poll(&mut context).is_pending());
        self.disk.0.borrow_mut().work.extend(work);
    }

    fn pass(&self, seconds: u64) {
        for _ in 0..seconds {
            self.disk.0.borrow_mut().now += Duration::from_secs(1);
            self.go();
        }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.disk.0.borrow_mut().asked)
    }

    fn reports(&self) -> Vec<Report> {
        std::mem::take(&mut self.disk.0.borrow_mut().reports)
    }

    fn thread(&self, id: u64) {
        self.storage.write(StoreId(id), thread(id));
    }
}

fn ben() -> ContactId {
    ContactId("ben".to_owned())
}

fn thread(number: u64) -> Change {
    let head = ThreadRecord {
        next_number: number,
        ..ThreadRecord::new(ben())
    };
    Change::Thread(head, Vec::new())
}

fn page() -> Page {
    Page {
        view: 1,
        id: 1,
        contact: ben(),
        from: ipc::HistoryFrom::Newest,
        limit: 50,
    }
}

fn refused(reason: &str) -> End {
    End::Fails(Fault::Refused(reason.to_owned()))
}

fn closed() -> End {
    End::Fails(Fault::Closed("InvalidStateError".to_owned()))
}

fn unknown() -> End {
    End::Fails(Fault::Unknown("message channel closed".to_owned()))
}

fn stored(id: u64) -> Report {
    Report::Stored(StoreId(id), Ok(()))
}

fn not_stored(id: u64, reason: &str) -> Report {
    Report::Stored(StoreId(id), Err(reason.to_owned()))
}

#[test]
fn a_full_disk_refuses_one_batch_and_the_next_one_is_tried() {
    let sut = Sut::new([refused("QuotaExceededError")]);
    sut.thread(1);
    sut.go();
    sut.thread(2);
    sut.go();
    assert_eq!(
        sut.reports(),
        [not_stored(1, "QuotaExceededError"), stored(2)]
    );
    assert_eq!(sut.asked(), ["threads ben:1", "threads ben:2"]);
}

#[test]
fn a_closed_database_is_opened_again_and_the_batch_repeated() {
    let sut = Sut::new([closed()]);
    sut.thread(1);
    sut.go();
    assert_eq!(sut.asked(), ["threads ben:1", "reopen", "threads ben:1"]);
    assert_eq!(sut.reports(), [stored(1)], "once");
}

#[test]
fn a_page_is_read_although_the_database_was_closed() {
    let sut = Sut::new([closed()]);
    sut.storage.read(page());
    sut.go();
    assert_eq!(sut.asked(), ["page of ben", "reopen", "page of ben"]);
    assert_eq!(sut.reports(), [Report::Page(page(), PageRead::default())]);
}

#[test]
fn a_database_that_is_closed_again_and_again_refuses_in_the_end() {
    let sut = Sut::new([closed(), closed(), closed()]);
    sut.thread(1);
    sut.go();
    assert_eq!(sut.reports(), [not_stored(1, "InvalidStateError")]);
    let reopened = sut.asked().iter().filter(|what| *what == "reopen").count();
    assert_eq!(reopened, 2);
}

#[test]
fn a_database_of_a_newer_program_is_said() {
    let newer = "VersionError: a newer version of Mesh Chat has changed the stored chats";
    let sut = Sut::new([closed()]).reopening(Err(Fault::Refused(newer.to_owned())));
    sut.thread(1);
    sut.go();
    assert_eq!(sut.reports(), [not_stored(1, newer)]);
}

#[test]
fn a_database_that_is_closed_while_nothing_is_written_is_opened_at_once() {
    let sut = Sut::new([]);
    sut.disk.0.borrow_mut().closed = true;
    sut.storage.closed();
    sut.go();
    assert_eq!(sut.asked(), ["reopen"]);
    sut.thread(1);
    sut.go();
    assert_eq!(sut.asked(), ["threads ben:1"]);
}

#[test]
fn chats_that_are_still_being_removed_are_opened_again_in_a_moment() {
    let removing = Fault::Closed("AbortError".to_owned());
    let sut = Sut::new([]).reopening(Err(removing));
    let sut = sut.reopening(Ok(Reopened::Emptied));
    sut.disk.0.borrow_mut().closed = true;
    sut.storage.closed();
    sut.go();
    assert_eq!(sut.reports(), []);
    sut.pass(1);
    assert_eq!(sut.asked(), ["reopen", "reopen"]);
    assert_eq!(sut.reports(), [Report::Restart(Restart::Emptied)]);
}

#[test]
fn chats_that_were_removed_are_not_written_over() {
    let sut = Sut::new([closed()]).reopening(Ok(Reopened::Emptied));
    sut.thread(1);
    sut.go();
    sut.thread(2);
    sut.pass(100);
    assert_eq!(sut.asked(), ["threads ben:1", "reopen"]);
    assert_eq!(sut.reports(), [Report::Restart(Restart::Emptied)]);
}

#[test]
fn what_nobody_knows_is_repeated_until_somebody_does() {
    let sut = Sut::new([unknown(), unknown(), refused("full")]);
    let settings = || Change::Settings(Settings::default());
    sut.storage.write(StoreId(1), settings());
    sut.go();
    sut.storage.write(StoreId(2), Change::ForgetContact(ben()));
    sut.storage.write(StoreId(3), settings());
    assert_eq!(sut.reports(), [], "neither written nor refused");
    sut.pass(1);
    assert_eq!(sut.reports(), []);
    sut.pass(1);
    assert_eq!(sut.reports()[0], not_stored(1, "full"));
    let asked = sut.asked();
    assert_eq!(asked[..3], ["local settings"; 3], "the same batch");
    assert_eq!(asked.len(), 4, "and then the others");
}

#[test]
fn a_disk_that_says_nothing_for_half_a_minute_needs_a_fresh_page() {
    let sut = Sut::new([End::Hangs]);
    sut.thread(1);
    sut.go();
    sut.pass(29);
    assert_eq!(sut.reports(), []);
    sut.pass(1);
    assert_eq!(sut.reports(), [Report::Restart(Restart::Silent)]);
    sut.thread(2);
    sut.pass(100);
    assert_eq!(sut.reports(), [], "nothing more happens in this page");
    assert_eq!(sut.asked(), ["threads ben:1"]);
}

#[test]
fn a_background_that_never_says_what_became_of_a_write_needs_a_fresh_page() {
    let sut = Sut::new((0..100).map(|_| unknown()));
    sut.storage.write(StoreId(1), Change::ForgetContact(ben()));
    sut.go();
    sut.pass(31);
    assert_eq!(sut.reports(), [Report::Restart(Restart::Silent)]);
}

#[test]
fn sleep_in_the_middle_of_a_write_gives_the_answer_its_time() {
    let sut = Sut::new([unknown()]);
    sut.storage.write(StoreId(1), Change::ForgetContact(ben()));
    sut.go();
    // Hours pass at once; every timer is due in the same moment.
    sut.disk.0.borrow_mut().now += Duration::from_secs(10_000);
    sut.go();
    assert_eq!(sut.reports(), [stored(1)]);
}

#[test]
fn nothing_is_written_to_a_sealed_chat_but_it_can_be_removed() {
    let sut = Sut::new([]);
    sut.disk.0.borrow_mut().sealed = Some(ben());
    sut.thread(1);
    sut.storage.write(StoreId(2), Change::ForgetThread(ben()));
    sut.go();
    assert_eq!(
        sut.reports(),
        [not_stored(1, "the head of this chat is damaged"), stored(2)]
    );
}
