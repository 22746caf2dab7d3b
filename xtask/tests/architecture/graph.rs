//! A graph of files, and the circles in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

/// Which file names something of which other file, and what: `from → to → the paths`.
#[derive(Default)]
pub(crate) struct Graph {
    edges: BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>,
}

/// Files of which each reaches each other one, and the edges between them.
pub(crate) struct Circle {
    pub(crate) files: BTreeSet<PathBuf>,
    edges: Vec<(PathBuf, PathBuf, BTreeSet<String>)>,
}

impl Graph {
    /// Adds that `from` names `path`, which is defined in `to`. A file may name what is its own.
    pub(crate) fn add(&mut self, from: &PathBuf, to: &PathBuf, path: String) {
        if from != to {
            let targets = self.edges.entry(from.clone()).or_default();
            targets.entry(to.clone()).or_default().insert(path);
        }
    }

    /// Returns the circles: the strongly connected components with more than one file.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let reach: BTreeMap<_, _> = self
            .edges
            .keys()
            .map(|file| (file, self.reachable(file)))
            .collect();
        let mut done = BTreeSet::new();
        let mut circles = Vec::new();
        for (&file, reached) in &reach {
            let back = |other: &&PathBuf| reach.get(*other).is_some_and(|set| set.contains(file));
            let files: BTreeSet<_> = reached.iter().filter(back).cloned().collect();
            if files.len() > 1 && files.iter().all(|file| done.insert(file.clone())) {
                circles.push(self.circle(files));
            }
        }
        circles
    }

    fn reachable(&self, from: &PathBuf) -> BTreeSet<PathBuf> {
        let mut reached = BTreeSet::new();
        let mut next = vec![from];
        while let Some(file) = next.pop() {
            for to in self.edges.get(file).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to.clone()) {
                    next.push(to);
                }
            }
        }
        reached
    }

    fn circle(&self, files: BTreeSet<PathBuf>) -> Circle {
        let mut edges = Vec::new();
        for from in &files {
            for (to, paths) in self.edges.get(from).into_iter().flatten() {
                if files.contains(to) {
                    edges.push((from.clone(), to.clone(), paths.clone()));
                }
            }
        }
        Circle { files, edges }
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "a circle of {} files:", self.files.len())?;
        for (from, to, paths) in &self.edges {
            let paths: Vec<_> = paths.iter().map(String::as_str).collect();
            let paths = paths.join(", ");
            writeln!(f, "  {} → {}: {paths}", from.display(), to.display())?;
        }
        Ok(())
    }
}
