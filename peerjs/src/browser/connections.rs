//! Makes the peer connections of a page, counts them, and has the closed ones collected.

use super::tasks::Tasks;
use super::timer::now;
use crate::upkeep::{Counts, Upkeep};
use gloo_timers::callback::Timeout;
use js_sys::ArrayBuffer;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{RtcConfiguration, RtcPeerConnection};

/// Buffers that bring a collection about, and the bytes of each. Engines collect when so much outside
/// their heap was asked for since the last time; nothing is written to a buffer, so that none takes
/// memory. In Chromium 156 two always sufficed, at 2 to 100 ms for the collection of 500 connections.
const BUFFERS: usize = 4;
/// See [`BUFFERS`].
const BUFFER_BYTES: u32 = 64 << 20;

#[wasm_bindgen]
extern "C" {
    /// An `ArrayBuffer` whose constructor may fail.
    #[wasm_bindgen(extends = ArrayBuffer)]
    type Buffer;
    #[wasm_bindgen(constructor, js_class = "ArrayBuffer", catch)]
    fn new(bytes: u32) -> Result<Buffer, JsValue>;
}

/// The maker of all peer connections of a page; a copy is the same one.
#[derive(Clone, Debug, Default)]
pub struct Connections(Rc<RefCell<Upkeep>>);

impl Connections {
    /// Makes a connection.
    ///
    /// # Errors
    /// Where the browser makes no more of them, refuses the servers, or has WebRTC switched off.
    pub fn make(&self, configuration: &RtcConfiguration) -> Result<Connection, JsValue> {
        let made = RtcPeerConnection::new_with_configuration(configuration);
        let collect = match &made {
            Ok(_) => {
                self.0.borrow_mut().made();
                false
            }
            Err(_) => self.0.borrow_mut().refused(now()),
        };
        self.collect_if(collect);
        Ok(Connection {
            connection: made?,
            tasks: Tasks::default(),
            page: self.clone(),
        })
    }

    /// Returns what has become of all of them.
    pub fn counts(&self) -> Counts {
        self.0.borrow().counts()
    }

    fn collect_if(&self, collect: bool) {
        if !collect {
            return;
        }
        let Counts {
            made,
            open,
            collections,
            refused,
        } = self.counts();
        tracing::debug!(
            made,
            open,
            collections,
            refused,
            "connections are collected"
        );
        // In a turn of its own: what is on the stack now may hold some of them.
        Timeout::new(0, collect_garbage).forget();
    }
}

/// Makes the browser collect what nothing holds any more.
fn collect_garbage() {
    // All at once: one that is dropped first does not count. Where there is no room for one, the
    // browser has collected before it said so.
    let buffers: Result<Vec<_>, _> = (0..BUFFERS).map(|_| Buffer::new(BUFFER_BYTES)).collect();
    drop(buffers);
}

/// A peer connection. Closed when dropped, together with its tasks.
#[derive(Debug)]
pub struct Connection {
    connection: RtcPeerConnection,
    tasks: Tasks,
    page: Connections,
}

impl Connection {
    /// Runs a task that waits for the connection. It ends with the connection: browsers never settle
    /// what one that is closed was asked for, and the task would hold it for ever.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.spawn(task);
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
        self.connection.close();
        let collect = self.page.0.borrow_mut().closed(now());
        self.page.collect_if(collect);
    }
}
