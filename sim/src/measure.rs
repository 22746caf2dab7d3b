//! How long it took to reach each goal, after each cause.

use std::collections::BTreeMap;

/// Durations in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures(BTreeMap<(&'static str, &'static str), Vec<u64>>);

impl Measures {
    /// Adds how long it took to reach a goal after a cause.
    pub fn add(&mut self, reached: &'static str, after: &'static str, millis: u64) {
        self.0.entry((reached, after)).or_default().push(millis);
    }

    /// Adds the durations of another world.
    pub fn merge(&mut self, other: Self) {
        for (key, mut list) in other.0 {
            self.0.entry(key).or_default().append(&mut list);
        }
    }

    /// Returns one line for each goal and cause: how often, and the median, 99 % and the worst in
    /// seconds.
    #[must_use]
    pub fn table(mut self) -> Vec<String> {
        let line = |((reached, after), list): (&(&str, &str), &mut Vec<u64>)| {
            list.sort_unstable();
            let at = |percent: usize| list.get((list.len() - 1) * percent / 100).copied();
            let seconds = |percent| at(percent).unwrap_or(0) as f64 / 1_000.0;
            format!(
                "{reached:<15} after {after:<28}{:>7} times {:>7.0} s {:>7.0} s {:>7.0} s",
                list.len(),
                seconds(50),
                seconds(99),
                seconds(100),
            )
        };
        self.0.iter_mut().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Measures;

    #[test]
    fn the_table_has_median_ninety_nine_of_a_hundred_and_worst() {
        let mut measures = Measures::default();
        (0..=100).for_each(|n| measures.add("a router", "a death", n * 1_000));
        let table = measures.table();
        assert!(
            table[0].ends_with("101 times      50 s      99 s     100 s"),
            "{table:?}"
        );
    }
}
