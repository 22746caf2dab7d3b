//! One test's world: services, and people with browsers.

use crate::browser::{Browser, Kind, Setup};
use crate::extension::Build;
use crate::paths;
use crate::services::Services;
use anyhow::{Result, anyhow};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Local services and a folder for logs and pictures.
pub struct World {
    /// The servers.
    pub services: Services,
    logs: PathBuf,
    build: Build,
}

impl World {
    /// Starts the services; logs go to `artifacts/e2e/<test>`.
    pub fn start(test: &str) -> Result<Self> {
        Self::start_with(test, Build::default())
    }

    /// The same, where the extension may use the downloads.
    pub fn with_downloads(test: &str) -> Result<Self> {
        let build = Build {
            saves: true,
            ..Build::default()
        };
        Self::start_with(test, build)
    }

    /// The same, with a certain build of the extension.
    pub fn start_with(test: &str, build: Build) -> Result<Self> {
        let logs = paths::fresh_artifacts(&format!("e2e/{test}"))?;
        Ok(Self {
            services: Services::start(&logs)?,
            logs,
            build,
        })
    }

    /// Where logs and pictures go.
    pub fn folder(&self) -> &Path {
        &self.logs
    }

    /// Starts a browser that uses these services.
    pub fn browser(&self, kind: Kind, name: &str) -> Result<Browser> {
        self.launch(Setup::new(kind, name))
    }

    /// Starts a browser like this, with the build of this world.
    pub fn launch(&self, setup: Setup) -> Result<Browser> {
        let build = self.build.clone();
        let setup = Setup { build, ..setup };
        Browser::launch(setup, &self.services.config(), &self.logs)
    }

    /// Starts a browser whose invites lead to this page.
    pub fn browser_with_page(&self, kind: Kind, name: &str, page: &str) -> Result<Browser> {
        let mut config = self.services.config();
        config["page"] = page.into();
        Browser::launch(Setup::new(kind, name), &config, &self.logs)
    }

    /// Starts several at once, each like this.
    pub fn launch_all<const N: usize>(&self, who: [Setup; N]) -> Result<[Browser; N]> {
        at_once(who, |setup| self.launch(setup))
    }

    /// Starts several at once, each with this beacon in its configuration.
    pub fn browsers_with_beacons<const N: usize>(
        &self,
        who: [(Kind, &str, Value); N],
    ) -> Result<[Browser; N]> {
        at_once(who, |(kind, name, beacon)| {
            let mut config = self.services.config();
            config["beacon"] = beacon;
            Browser::launch(Setup::new(kind, name), &config, &self.logs)
        })
    }

    /// Starts several at once.
    pub fn browsers<const N: usize>(&self, who: [(Kind, &str); N]) -> Result<[Browser; N]> {
        at_once(who, |(kind, name)| self.browser(kind, name))
    }
}

/// Starts several at once.
pub(crate) fn at_once<Who: Send, const N: usize>(
    who: [Who; N],
    start: impl Fn(Who) -> Result<Browser> + Sync,
) -> Result<[Browser; N]> {
    let start = &start;
    let browsers: Result<Vec<_>> = std::thread::scope(|scope| {
        let threads = who.map(|who| scope.spawn(move || start(who)));
        let join = |thread: std::thread::ScopedJoinHandle<'_, Result<Browser>>| {
            thread
                .join()
                .map_err(|_| anyhow!("a browser's thread panicked"))?
        };
        threads.into_iter().map(join).collect()
    });
    browsers?
        .try_into()
        .map_err(|_| anyhow!("not all browsers started"))
}
