//! The broker to work with: one that somebody else runs, or one of our own beside us.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use bus::{
    Bus, Unfit,
    server::{NatsServer, Options},
};
use contracts::TokenKey;
use runtime::Tasks;
use tracing::warn;

use crate::Place;

/// How long a broker that is just starting is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_secs(1);

/// A connection, with the server when it is our own. The streams are there.
pub(crate) async fn open(
    place: &Place,
    tasks: &Tasks,
) -> anyhow::Result<(Bus, Option<NatsServer>)> {
    let settings = &place.settings.bus;
    let (bus, server) = if settings.is_elsewhere() {
        (meet_patiently(place).await?, None)
    } else {
        let server = NatsServer::start(&own(place), tasks).await?;
        let options = bus::ConnectOptions {
            url: server.url.clone(),
            user: server.user.clone(),
            password: server.password.clone(),
        };
        (Bus::connect(&options).await?, Some(server))
    };
    bus.ensure_streams(settings.replicas).await?;
    Ok((bus, server))
}

async fn meet_patiently(place: &Place) -> Result<Bus, Unfit> {
    let options = place.settings.bus.options();
    let began = Instant::now();
    let mut told = false;
    loop {
        match Bus::meet(&options).await {
            Err(away @ Unfit::Away { .. }) if began.elapsed() < PATIENCE => {
                if !std::mem::replace(&mut told, true) {
                    warn!("{away}; waiting for it");
                }
                tokio::time::sleep(PAUSE).await;
            }
            met => return met,
        }
    }
}

/// The key behind every token on the bus. Processes that share a bus are given the same; otherwise it is made once.
pub(crate) fn token_key(place: &Place) -> anyhow::Result<TokenKey> {
    let settings = &place.settings.bus;
    if !settings.token_key.is_blank() {
        let key = settings.token_key.reveal().parse::<TokenKey>();
        return key.map_err(|problem| anyhow::anyhow!("{problem}")).context(
            "bus.token_key cannot be used: it is 64 hexadecimal digits, the same for all processes",
        );
    }
    anyhow::ensure!(
        !settings.is_elsewhere(),
        "[bus] url is set and token_key is not: every process on one bus needs the same, 64 hexadecimal digits in \
         EVENKEEL_BUS__TOKEN_KEY or a file that token_key_file names. `deploy/make-secrets.sh` makes one; where `up` has \
         run before, it is keys/token.key in its data folder"
    );
    place.data.token_key()
}

fn own(place: &Place) -> Options {
    let cache = dirs::cache_dir().map_or_else(|| place.data.join("cache"), |d| d.join("evenkeel"));
    Options {
        config: place.settings.broker.clone(),
        store: place.data.join("nats"),
        cache,
    }
}
