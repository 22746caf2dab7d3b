//! What was measured, by figure and build.

use serde_json::{Value, json};

/// Figures in the order in which they were first measured.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

/// What is measured, and what it should be at most.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct What {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) goal: Option<f64>,
}

struct Figure {
    what: What,
    /// By build.
    values: Vec<(&'static str, Vec<f64>)>,
}

impl Figures {
    /// Adds what was measured with a build.
    pub(crate) fn add(&mut self, what: What, build: &'static str, value: f64) {
        let known = self.0.iter().position(|figure| figure.what == what);
        let at = known.unwrap_or_else(|| {
            self.0.push(Figure {
                what,
                values: Vec::new(),
            });
            self.0.len() - 1
        });
        let Some(figure) = self.0.get_mut(at) else {
            return;
        };
        match figure.values.iter_mut().find(|(of, _)| *of == build) {
            Some((_, values)) => values.push(value),
            None => figure.values.push((build, vec![value])),
        }
    }

    /// Tells them.
    #[allow(clippy::print_stdout, reason = "a table for people")]
    pub(crate) fn print(&self) {
        println!("\n{:<40}{:>22}", "", "median (p90), n");
        for Figure { what, values } in &self.0 {
            print!("{:<40}", what.name);
            for (build, values) in values {
                let (middle, high) = (median(values), at(values, 0.9));
                print!(
                    "  {build}: {middle:.1} ({high:.1}) {}, {}",
                    what.unit,
                    values.len()
                );
            }
            println!();
        }
    }

    /// Returns them for whoever makes a page of them.
    pub(crate) fn json(&self) -> Value {
        self.0
            .iter()
            .map(|Figure { what, values }| {
                let of = |(build, values): &(&str, Vec<f64>)| {
                    let summary = json!({
                        "median": median(values), "p90": at(values, 0.9), "count": values.len(),
                    });
                    ((*build).to_owned(), summary)
                };
                json!({
                    "name": what.name, "unit": what.unit, "goal": what.goal,
                    "builds": values.iter().map(of).collect::<serde_json::Map<_, _>>(),
                })
            })
            .collect()
    }
}

/// Returns the middle of them.
pub(crate) fn median(values: &[f64]) -> f64 {
    at(values, 0.5)
}

/// Returns the value below which this share of them is; nothing has none.
pub(crate) fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let index = (sorted.len() as f64 * share) as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
