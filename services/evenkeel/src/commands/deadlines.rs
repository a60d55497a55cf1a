//! `deadlines`: every obligation of children, or with `--workers` of those who work there; or one of them explained.

use std::io::Write;

use contracts::{
    ChildId, StaffId,
    commands::{
        DeadlineRow, ExplainChild, ExplainWorker, ListDeadlines, ListWorkerDeadlines,
        WorkerDeadlineRow,
    },
};
use serde::Serialize;

use crate::{
    Place,
    cli::{DeadlinesArgs, Format},
    host::WITHOUT_EFFECTS,
    output::columns,
    reach::Reach,
    rest,
};

/// A line of the list.
trait Line: Serialize {
    const HEADER: [&'static str; 8];
    /// What to say where there is none.
    const NONE: &'static str;
    fn cells(&self) -> Vec<String>;
}

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
    let format = args.format;
    match (args.explain.clone(), args.workers) {
        (Some(who), workers) => explain(reach, args, who, workers, out).await,
        (None, false) => write(out, format, &of_children(reach, args).await?),
        (None, true) => write(out, format, &of_workers(reach, args).await?),
    }
}

fn write<L: Line>(out: &mut impl Write, format: Format, rows: &[L]) -> anyhow::Result<()> {
    match format {
        Format::Table => table(out, rows)?,
        Format::Csv => csv(out, rows)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, rows)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

async fn of_children(reach: &Reach, args: DeadlinesArgs) -> anyhow::Result<Vec<DeadlineRow>> {
    let mut question = ListDeadlines {
        authority: args.authority,
        as_at: args.as_at,
        after: None,
    };
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

async fn of_workers(reach: &Reach, args: DeadlinesArgs) -> anyhow::Result<Vec<WorkerDeadlineRow>> {
    let mut question = ListWorkerDeadlines {
        authority: args.authority,
        as_at: args.as_at,
        after: None,
    };
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
    who: ChildId,
    workers: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let (authority, as_at) = (args.authority, args.as_at);
    let explanation = if workers {
        let question = ExplainWorker {
            authority,
            staff_id: StaffId::new(who.as_str()),
            as_at,
        };
        reach.bus().ask(&question).await?
    } else {
        let question = ExplainChild {
            authority,
            child: who,
            as_at,
        };
        reach.bus().ask(&question).await?
    };
    for line in explanation.lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

impl Line for DeadlineRow {
    const HEADER: [&'static str; 8] = [
        "authority",
        "child",
        "rule",
        "trigger_date",
        "due_date",
        "state",
        "met_date",
        "owner",
    ];
    const NONE: &'static str = "No deadlines: import a return first, or look at another day.";

    fn cells(&self) -> Vec<String> {
        vec![
            self.authority.to_string(),
            self.child.to_string(),
            self.rule.clone(),
            self.trigger_date.to_string(),
            self.due_date.to_string(),
            self.state.as_str().to_owned(),
            self.met_date.map(|d| d.to_string()).unwrap_or_default(),
            self.owner
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ]
    }
}

impl Line for WorkerDeadlineRow {
    const HEADER: [&'static str; 8] = [
        "authority",
        "staff_id",
        "rule",
        "trigger_date",
        "due_date",
        "state",
        "met_date",
        "manager",
    ];
    const NONE: &'static str = "No deadlines of workers: `evenkeel rules` says what they need, such as a supervision file.";

    fn cells(&self) -> Vec<String> {
        vec![
            self.authority.to_string(),
            self.staff_id.to_string(),
            self.rule.clone(),
            self.trigger_date.to_string(),
            self.due_date.to_string(),
            self.state.as_str().to_owned(),
            self.met_date.map(|d| d.to_string()).unwrap_or_default(),
            self.manager
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ]
    }
}

fn table<L: Line>(out: &mut dyn Write, rows: &[L]) -> std::io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "{}", L::NONE);
    }
    let rows: Vec<_> = rows.iter().map(L::cells).collect();
    columns::write(out, &L::HEADER, &rows)
}

fn csv<L: Line>(out: &mut dyn Write, rows: &[L]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(L::HEADER)?;
    for row in rows {
        writer.write_record(row.cells())?;
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
        table::<DeadlineRow>(&mut out, &[]).unwrap();
        assert!(String::from_utf8(out).unwrap().starts_with("No deadlines"));
    }
}
