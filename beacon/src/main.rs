//! The program: `beacon keygen`, `beacon public`, `beacon serve`.

#![allow(
    clippy::print_stdout,
    reason = "its output is for a person or a script"
)]

use anyhow::{Context, Result};
use beacon::cli::{Cli, Command, Serve};
use beacon::{key, server};
use clap::Parser;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::Level;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Keygen { file } => key::generate(&file).map(|made| print(&made)),
        Command::Public { file } => key::read(&file).map(|read| print(&read)),
        Command::Serve(options) => serve(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "there may be no log yet")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("beacon: {error:#}");
    ExitCode::FAILURE
}

/// Prints what goes into `publicKey` of the clients' configuration.
fn print(identity: &mesh_chat::crypto::Identity) {
    println!("{}", identity.public().encode());
}

fn serve(options: &Serve) -> Result<()> {
    let level = if options.debug {
        Level::DEBUG
    } else {
        Level::INFO
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(level)
        .init();
    let router = options.app()?.router();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the address is printed: a reader of it may send a signal at once.
        let stop = stop()?;
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("cannot listen on {}", options.listen))?;
        println!("listening on http://{}", listener.local_addr()?);
        server::serve(listener, router, server::Limits::default(), stop).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Ends when the system or a person asks the program to.
fn stop() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
