//! The own Discovery IDs of before.

use super::machine::{DAY, following, open, own};
use crate::io::{Link, Output};
use crate::test_context::{me, outputs, wait};
use crate::wire::{Entry, RegistryPart, RouterFrame, encode};

#[test]
fn nobody_sees_themselves_under_an_id_that_they_had() {
    let (mut ctx, mut directory, _) = following();
    let (me, before) = (me("Ann", 1), own(&directory, "myapp"));
    wait(&mut ctx, DAY);
    directory.new_day(&mut ctx, &me);
    let now = own(&directory, "myapp");
    directory.registered(&mut ctx, &now);
    let outputs = outputs(&mut ctx);
    let Some(Output::Dial { link, .. }) = outputs.last() else {
        panic!("{outputs:?}");
    };
    let link = *link;
    open(&mut directory, &mut ctx, link);
    // The goodbye was lost: for this router the former one is somebody who is there.
    let entry = |discovery_id: &String| Entry {
        discovery_id: discovery_id.clone(),
        friendlyname: "Ann".to_owned(),
        last_seen: 0,
        sealed_transport: None,
        relayed: None,
        router: None,
    };
    let part = RegistryPart {
        epoch: 1,
        seq: 1,
        part: 1,
        parts: 1,
        peers: vec![entry(&before), entry(&now)],
    };
    let text = encode(&RouterFrame::Registry { part });
    directory.link(&mut ctx, link, Link::Frame(text.into_bytes()));
    let [member] = directory.members() else {
        panic!("not one membership");
    };
    assert_eq!((member.others().count(), member.people()), (0, 1));
    assert_eq!(member.other(&before), None);
}
