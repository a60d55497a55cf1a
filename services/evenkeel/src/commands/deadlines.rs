//! `deadlines`: every obligation, or one child's explained.

use std::io::Write;

use contracts::{
    ChildId,
    commands::{DeadlineRow, ExplainChild, ListDeadlines},
};

use crate::{
    Place,
    cli::{DeadlinesArgs, Format},
    host::WITHOUT_EFFECTS,
    output::columns,
    reach::Reach,
    rest,
};

const HEADER: [&str; 8] = [
    "authority",
    "child",
    "rule",
    "trigger_date",
    "due_date",
    "state",
    "met_date",
    "owner",
];

pub(crate) async fn run(
    place: &Place,
    args: DeadlinesArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let answered = answer(&reach, args, out).await;
    out.flush()?;
    let closed = reach.close().await;
    answered.and(closed)
}

async fn answer(reach: &Reach, args: DeadlinesArgs, out: &mut impl Write) -> anyhow::Result<()> {
    // Facts just imported are on their way to the service that is asked.
    rest::wait(reach.bus(), &WITHOUT_EFFECTS[..3]).await?;
    if let Some(child) = args.explain.clone() {
        return explain(reach, args, child, out).await;
    }
    let rows = all(reach, args.clone_question()).await?;
    match args.format {
        Format::Table => table(out, &rows)?,
        Format::Csv => csv(out, &rows)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

impl DeadlinesArgs {
    fn clone_question(&self) -> ListDeadlines {
        ListDeadlines {
            authority: self.authority.clone(),
            as_at: self.as_at,
            after: None,
        }
    }
}

async fn all(reach: &Reach, mut question: ListDeadlines) -> anyhow::Result<Vec<DeadlineRow>> {
    let mut rows = Vec::new();
    loop {
        let page = reach.bus().ask(&question).await?;
        rows.extend(page.rows);
        if page.next.is_none() {
            return Ok(rows);
        }
        question.after = page.next;
    }
}

async fn explain(
    reach: &Reach,
    args: DeadlinesArgs,
    child: ChildId,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let question = ExplainChild {
        authority: args.authority,
        child,
        as_at: args.as_at,
    };
    for line in reach.bus().ask(&question).await?.lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn cells(row: &DeadlineRow) -> Vec<String> {
    vec![
        row.authority.to_string(),
        row.child.to_string(),
        row.rule.clone(),
        row.trigger_date.to_string(),
        row.due_date.to_string(),
        row.state.as_str().to_owned(),
        row.met_date.map(|d| d.to_string()).unwrap_or_default(),
        row.owner
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    ]
}

fn table(out: &mut dyn Write, rows: &[DeadlineRow]) -> std::io::Result<()> {
    if rows.is_empty() {
        return writeln!(
            out,
            "No deadlines: import a return first, or look at another day."
        );
    }
    let rows: Vec<_> = rows.iter().map(cells).collect();
    columns::write(out, &HEADER, &rows)
}

fn csv(out: &mut dyn Write, rows: &[DeadlineRow]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for row in rows {
        writer.write_record(cells(row))?;
    }
    writer.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use contracts::ObligationState;
    use jiff::civil::date;

    use super::*;

    fn row() -> DeadlineRow {
        DeadlineRow {
            authority: "westshire".parse().unwrap(),
            child: "1001".into(),
            rule: "en.cla.first-review".to_owned(),
            trigger_date: date(2018, 3, 1),
            due_date: date(2018, 3, 29),
            state: ObligationState::Overdue,
            met_date: None,
            owner: Some("W1".into()),
        }
    }

    #[test]
    fn the_csv_has_the_documented_header_and_a_line_a_deadline() {
        let mut out = Vec::new();
        csv(&mut out, &[row()]).unwrap();
        let expected = "authority,child,rule,trigger_date,due_date,state,met_date,owner\n\
                        westshire,1001,en.cla.first-review,2018-03-01,2018-03-29,overdue,,W1\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn nothing_due_is_said() {
        let mut out = Vec::new();
        table(&mut out, &[]).unwrap();
        assert!(String::from_utf8(out).unwrap().starts_with("No deadlines"));
    }
}
