//! What a device does with the bytes of files. A piece is not modelled but by its number and its hash: its bytes come a
//! while after its announcement, where the connection still stands then.

use crate::event::Event;
use crate::world::World;
use mesh_chat::limits::PIECE_BYTES;
use mesh_chat::node::{FileInput, FileOutput, Input};
use mesh_chat::view::TransferId;

/// The hash of a piece: of each file another one.
fn hash(file: &TransferId, number: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    for (into, from) in hash.iter_mut().zip(file.0.bytes()) {
        *into = from;
    }
    let (_, last) = hash.split_at_mut(24);
    last.copy_from_slice(&number.to_le_bytes());
    hash
}

/// Does it.
pub fn act(world: &mut World, index: usize, file: TransferId, output: FileOutput) {
    let generation = world
        .devices
        .get(index)
        .map_or(0, |device| device.generation);
    let chosen = world.transfers.is_chosen(&file, index, generation);
    let Some(random) = &mut world.transfers.random else {
        return;
    };
    let (took, damaged, refused) = (random.within(2, 60), random.chance(1), random.chance(10));
    let saves = matches!(output, FileOutput::Save { .. }) && !refused;
    if saves && world.transfers.save(&file) > 1 {
        world
            .ctx
            .violation(format!("P{index} has saved {file:?} twice"));
    }
    let now = world.ctx.now;
    let after = world.transfers.done_at(&file, index, now, took) - now;
    let Some(device) = world.devices.get_mut(index) else {
        return;
    };
    let done = match output {
        FileOutput::Open { .. } if device.disk.is_saved(&file) => FileInput::Saved,
        FileOutput::Open { most, .. } => {
            let pieces = device.disk.pieces(&file, most);
            FileInput::Opened {
                pieces: pieces.len() as u64,
                last: pieces.last().copied(),
            }
        }
        FileOutput::Write { number, .. } if damaged => FileInput::Damaged { number },
        FileOutput::Write {
            number, hash: of, ..
        } if of == hash(&file, number) => {
            // What is reported is flushed.
            if !device.disk.write_piece(file.clone(), number, of) {
                return;
            }
            FileInput::Written { number, hash: of }
        }
        FileOutput::Write { number, .. } => FileInput::Damaged { number },
        FileOutput::Save { .. } if refused => FileInput::NotSaved,
        FileOutput::Save { size, .. } => {
            let pieces = device.disk.save(file.clone());
            let offered = 0..size.div_ceil(u64::from(PIECE_BYTES));
            if !offered.map(|number| hash(&file, number)).eq(pieces) {
                let what = format!("P{index} has saved something else than {file:?}");
                world.ctx.violation(what);
            }
            FileInput::Saved
        }
        FileOutput::Find { .. } if chosen => FileInput::Found,
        FileOutput::Find { .. } => FileInput::Lacking,
        FileOutput::Read { number, .. } => FileInput::Read {
            number,
            hash: hash(&file, number),
        },
        FileOutput::Send { .. } => FileInput::Sent,
        FileOutput::Keep | FileOutput::Stop => return,
        FileOutput::Drop | FileOutput::Settle => return device.disk.drop_pieces(&file),
    };
    let input = Box::new(Input::File(file, done));
    let event = Event::Node(index, device.generation, input);
    world.ctx.later(after, event);
}
