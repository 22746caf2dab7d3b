//! Why something was refused, and what else a person has to know of.

use super::name::isolate;
use crate::i18n::{Text, fill, t};
use crate::state::{BackupError, FieldError, Problem};
use ipc::{Notice, Refusal};

/// Why a command was refused.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    t(match refusal {
        Refusal::NameEmpty => Text::NameEmpty,
        Refusal::NameTooLong => Text::NameTooLong,
        Refusal::NameCharacters => Text::NameCharacters,
        Refusal::TextEmpty => Text::TextEmpty,
        Refusal::TextTooLong => Text::TextTooLong,
        Refusal::OutboxFull => Text::OutboxFull,
        Refusal::Gone => Text::Gone,
        Refusal::NotJoined => Text::NotJoined,
        Refusal::ContactsFull => Text::ContactsFull,
        Refusal::InviteMalformed => Text::InviteMalformed,
        Refusal::InviteOwn => Text::InviteOwn,
        Refusal::InviteExpired => Text::InviteExpired,
        Refusal::InviteUnreachable => Text::InviteUnreachable,
        Refusal::InviteNotValid => Text::InviteNotValid,
        Refusal::InvitesFull => Text::InvitesFull,
        Refusal::PassphraseShort => Text::PassphraseShort,
        Refusal::BackupDamaged => Text::BackupDamaged,
        Refusal::BackupWrong => Text::BackupWrong,
        Refusal::NotEmpty => Text::NotEmpty,
        Refusal::Setting { reason, .. } => return fill(Text::SettingRefused, &[reason]),
        Refusal::Storage { reason } => return fill(Text::NotStored, &[reason]),
    })
}

/// Why a field of the settings was refused.
pub(crate) fn field_error(error: &FieldError) -> String {
    match error {
        FieldError::Port => t(Text::PortWrong),
        FieldError::Refused(reason) => refusal(reason),
    }
}

/// Why nothing was exported or imported.
pub(crate) fn backup_error(error: &BackupError) -> String {
    match error {
        BackupError::Missing => t(Text::FileMissing),
        BackupError::TooLarge => t(Text::FileTooLarge),
        BackupError::Unreadable => t(Text::FileUnreadable),
        BackupError::Refused(reason) => refusal(reason),
    }
}

/// A problem to know of.
pub(crate) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Refused(reason) => refusal(reason),
        Problem::Notice(told) => notice(told),
    }
}

fn notice(notice: &Notice) -> String {
    match notice {
        Notice::StorageFailed { reason } => fill(Text::NoticeStorageFailed, &[reason]),
        Notice::StorageDamaged { key } => fill(Text::NoticeStorageDamaged, &[key]),
        Notice::SomebodyElse { name } => fill(Text::NoticeSomebodyElse, &[&isolate(name)]),
        Notice::Misbehaved { name, reason } => {
            fill(Text::NoticeMisbehaved, &[&isolate(name), reason])
        }
        Notice::AnswerTooLate { name } => fill(Text::NoticeTooLate, &[&isolate(name)]),
        Notice::ClockDiffers { name, minutes } => {
            fill(Text::NoticeClock, &[&isolate(name), &minutes.to_string()])
        }
        Notice::InviteNotAccepted => t(Text::NoticeInvite),
        Notice::TwoCopies => t(Text::NoticeTwoCopies),
        Notice::Blocked { name } => fill(Text::NoticeBlocked, &[&isolate(name)]),
    }
}
