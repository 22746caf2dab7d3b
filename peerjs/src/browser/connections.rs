//! Makes the peer connections of a page, counts them, and has the closed ones collected.

use super::frames::Frame;
use super::tasks::Tasks;
use super::timer::{now, pause};
use crate::event::Counts;
use crate::limits::{PLACES_MAX, SETTLE_LOOKS, SETTLE_MILLIS};
use crate::rotation::Rotation;
use crate::upkeep::{Admission, Upkeep};
use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, FinalizationRegistry};
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    RtcConfiguration, RtcIceConnectionState, RtcIceGatheringState, RtcPeerConnection,
    RtcPeerConnectionState,
};

/// The bytes of a buffer for which no browser has room: V8 collects all it can, twice and more, before it
/// says so. This takes 15 to 20 ms in Chromium 156 and no memory. Buffers that it does have room for only begin
/// a collection, which ends when there is time. Firefox refuses the number.
const IMPOSSIBLE: f64 = 34_359_738_367.0;

#[wasm_bindgen]
extern "C" {
    /// An `ArrayBuffer` whose constructor may fail.
    #[wasm_bindgen(extends = ArrayBuffer)]
    type Buffer;
    #[wasm_bindgen(constructor, js_class = "ArrayBuffer", catch)]
    fn new(bytes: f64) -> Result<Buffer, JsValue>;
}

/// The maker of all peer connections of a page; a copy is the same one.
#[derive(Clone, Debug)]
pub struct Connections(Rc<Page>);

#[derive(Debug)]
struct Page {
    /// Where closed connections are collected when their window is removed.
    frames: Option<RefCell<Rotation<Frame>>>,
    upkeep: Rc<RefCell<Upkeep>>,
    /// Tells which connections were collected.
    registry: FinalizationRegistry,
    _on_collected: Closure<dyn FnMut(JsValue)>,
}

impl Connections {
    /// Returns the maker of a page. `limited` is whether the browser limits connections, as Chromium does; in another
    /// one, which is Firefox, they are made in frames of the page.
    pub fn new(limited: bool) -> Self {
        let upkeep = Upkeep::new(limited.then_some(PLACES_MAX));
        let upkeep = Rc::new(RefCell::new(upkeep));
        let counted = Rc::clone(&upkeep);
        let on_collected = Closure::new(move |_| counted.borrow_mut().collected());
        let registry = FinalizationRegistry::new(on_collected.as_ref().unchecked_ref());
        Self(Rc::new(Page {
            frames: (!limited).then(RefCell::default),
            upkeep,
            registry,
            _on_collected: on_collected,
        }))
    }

    /// Makes a connection.
    ///
    /// # Errors
    /// Where nearly all places are taken, and where the browser makes no more of them, refuses the servers, or has
    /// WebRTC switched off.
    pub fn make(&self, configuration: &RtcConfiguration) -> Result<Connection, JsValue> {
        let admission = self.0.upkeep.borrow_mut().admit(now());
        match admission {
            Admission::Make => {}
            Admission::Collect | Admission::PutOff => {
                if admission == Admission::Collect {
                    tracing::warn!(counts = ?self.counts(), "connections are put off");
                    self.collect();
                }
                return Err(JsValue::from_str("nearly all places are taken"));
            }
        }
        let (connection, frame) = match self.0.connection(configuration) {
            Ok(made) => made,
            Err(error) => {
                let collect = self.0.upkeep.borrow_mut().refused(now());
                self.collect_if(collect);
                return Err(error);
            }
        };
        self.0.upkeep.borrow_mut().made();
        self.0.registry.register(&connection, &JsValue::UNDEFINED);
        Ok(Connection {
            connection,
            frame,
            tasks: Tasks::default(),
            page: self.clone(),
        })
    }

    /// Returns what has become of all of them.
    pub fn counts(&self) -> Counts {
        self.0.upkeep.borrow().counts()
    }

    /// Has what was closed collected; also what a page before this one has left in the process.
    pub fn collect(&self) {
        // In a turn of its own: what is on the stack now may hold some of them.
        Timeout::new(0, collect_garbage).forget();
    }

    fn collect_if(&self, collect: bool) {
        if collect {
            tracing::debug!(counts = ?self.counts(), "connections are collected");
            self.collect();
        }
    }

    /// Closes a connection as soon as all that has happened to it has reached the page. Chromium 156 never collects one
    /// that is closed while one of its events waits: between its description and the beginning of its
    /// gathering, and between its first open channel and its being connected.
    async fn close_settled(self, connection: RtcPeerConnection, frame: Option<Rc<Frame>>) {
        for _ in 0..SETTLE_LOOKS {
            pause(SETTLE_MILLIS).await;
            if is_settled(&connection) {
                break;
            }
        }
        connection.close();
        drop((connection, frame));
        let collect = self.0.upkeep.borrow_mut().closed(now());
        self.collect_if(collect);
    }
}

impl Page {
    /// Has the browser make a connection, and returns it with the frame that made it.
    fn connection(
        &self,
        configuration: &RtcConfiguration,
    ) -> Result<(RtcPeerConnection, Option<Rc<Frame>>), JsValue> {
        let Some(frames) = &self.frames else {
            let connection = RtcPeerConnection::new_with_configuration(configuration)?;
            return Ok((connection, None));
        };
        let frame = frames.borrow_mut().next(Frame::open)?;
        Ok((frame.connection(configuration)?, Some(frame)))
    }
}

fn is_settled(connection: &RtcPeerConnection) -> bool {
    let begins = connection.ice_gathering_state() == RtcIceGatheringState::New
        && connection.local_description().is_some();
    let has_path = matches!(
        connection.ice_connection_state(),
        RtcIceConnectionState::Connected | RtcIceConnectionState::Completed
    );
    let connects = matches!(
        connection.connection_state(),
        RtcPeerConnectionState::New | RtcPeerConnectionState::Connecting
    );
    !(begins || has_path && connects)
}

/// Makes the browser collect what nothing holds any more.
fn collect_garbage() {
    // Refused, which is the purpose.
    let _ = Buffer::new(IMPOSSIBLE);
}

/// A peer connection. Its tasks end when it is dropped, and it is closed soon after.
#[derive(Debug)]
pub struct Connection {
    connection: RtcPeerConnection,
    frame: Option<Rc<Frame>>,
    tasks: Tasks,
    page: Connections,
}

impl Connection {
    /// Runs a task that waits for the connection. It ends with the connection: browsers never settle
    /// what one that is closed was asked for, and the task would hold it for ever.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.spawn(task);
    }

    /// Returns what runs such tasks, for a part of the connection.
    pub(super) fn tasks(&self) -> &Tasks {
        &self.tasks
    }
}

impl Deref for Connection {
    type Target = RtcPeerConnection;

    fn deref(&self) -> &RtcPeerConnection {
        &self.connection
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.tasks.end();
        let (connection, frame) = (self.connection.clone(), self.frame.take());
        spawn_local(self.page.clone().close_settled(connection, frame));
    }
}
