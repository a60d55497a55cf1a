//! `rules`: which run, and why others do not.

use std::io::Write;

use contracts::{
    AuthorityCode,
    commands::{ListRules, RuleStatus},
};

use crate::{Place, output::columns, reach::Reach};

pub(crate) async fn run(
    place: &Place,
    authority: Option<AuthorityCode>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let report = reach.bus().ask(&ListRules { authority }).await;
    let closed = reach.close().await;
    let rows: Vec<_> = report?.rules.iter().map(cells).collect();
    columns::write(
        out,
        &[
            "authority",
            "rule",
            "version",
            "since",
            "limit",
            "runs",
            "why",
            "source",
        ],
        &rows,
    )?;
    closed
}

fn cells(rule: &RuleStatus) -> Vec<String> {
    vec![
        rule.authority
            .as_ref()
            .map_or_else(|| "-".to_owned(), ToString::to_string),
        rule.id.clone(),
        rule.version.to_string(),
        rule.effective_from.to_string(),
        rule.limit.clone(),
        if rule.runs { "yes" } else { "no" }.to_owned(),
        rule.why.clone(),
        rule.source.clone(),
    ]
}
