//! `health`: asks the process with these settings whether it can do its work; for a container's health check.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Place;

const WITHIN: Duration = Duration::from_secs(5);

pub(crate) async fn run(place: &Place, out: &mut impl Write) -> anyhow::Result<()> {
    let mut at = place.settings.evenkeel.monitor;
    ensure!(
        at.port() != 0,
        "evenkeel.monitor has no port of its own, so nobody knows where to ask: set one, such as 127.0.0.1:4871"
    );
    if at.ip().is_unspecified() {
        at.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let answer = tokio::time::timeout(WITHIN, ready(at)).await;
    let answer = answer
        .with_context(|| {
            format!(
                "nobody answered at {at} within {} seconds",
                WITHIN.as_secs()
            )
        })?
        .with_context(|| format!("nobody answers at {at}: it is starting, or has ended"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if !head.lines().next().unwrap_or_default().contains(" 200 ") {
        bail!("not ready: {}", body.trim().replace('\n', ", "));
    }
    write!(out, "{body}")?;
    Ok(())
}

async fn ready(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(at).await?;
    let ask = "GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n";
    stream.write_all(ask.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
