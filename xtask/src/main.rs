//! Build, run, demo, test, bench, dist.
fn main() {}
