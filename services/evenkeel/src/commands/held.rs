//! `held` and `release`: batches that would tell far more people than usual wait for a person.

use std::io::Write;

use contracts::{
    AuthorityCode,
    commands::{HeldBatch, ListHeld, ReleaseBatch},
};

use crate::{Place, output::columns, reach::Reach};

pub(crate) async fn list(place: &Place, out: &mut impl Write) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let held = reach.bus().ask(&ListHeld {}).await;
    let closed = reach.close().await;
    let rows: Vec<_> = held?.batches.iter().map(cells).collect();
    if rows.is_empty() {
        writeln!(out, "No batch is held.")?;
    } else {
        columns::write(out, &["authority", "batch", "would tell", "usual"], &rows)?;
        writeln!(out, "Let one go with: evenkeel release <authority> <batch>")?;
    }
    closed
}

fn cells(held: &HeldBatch) -> Vec<String> {
    vec![
        held.authority.to_string(),
        held.batch.to_string(),
        held.people.to_string(),
        held.usual.to_string(),
    ]
}

pub(crate) async fn release(
    place: &Place,
    authority: AuthorityCode,
    batch: u64,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let released = reach.bus().ask(&ReleaseBatch { authority, batch }).await;
    let closed = reach.close().await;
    writeln!(out, "Released: {} people will be told.", released?.people)?;
    closed
}
