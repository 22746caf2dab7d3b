//! Logs of the program to the console of its page: warnings and errors, and with
//! `localStorage.log = "debug"` everything.

use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};
use wasm_bindgen::JsValue;
use web_sys::console;

/// Starts logging, and makes a panic visible before the instance traps.
pub fn start() {
    let level = if super::clock::debug_wanted() {
        Level::DEBUG
    } else {
        Level::WARN
    };
    // Set already: the page called twice, and the first one stays.
    let _ = tracing::subscriber::set_global_default(Console { level });
    std::panic::set_hook(Box::new(|panic| {
        console::error_1(&JsValue::from(format!("mesh-chat: {panic}")));
    }));
}

struct Console {
    level: Level,
}

impl Subscriber for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{}:", event.metadata().target()));
        event.record(&mut line);
        let line = JsValue::from(line.0);
        match *event.metadata().level() {
            Level::ERROR => console::error_1(&line),
            Level::WARN => console::warn_1(&line),
            _ => console::log_1(&line),
        }
    }

    // Spans carry nothing here.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    /// No log has fractions, and showing them takes more code than all the rest.
    #[expect(clippy::cast_possible_truncation, reason = "no log has fractions")]
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.record_i64(field, value as i64);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = if field.name() == "message" {
            write!(self.0, " {value:?}")
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
        // Writing to a String does not fail.
        debug_assert!(written.is_ok());
    }
}
