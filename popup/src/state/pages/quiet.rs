//! Quiet hours as two fields show them.

use super::field_error::FieldError;
use ipc::{MinuteOfDay, QuietHours};

/// Quiet hours as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuietForm {
    /// There are some.
    pub(crate) on: bool,
    /// When they begin: `22:00`.
    pub(crate) from: String,
    /// When they end.
    pub(crate) to: String,
}

/// An edit of quiet hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuietEdit {
    /// There are some, or none.
    On(bool),
    /// When they begin.
    From(String),
    /// When they end.
    To(String),
}

impl Default for QuietForm {
    /// Returns none, and what stands in the fields once somebody wants some.
    fn default() -> Self {
        Self {
            on: false,
            from: "22:00".to_owned(),
            to: "07:00".to_owned(),
        }
    }
}

impl From<Option<QuietHours>> for QuietForm {
    fn from(hours: Option<QuietHours>) -> Self {
        hours.map_or_else(Self::default, |hours| Self {
            on: true,
            from: typed(hours.from),
            to: typed(hours.to),
        })
    }
}

impl QuietForm {
    pub(super) fn edit(&mut self, edit: QuietEdit) {
        match edit {
            QuietEdit::On(on) => self.on = on,
            QuietEdit::From(from) => self.from = from,
            QuietEdit::To(to) => self.to = to,
        }
    }

    /// Returns what the fields say.
    pub(super) fn hours(&self) -> Result<Option<QuietHours>, (String, FieldError)> {
        let read = |field: &str, typed: &str| {
            let minute = read(typed);
            minute.ok_or_else(|| (format!("quietHours.{field}"), FieldError::Time))
        };
        if !self.on {
            return Ok(None);
        }
        Ok(Some(QuietHours {
            from: read("from", &self.from)?,
            to: read("to", &self.to)?,
        }))
    }
}

fn typed(MinuteOfDay(minute): MinuteOfDay) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads the value of a field for times: hours and minutes, or nothing while it is not filled in.
fn read(typed: &str) -> Option<MinuteOfDay> {
    let (hour, minute) = typed.split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour < 24 && minute < 60).then_some(MinuteOfDay(hour * 60 + minute))
}
