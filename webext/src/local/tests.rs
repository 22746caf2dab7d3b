//! What is written and read.

use super::*;
use crate::journal::{Batch, Journal};
use mesh_chat::node::StoreId;
use mesh_chat::records::{Secret, WaitingChats};
use mesh_chat::view::{Availability, RequestId};

fn contact(id: &str, name: &str) -> ContactRecord {
    ContactRecord {
        version: 1,
        id: ContactId(id.to_owned()),
        identity: None,
        name: name.to_owned(),
        new_name: None,
        card: None,
        profile_number: 1,
        pair_secret: Secret("AA".to_owned()),
        last_seen: None,
        preferences: Box::default(),
        introduced: None,
    }
}

fn profile() -> ProfileRecord {
    ProfileRecord {
        version: 1,
        name: "Ada".to_owned(),
        named_at: 0,
        identity: Secret("AA".to_owned()),
        discovery_uuid: Secret("BB".to_owned()),
        transport_id: "myapp-1".to_owned(),
        profile_number: 1,
        former: None,
    }
}

fn asked() -> AskedRecord {
    AskedRecord {
        version: 1,
        stranger: "myapp-2".to_owned(),
        from: "myapp-1".to_owned(),
        call_back: Secret("CC".to_owned()),
        until: 7,
        name: None,
        before: None,
        answers: None,
        told: false,
    }
}

fn stored(changes: &[Change]) -> Vec<(String, String)> {
    let mut writes = Writes::default();
    for change in changes {
        assert!(writes.add(change).unwrap());
    }
    writes.set
}

#[test]
fn what_is_written_is_read_again() {
    let settings = Settings {
        cellular: true,
        ..Settings::default()
    };
    let entries = stored(&[
        Change::Profile(profile()),
        Change::Settings(settings.clone()),
        Change::Contact(contact("c1", "Ben")),
        Change::Asked(asked()),
    ]);
    let local = read(&entries).unwrap();
    assert_eq!(local.damaged, Vec::<String>::new());
    assert_eq!(local.snapshot.asked, [asked()]);
    assert_eq!(local.snapshot.profile, Some(profile()));
    assert_eq!(local.snapshot.settings, settings);
    assert_eq!(local.snapshot.contacts, [contact("c1", "Ben")]);
}

#[test]
fn whoever_may_be_off_is_off_where_that_cannot_be_read() {
    let off = AvailabilityRecord {
        version: 1,
        chosen: Availability::Off { until: Some(7) },
        before: Availability::ContactsOnly,
    };
    let entries = stored(&[Change::Availability(off)]);
    // As the first version with it has written it.
    let text = r#"{"version":1,"chosen":{"off":{"until":7}},"before":"contactsOnly"}"#;
    assert_eq!(entries, [("availability".to_owned(), text.to_owned())]);
    let local = read(&entries).unwrap();
    assert_eq!(local.snapshot.availability, Some(off));
    assert_eq!(read(&[]).unwrap().snapshot.availability, None);
    for text in [
        "{",
        r#"{"version":2,"chosen":"here"}"#,
        r#"{"version":1,"chosen":"near"}"#,
    ] {
        let local = read(&[("availability".to_owned(), text.to_owned())]).unwrap();
        let chosen = local.snapshot.availability.map(|record| record.chosen);
        assert_eq!(chosen, Some(Availability::Off { until: None }), "{text}");
        assert_eq!(local.damaged, ["availability"]);
    }
}

#[test]
fn the_last_write_under_a_key_counts() {
    let id = ContactId("c1".to_owned());
    let mut writes = Writes::default();
    writes.add(&Change::Contact(contact("c1", "Ben"))).unwrap();
    writes.add(&Change::ForgetContact(id.clone())).unwrap();
    assert!(writes.set.is_empty());
    assert_eq!(writes.remove, ["contact/c1"]);
    writes.add(&Change::Contact(contact("c1", "Ben"))).unwrap();
    assert_eq!(writes.set.len(), 1);
    assert!(writes.remove.is_empty());
    writes
        .add(&Change::ForgetRequest(RequestId("r".to_owned())))
        .unwrap();
    assert_eq!(writes.remove, ["request/r"]);
}

#[test]
fn an_import_of_the_most_contacts_is_one_write() {
    let all = (0..500).map(|number| contact(&number.to_string(), "Ben"));
    let import = ImportRecord {
        profile: profile(),
        contacts: all.collect(),
        forget_contacts: vec![ContactId("unfinished".to_owned())],
        forget_requests: vec![RequestId("r".to_owned())],
        forget_invites: Vec::new(),
        forget_asked: vec!["a".to_owned()],
        history: None,
    };
    let mut journal = Journal::default();
    journal.write(StoreId(1), Change::Contact(contact("7", "old")));
    journal.write(StoreId(2), Change::Import(Box::new(import)));
    let Some(Batch::Local(ids, writes)) = journal.next_batch() else {
        panic!("one batch expected");
    };
    assert_eq!(ids, [StoreId(1), StoreId(2)]);
    assert_eq!(writes.set.len(), 501);
    assert_eq!(
        writes.remove,
        ["contact/unfinished", "request/r", "asked/a"]
    );
    let local = read(&writes.set).unwrap();
    assert!(local.snapshot.contacts.iter().all(|c| c.name == "Ben"));
    assert_eq!(journal.next_batch(), None);
}

fn importing(waiting: WaitingChats) -> ImportRecord {
    ImportRecord {
        profile: profile(),
        contacts: vec![contact("here", "Ben")],
        forget_contacts: Vec::new(),
        forget_requests: Vec::new(),
        forget_invites: Vec::new(),
        forget_asked: Vec::new(),
        history: Some(waiting),
    }
}

#[test]
fn an_import_with_chats_leaves_their_task_in_the_same_write_and_forgetting_removes_it() {
    let waiting = WaitingChats {
        name: "t".to_owned(),
        chats: vec![(ContactId("there".to_owned()), ContactId("here".to_owned()))],
    };
    let import = importing(waiting.clone());
    let mut writes = Writes::default();
    writes.add(&Change::Import(Box::new(import))).unwrap();
    let local = read(&writes.set).unwrap();
    assert_eq!(local.tasks, [Task::new(waiting)]);
    assert_eq!(local.damaged, Vec::<String>::new());
    writes.add(&Change::ForgetHistory("t".to_owned())).unwrap();
    assert_eq!(read(&writes.set).unwrap().tasks, []);
    assert_eq!(writes.remove, ["import/t"]);
    let newer = r#"{"version":2,"name":"t","chats":[]}"#.to_owned();
    let local = read(&[("import/t".to_owned(), newer)]).unwrap();
    assert_eq!(
        (local.tasks, local.damaged),
        (Vec::new(), vec!["import/t".to_owned()])
    );
}

#[test]
fn a_second_import_leaves_the_chats_of_a_first_one_waiting() {
    let mut stored = Vec::new();
    for name in ["first", "second"] {
        let waiting = WaitingChats {
            name: name.to_owned(),
            chats: Vec::new(),
        };
        let mut writes = Writes::default();
        writes
            .add(&Change::Import(Box::new(importing(waiting))))
            .unwrap();
        stored.retain(|(key, _)| writes.set.iter().all(|(other, _)| other != key));
        stored.extend(writes.set);
    }
    let names: Vec<_> = read(&stored)
        .unwrap()
        .tasks
        .into_iter()
        .map(|task| task.name)
        .collect();
    assert_eq!(names, ["first", "second"]);
}

#[test]
fn a_damaged_profile_stops_everything_and_its_content_is_not_told() {
    let text = r#"{"version":1,"name":"Ada","identity":5"#.to_owned();
    let entries = Vec::from([("profile".to_owned(), text)]);
    let reason = read(&entries).unwrap_err().to_string();
    assert!(
        reason.contains("cannot be read") && !reason.contains("Ada"),
        "{reason}"
    );
}

#[test]
fn a_profile_of_a_newer_program_stops_everything() {
    let newer = ProfileRecord {
        version: 2,
        ..profile()
    };
    let reason = read(&stored(&[Change::Profile(newer)]))
        .unwrap_err()
        .to_string();
    assert!(reason.contains("version 2"), "{reason}");
}

#[test]
fn other_damaged_entries_are_reported_and_the_rest_is_read() {
    let mut entries = stored(&[Change::Contact(contact("c1", "Ben"))]);
    entries.push(("contact/c2".to_owned(), "{".to_owned()));
    let swapped = entries[0].1.clone();
    entries.push(("contact/c3".to_owned(), swapped));
    entries.push(("request/r1".to_owned(), "null".to_owned()));
    entries.push(("settings".to_owned(), "[]".to_owned()));
    entries.push(("something else".to_owned(), "?".to_owned()));
    let local = read(&entries).unwrap();
    assert_eq!(
        local.damaged,
        ["contact/c2", "contact/c3", "request/r1", "settings"]
    );
    assert_eq!(local.snapshot.contacts, [contact("c1", "Ben")]);
    let damaged = ["c2", "c3"].map(|id| ContactId(id.to_owned()));
    assert_eq!(local.snapshot.damaged_contacts, damaged);
    assert_eq!(local.snapshot.settings, Settings::default());
    assert!(local.snapshot.damaged_settings.is_some());
}

#[test]
fn settings_of_a_newer_program_are_read_as_far_as_they_are_known() {
    let server = r#"{"host":"h","port":1,"path":"/","key":"k","secure":true,"newer":1}"#;
    let text = format!(r#"{{"root":"acme","signalling":[{server}],"newer":{{}}}}"#);
    let local = read(&[("settings".to_owned(), text)]).unwrap();
    assert_eq!(local.damaged, Vec::<String>::new());
    assert_eq!(local.snapshot.settings.root.as_deref(), Some("acme"));
    assert_eq!(local.snapshot.settings.signalling.unwrap()[0].host, "h");
}
