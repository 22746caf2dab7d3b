//! Which of the pictures that are kept go, where all of them take too much room.

/// A picture that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub size: f64,
    /// When it was written, Unix milliseconds.
    pub at: f64,
}

/// Returns what goes so that the rest has no more bytes than that: the oldest first.
pub fn surplus(mut kept: Vec<Kept>, bytes: f64) -> Vec<String> {
    kept.sort_by(|one, other| other.at.total_cmp(&one.at));
    let mut taken = 0.0;
    let goes = |one: Kept| {
        taken += one.size;
        (taken > bytes).then_some(one.name)
    };
    kept.into_iter().filter_map(goes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_until_the_rest_has_room() {
        let kept = |name: &str, size, at| Kept {
            name: name.to_owned(),
            size,
            at,
        };
        let three = || {
            vec![
                kept("second", 3.0, 2.0),
                kept("first", 5.0, 1.0),
                kept("third", 2.0, 3.0),
            ]
        };
        assert_eq!(surplus(three(), 10.0), [] as [&str; 0]);
        assert_eq!(surplus(three(), 9.0), ["first"]);
        assert_eq!(surplus(three(), 5.0), ["first"]);
        assert_eq!(surplus(three(), 4.0), ["second", "first"]);
        assert_eq!(surplus(three(), 0.0), ["third", "second", "first"]);
        assert_eq!(surplus(Vec::new(), 0.0), [] as [&str; 0]);
    }
}
