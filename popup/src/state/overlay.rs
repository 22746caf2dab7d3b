//! What is shown over the page and belongs to none: the palette that finds people, pages and messages, and the list
//! of keys.

use super::people::{Lists, Requests, Section};
use ipc::{ContactId, Hit, PersonId, RequestId, Spot};

/// The most that the palette shows: more would be a list to read.
pub(crate) const FOUND: usize = 50;

/// The most people and pages that it shows beside messages.
pub(crate) const BESIDE: usize = 8;

/// A dialog over the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Overlay {
    /// Finds people, pages and messages.
    Palette(Palette),
    /// Says which keys do what; with those of the browser, once it has told them.
    Keys(Vec<Shortcut>),
}

/// The palette.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Palette {
    /// What is looked for.
    pub(crate) query: String,
    /// The entry that Enter follows; without one the first.
    pub(crate) active: Option<Goal>,
    /// What an entry is chosen for.
    pub(crate) choosing: Choosing,
    /// Only messages of the chat with this contact are looked for.
    pub(crate) contact: Option<ContactId>,
    /// The messages.
    pub(crate) messages: Messages,
}

impl Palette {
    /// Returns whether messages are looked for.
    pub(crate) fn searches(&self) -> bool {
        self.choosing == Choosing::Goal && !self.query.trim().is_empty()
    }
}

/// What an entry of the palette is chosen for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choosing {
    /// To go there.
    #[default]
    Goal,
    /// A contact, to be introduced to another one.
    One,
    /// The other one, to whom this contact is to be introduced.
    Other(ContactId),
}

impl Choosing {
    /// Returns whether somebody can be chosen: a contact who is not blocked, and not the same one twice.
    pub(crate) fn may_be(&self, id: &PersonId, blocked: bool) -> bool {
        match (self, id) {
            (Self::Goal, _) => true,
            (Self::One, PersonId::Contact(_)) => !blocked,
            (Self::Other(one), PersonId::Contact(other)) => !blocked && one != other,
            (Self::One | Self::Other(_), PersonId::Stranger(_)) => false,
        }
    }
}

/// The messages that the palette has found, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Messages {
    /// Those that are known.
    pub(crate) hits: Vec<Hit>,
    /// Where older ones begin; `None` where there are none.
    pub(crate) next: Option<Spot>,
    /// An answer is awaited: what is here may be that to an earlier question.
    pub(crate) awaited: bool,
    /// Those of an earlier version are not all found yet.
    pub(crate) filling: bool,
    /// The chats could not be read.
    pub(crate) failed: bool,
}

/// Where an entry of the palette leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// To the chat with a contact, or to a stranger in the lists.
    Person(PersonId),
    /// To a message of a chat, by its number.
    Message(ContactId, u64),
    /// To older messages, in the palette.
    More,
    /// To a request that waits.
    Request(RequestId),
    /// To the lists.
    Lists,
    /// To all files.
    Files,
    /// To the invites.
    Invites,
    /// To the Connection page.
    Connection,
    /// To the settings.
    Settings,
    /// To introduce two contacts to each other.
    Introduce,
    /// To the list of keys.
    Keys,
}

impl Goal {
    /// The pages, in the order of the palette.
    pub(crate) const PAGES: [Self; 7] = [
        Self::Lists,
        Self::Files,
        Self::Invites,
        Self::Introduce,
        Self::Connection,
        Self::Settings,
        Self::Keys,
    ];
}

/// An entry of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it leads.
    pub(crate) goal: Goal,
    /// What it is called.
    pub(crate) name: String,
    /// The name that a contact gives itself, where that is another.
    pub(crate) calls_itself: Option<String>,
}

/// A command of the browser, and its keys as the browser writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortcut {
    /// Its name in the manifest.
    pub(crate) command: String,
    /// Empty where the person has taken them away, or another extension has them.
    pub(crate) keys: String,
}

/// What happens to a dialog over the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OverlayEdit {
    /// Find somebody or something.
    Find,
    /// Find a message of the open chat.
    FindHere,
    /// Look in all chats instead.
    Everywhere,
    /// Show the keys.
    Keys,
    /// The browser has told its own.
    Shortcuts(Vec<Shortcut>),
    /// What is looked for was edited.
    Query(String),
    /// An arrow has led to this entry.
    Move(Goal),
    /// An entry was chosen.
    Go(Goal),
    /// Close it.
    Close,
}

/// Returns everybody in the lists who can be chosen: contacts, then who is here, then who asks.
pub(crate) fn everybody(lists: &Lists, requests: &Requests, choosing: &Choosing) -> Vec<Found> {
    let network = lists.of(Section::Network).iter();
    let people = network.chain(lists.of(Section::Saved).iter());
    let (contacts, strangers): (Vec<_>, Vec<_>) =
        people.partition(|person| matches!(person.id, PersonId::Contact(_)));
    let people = contacts.into_iter().chain(strangers);
    let people = people.filter(|person| {
        let preferences = person.preferences.as_ref();
        choosing.may_be(&person.id, preferences.is_some_and(|p| p.blocked))
    });
    let people = people.map(|person| Found {
        goal: Goal::Person(person.id.clone()),
        name: person.name.clone(),
        calls_itself: person
            .preferences
            .as_ref()
            .and_then(|preferences| preferences.calls_itself.clone()),
    });
    let requests = requests.values().filter(|_| *choosing == Choosing::Goal);
    let requests = requests.map(|request| Found {
        goal: Goal::Request(request.id.clone()),
        name: request.name.clone(),
        calls_itself: None,
    });
    people.chain(requests).collect()
}

impl Found {
    /// Returns whether one of its names has this in it. `same` compares two texts as the person's language does.
    pub(crate) fn has(&self, query: &str, same: fn(&str, &str) -> bool) -> bool {
        let names = [Some(&self.name), self.calls_itself.as_ref()];
        let mut names = names.into_iter().flatten();
        let query = query.trim();
        names.any(|name| has(name, query, same))
    }
}

/// What is the same can have a character more or less: ß is ss.
fn has(name: &str, query: &str, same: fn(&str, &str) -> bool) -> bool {
    let Some(first) = query.chars().next() else {
        return true;
    };
    let length = query.chars().count();
    let starts = name.char_indices().filter(|(_, c)| may_be(*c, first));
    let mut rests = starts.filter_map(|(at, _)| name.get(at..));
    rests.any(|rest| {
        let lengths = [length, length + 1, length.saturating_sub(1)];
        lengths.into_iter().any(|length| {
            let piece: String = rest.chars().take(length).collect();
            same(&piece, query)
        })
    })
}

/// Returns whether comparing is worth while: two letters of English are the same, or they are not.
fn may_be(one: char, other: char) -> bool {
    !one.is_ascii() || !other.is_ascii() || one.eq_ignore_ascii_case(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let plain = |text: &str| text.to_lowercase().replace('ß', "ss").replace('é', "e");
        plain(one) == plain(other)
    }

    #[test]
    fn a_name_is_found_by_any_part_of_it_as_the_language_compares() {
        let found = Found {
            goal: Goal::Lists,
            name: "Zoé Weiß".to_owned(),
            calls_itself: Some("李小龍".to_owned()),
        };
        for (query, there) in [
            ("", true),
            ("  ", true),
            ("z", true),
            ("zoe", true),
            ("ZOÉ w", true),
            ("é", true),
            ("weiss", true),
            ("eiß", true),
            ("小", true),
            (" weiß ", true),
            ("zoe weiss x", false),
            ("a", false),
            ("zo e", false),
        ] {
            assert_eq!(found.has(query, same), there, "{query:?}");
        }
    }
}
