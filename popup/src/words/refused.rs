//! Why something was refused, and what else a person has to know of.

use super::name::isolate;
use crate::i18n::{Text, fill, t};
use crate::state::{BackupError, FieldError, FileError, Problem};
use ipc::limits::FOLDER_ENTRIES;
use ipc::{Alert, Refusal};

/// Returns why a command was refused.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    t(match refusal {
        Refusal::NameEmpty => Text::NameEmpty,
        Refusal::NameTooLong => Text::NameTooLong,
        Refusal::NameCharacters => Text::NameCharacters,
        Refusal::TextEmpty => Text::TextEmpty,
        Refusal::TextTooLong => Text::TextTooLong,
        Refusal::TextControls => Text::TextControls,
        Refusal::NoteTooLong => Text::NoteTooLong,
        Refusal::OutboxFull => Text::OutboxFull,
        Refusal::Gone => Text::Gone,
        Refusal::MessageGone => Text::MessageGone,
        Refusal::MessageForeign => Text::MessageForeign,
        Refusal::MessageOld => Text::MessageOld,
        Refusal::MessageUnfit => Text::MessageUnfit,
        Refusal::RuleOvertaken => Text::RuleOvertaken,
        Refusal::ClearedForGood => Text::ClearedForGood,
        Refusal::FileUnfit => Text::FileUnfit,
        Refusal::FilesFull => Text::FilesFull,
        Refusal::NotJoined => Text::NotJoined,
        Refusal::Off => Text::RefusedOff,
        Refusal::ContactsFull => Text::ContactsFull,
        Refusal::CodeMalformed => Text::CodeMalformed,
        Refusal::CodeDiffers => Text::CodeDiffers,
        Refusal::InviteMalformed => Text::InviteMalformed,
        Refusal::InviteOwn => Text::InviteOwn,
        Refusal::InviteExpired => Text::InviteExpired,
        Refusal::InviteUnreachable => Text::InviteUnreachable,
        Refusal::InviteNoPath => Text::NoPath,
        Refusal::InviteNotValid => Text::InviteNotValid,
        Refusal::InvitesFull => Text::InvitesFull,
        Refusal::IntroductionsFull => Text::IntroductionsFull,
        Refusal::Introduced => Text::IntroducedAlready,
        Refusal::PassphraseShort => Text::PassphraseShort,
        Refusal::BackupDamaged => Text::BackupDamaged,
        Refusal::BackupWrong => Text::BackupWrong,
        Refusal::NotEmpty => Text::NotEmpty,
        Refusal::Setting { reason, .. } => return fill(Text::SettingRefused, &[reason]),
        Refusal::Storage { .. } => Text::NotStored,
    })
}

/// Returns why a field of the settings was refused.
pub(crate) fn field_error(error: &FieldError) -> String {
    match error {
        FieldError::Port => t(Text::PortWrong),
        FieldError::Time => t(Text::TimeWrong),
        FieldError::Refused(reason) => refusal(reason),
    }
}

/// Returns why nothing was exported or imported.
pub(crate) fn backup_error(error: &BackupError) -> String {
    match error {
        BackupError::Missing => t(Text::FileMissing),
        BackupError::Unreadable => t(Text::FileUnreadable),
        BackupError::Refused(reason) => refusal(reason),
    }
}

/// Returns a problem in words.
pub(crate) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Refused(reason) => refusal(reason),
        Problem::Alert(told) => alert(told),
        Problem::File { name, why } => file_error(name, why),
    }
}

/// Returns why a file was not sent.
fn file_error(name: &str, why: &FileError) -> String {
    let why = match why {
        FileError::Unreadable => t(Text::FileNotRead),
        FileError::Another => t(Text::FileAnother),
        FileError::Empty => t(Text::FileEmpty),
        FileError::TooMany => fill(Text::FileTooMany, &[&FOLDER_ENTRIES.to_string()]),
        FileError::TooLong => t(Text::FileTooLong),
        FileError::NoAnswer => t(Text::FileNoAnswer),
        FileError::Refused(reason) => refusal(reason),
    };
    fill(Text::FileNotSent, &[&isolate(name), &why])
}

/// Returns what a program or a browser said of a problem, in its own words: for a report, not for
/// reading.
pub(crate) fn cause(problem: &Problem) -> Option<String> {
    let cause = match problem {
        Problem::Refused(Refusal::Storage { reason })
        | Problem::File {
            why: FileError::Refused(Refusal::Storage { reason }),
            ..
        }
        | Problem::Alert(
            Alert::StorageFailed { reason }
            | Alert::Misbehaved { reason, .. }
            | Alert::StorageDamaged { key: reason }
            | Alert::ButtonFailed {
                refusal: Refusal::Storage { reason },
            },
        ) => reason,
        Problem::Refused(_) | Problem::Alert(_) | Problem::File { .. } => return None,
    };
    Some(cause.clone())
}

fn alert(alert: &Alert) -> String {
    match alert {
        Alert::StorageFailed { .. } => t(Text::AlertStorageFailed),
        Alert::StorageDamaged { .. } => t(Text::AlertStorageDamaged),
        Alert::StorageSilent => t(Text::AlertStorageSilent),
        Alert::ChatsRemoved => t(Text::AlertChatsRemoved),
        Alert::SomebodyElse { name } => fill(Text::AlertSomebodyElse, &[&isolate(name)]),
        Alert::Misbehaved { name, .. } => fill(Text::AlertMisbehaved, &[&isolate(name)]),
        Alert::AnswerLost { name } => fill(Text::AlertAnswerLost, &[&isolate(name)]),
        Alert::NotAnswered { name: Some(name) } => fill(Text::AlertNotAnswered, &[&isolate(name)]),
        Alert::NotAnswered { name: None } => t(Text::AlertInviteOver),
        Alert::AnswerTooLate { name } => fill(Text::AlertTooLate, &[&isolate(name)]),
        Alert::ClockDiffers { name, minutes } => {
            fill(Text::AlertClock, &[&isolate(name), &minutes.to_string()])
        }
        Alert::InviteNotAccepted => t(Text::AlertInvite),
        Alert::TwoCopies => t(Text::AlertTwoCopies),
        Alert::OlderDisk { name } => fill(Text::AlertOlderDisk, &[&isolate(name)]),
        Alert::Blocked { name } => fill(Text::AlertBlocked, &[&isolate(name)]),
        Alert::ButtonFailed { refusal: why } => fill(Text::AlertButton, &[&refusal(why)]),
    }
}
