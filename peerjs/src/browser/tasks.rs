//! Tasks that end with what they are for.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen_futures::spawn_local;

/// Runs tasks until their end. What they hold is dropped soon after. A copy runs more of the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(Rc<End>);

#[derive(Debug, Default)]
struct End {
    has_come: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Tasks {
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        spawn_local(UntilEnd {
            task: Box::pin(task),
            end: Rc::clone(&self.0),
            is_known: false,
        });
    }

    /// Ends all of them, also those that are begun later.
    pub(super) fn end(&self) {
        self.0.has_come.set(true);
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

struct UntilEnd {
    task: Pin<Box<dyn Future<Output = ()>>>,
    end: Rc<End>,
    is_known: bool,
}

impl Future for UntilEnd {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.end.has_come.get() {
            return Poll::Ready(());
        }
        if !self.is_known {
            self.is_known = true;
            let waker = context.waker().clone();
            self.end.waiting.borrow_mut().push(waker);
        }
        self.task.as_mut().poll(context)
    }
}
