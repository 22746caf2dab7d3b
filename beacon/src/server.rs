//! Connections: accepted within limits, and ended gracefully.
//!
//! This speaks to hyper itself, because the limits that count here (time and size of a request's
//! head, the life of a connection) are not axum's to set.

use crate::app::Peer;
use anyhow::Result;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// What one machine or one stranger may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue. A proxy needs few, and a thousand are
    /// below the usual limit of open files.
    pub connections: u32,
    /// For a request's head, and between two requests: longer than proxies keep an idle
    /// connection would take sockets, shorter would break one that is just being used again.
    pub head: Duration,
    /// For a whole connection, so that nobody holds one by reading slowly.
    pub life: Duration,
    /// For connections to end by themselves when the server stops.
    pub grace: Duration,
    /// Bytes of a request's head: a browser's is about one thousand. hyper takes no less than 8 kB.
    pub head_bytes: usize,
    /// Header fields of a request.
    pub head_fields: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_000,
            head: Duration::from_secs(30),
            life: Duration::from_mins(10),
            grace: Duration::from_secs(5),
            head_bytes: 16 * 1024,
            head_fields: 64,
        }
    }
}

/// Serves until `stop` is done; then takes no more connections, lets requests that are under way
/// end, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let places = Arc::new(Semaphore::new(limits.connections.try_into()?));
    let (stopping, stopped) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let (place, (stream, peer)) = tokio::select! {
            accepted = accept(&listener, &places) => accepted?,
            () = &mut stop => break,
        };
        tokio::spawn(converse(
            stream,
            peer,
            router.clone(),
            limits,
            stopped.clone(),
            place,
        ));
    }
    drop(listener);
    stopping.send_replace(true);
    let all = places.acquire_many(limits.connections);
    if timeout(limits.grace * 2, all).await.is_err() {
        tracing::warn!("connections were cut off");
    }
    Ok(())
}

/// Accepts the next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Result<(OwnedSemaphorePermit, (TcpStream, SocketAddr))> {
    let place = Arc::clone(places).acquire_owned().await?;
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok((place, accepted)),
            // A caller who left again, or no more files: neither ends the server.
            Err(error) => {
                tracing::warn!(%error, "accept");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Serves one connection, from its first request to its end.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    // Answers are small and whole; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(Peer(peer.ip()))));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.head_fields)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        result = connection.as_mut() => Some(result),
        () = sleep(limits.life) => None,
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    connection.as_mut().graceful_shutdown();
    let result = match ended {
        Some(result) => result,
        None => timeout(limits.grace, connection).await.unwrap_or(Ok(())),
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection");
    }
    drop(place);
}
