//! A snapshot that was read, judged and compared, in one transaction with all that is published about it.

use std::path::PathBuf;

use anyhow::Context as _;
use bus::Refusal;
use contracts::commands::ImportSummary;

use super::{Importer, Order, close, compare::Comparing, progress::Progress, summary};
use crate::{
    domain::{
        authority,
        gate::{Candidate, Verdict, judge},
    },
    sources::Reading,
    store as rows,
};

const NOTHING: &str = "the import failed and nothing of it was recorded";

pub(super) async fn record(
    importer: &Importer,
    order: &Order,
    mut reading: Reading,
    refusals_file: Option<PathBuf>,
    progress: &Progress,
) -> anyhow::Result<ImportSummary> {
    let code = &order.request.authority;
    let mut tx = importer.context.db.begin().await?;
    let mut scoped = tx.authority(code);
    let state = rows::lock(&mut scoped)
        .await?
        .unwrap_or_else(|| authority::unknown(code));
    // Another process may have answered while this one was reading.
    if let Some(summary) = rows::answered(&mut scoped, order.request.key).await? {
        return Ok(summary);
    }
    if !authority::may_step(&state, order.clock) {
        let no = format!(
            "{code} was not begun as a play, and its clock is not to be set: name another authority"
        );
        return Err(Refusal(no).into());
    }
    let last = rows::last(&mut scoped, order.source.name).await?;
    let known = rows::imported(
        &mut scoped,
        order.source.name,
        order.as_at,
        &reading.content,
    )
    .await?;
    let candidate = Candidate {
        source: order.source.name,
        as_at: order.as_at,
        content: &reading.content,
        known: known.is_some(),
        tables: &reading.tables,
    };
    match judge(last.as_ref(), candidate, importer.config.limits()) {
        Verdict::Accept => {}
        Verdict::Refuse(reason) => return Err(Refusal(with_list(reason, refusals_file)).into()),
        Verdict::AlreadyImported => {
            let summary = known.context("a snapshot that was accepted has a summary")?;
            return Ok(summary::already_imported(summary, order, state.clock));
        }
    }
    let mut summary = summary::of_reading(order, &mut reading, refusals_file);
    let comparing = Comparing::new(importer, order, &reading, last.as_ref(), state.revision + 1);
    let compared = comparing.run(&mut tx, progress).await.context(NOTHING)?;
    let rows_before = last.map(|l| l.rows).unwrap_or_default();
    let closing = close::Closing {
        importer,
        order,
        reading: &reading,
        compared,
    };
    closing
        .run(&mut tx, state, rows_before, &mut summary)
        .await
        .context(NOTHING)?;
    importer.context.crash.at("intake.before-commit")?;
    tx.commit().await.context(NOTHING)?;
    Ok(summary)
}

fn with_list(reason: String, refusals_file: Option<PathBuf>) -> String {
    match refusals_file {
        Some(path) => format!("{reason}. Refused rows are listed in {}", path.display()),
        None => reason,
    }
}
