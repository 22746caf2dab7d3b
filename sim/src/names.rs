//! The names of people: each tells the number of its device.

/// Returns the name of the person of a device.
#[must_use]
pub fn name(device: usize) -> String {
    format!("P{device}")
}

/// Returns the device of a person. Renaming a contact only adds words behind the name.
#[must_use]
pub fn device_of(name: &str) -> Option<usize> {
    let name = name.strip_prefix('P')?;
    let end = name.bytes().position(|byte| byte == b' ');
    name.get(..end.unwrap_or(name.len()))?.parse().ok()
}

/// Returns the name of a false friend.
#[must_use]
pub fn false_friend(device: usize) -> String {
    format!("F{device}")
}

/// Returns the device of a false friend.
#[must_use]
pub fn friend_of(name: &str) -> Option<usize> {
    let number = name.strip_prefix('F')?.split(' ').next()?;
    number.parse().ok()
}

/// Returns the device of a person or a false friend.
#[must_use]
pub fn anybody(name: &str) -> Option<usize> {
    device_of(name).or_else(|| friend_of(name))
}
