//! Each kind of client that has a view meets each other one: the page and the extension, in either browser.

use e2e::Kind::{Chromium, Firefox};
use e2e::Result;
use e2e::clients::Client::{Extension, Page};
use e2e::clients::{Round, meet};

/// Two extensions are met with in many other tests.
const ROUNDS: [Round<'_>; 4] = [
    (Extension(Chromium), &[Page(Chromium), Page(Firefox)]),
    (Extension(Firefox), &[Page(Chromium), Page(Firefox)]),
    (
        Page(Chromium),
        &[Extension(Chromium), Extension(Firefox), Page(Firefox)],
    ),
    (
        Page(Firefox),
        &[Extension(Chromium), Extension(Firefox), Page(Chromium)],
    ),
];

#[test]
fn pages_and_extensions_meet_in_all_pairs_whichever_is_the_router_and_whoever_asks() -> Result {
    meet("pairs", &ROUNDS)
}
