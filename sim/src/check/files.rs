//! What must hold of files in the end: what was accepted has come to an end that both sides know.

use crate::pairs::{know_the_way, must_meet};
use crate::transfers::Offered;
use crate::world::World;
use mesh_chat::records::{End, Progressed};
use mesh_chat::view::{TransferId, TransferState};

/// Returns what is wrong in the end.
#[must_use]
pub fn in_the_end(world: &World) -> Vec<String> {
    let all = world.transfers.iter().filter(|(_, file)| file.accepted);
    all.filter_map(|(id, file)| of(world, id, file)).collect()
}

fn of(world: &World, id: &TransferId, file: &Offered) -> Option<String> {
    let Offered { from, to, .. } = *file;
    let (ties, devices) = (&world.ties, &world.devices);
    let met = world.passes(from, to)
        && devices.ready(from).is_some()
        && devices.ready(to).is_some()
        && !ties.began_anew(from, to)
        && !ties.is_severed(from, to)
        && !world.are_apart(from, to)
        && (know_the_way(world, from, to) || must_meet(world, from, to));
    let record = |index: usize| {
        let device = devices.get(index)?;
        // What its person has paused, or has not chosen again, waits for them.
        let shown = device.view.transfers.get(id)?;
        let waits = matches!(
            shown.state,
            TransferState::Paused { .. } | TransferState::NeedsFile | TransferState::Unsaved
        );
        let record = device.disk.transfer(id)?;
        Some((record.progressed, waits))
    };
    // A disk that came back older may know nothing of it.
    let ((here, here_waits), (there, there_waits)) = record(to).zip(record(from))?;
    if !met || here_waits || there_waits {
        return None;
    }
    let end = |progressed| match progressed {
        Progressed::Open => None,
        Progressed::Ended { how, .. } => Some(how),
    };
    let agrees = match (end(here), end(there)) {
        (Some(End::Saved), Some(End::Saved)) => file.saved == 1,
        (Some(End::Saved), _) => false,
        (Some(_), Some(_)) => true,
        (None, _) | (_, None) => false,
    };
    (!agrees).then(|| format!("{id:?} of P{from} for P{to}: {there:?} there, {here:?} here"))
}
