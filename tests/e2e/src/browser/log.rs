//! What of a browser's log is a complaint of the extension.

/// Where its pages and workers come from, and those of the page without an extension.
const OURS: [&str; 3] = [
    "chrome-extension://",
    "moz-extension://",
    "http://127.0.0.1:",
];

/// Marks of trouble, in lines that name a page or worker of the extension.
const MARKS: [&str; 5] = [
    "Uncaught",
    "mesh-chat:",
    " ERROR ",
    "Unchecked runtime.lastError",
    "JavaScript error:",
];

/// Firefox prints what pages log without saying which page; ours begin with a crate's name.
const FIREFOX: &str = "console.error: ";
const CRATES: [&str; 7] = [
    "mesh-chat",
    "mesh_chat",
    "webext",
    "peerjs",
    "background",
    "offscreen",
    "popup",
];

/// Returns the lines that say that something went wrong in the extension.
pub(super) fn complaints(log: &str) -> Vec<String> {
    log.lines()
        .filter(|line| is_complaint(line))
        .map(str::to_owned)
        .collect()
}

fn is_complaint(line: &str) -> bool {
    let ours = OURS.iter().any(|origin| line.contains(origin));
    let logged = line
        .strip_prefix(FIREFOX)
        .map(|text| text.trim_start_matches('"'));
    ours && MARKS.iter().any(|mark| line.contains(mark))
        || logged.is_some_and(|text| CRATES.iter().any(|name| text.starts_with(name)))
}

/// Returns why Chromium has not loaded the extension, if it has not.
pub(super) fn load_failure(log: &str) -> Option<&str> {
    log.lines()
        .find(|line| line.contains("Failed to load extension"))
}

#[cfg(test)]
mod tests {
    use super::complaints;

    #[test]
    fn errors_of_the_extension_are_complaints_and_those_of_the_browser_are_not() {
        let log = "[1:ERROR:dbus/bus.cc:405] Failed to connect to the bus\n\
            console.error: (new Error(\"Polling for changes failed\"))\n\
            [1:INFO:CONSOLE:1] \"joined\", source: chrome-extension://abc/b.js (1)\n\
            [1:INFO:CONSOLE:1] \"Uncaught Error: x\", source: chrome-extension://abc/b.js (1)\n\
            console.error: \"peerjs: y\"";
        assert_eq!(complaints(log).len(), 2);
    }
}
