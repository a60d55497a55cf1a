//! What an import did, in counts and sentences.

use std::{collections::BTreeMap, path::PathBuf};

use bus::landscape::time_zone;
use contracts::{
    Authority, ClockSetting,
    commands::{Counted, FileSummary, ImportSummary},
};

use super::{Order, compare::Compared};
use crate::{
    domain::{authority::clock, gate::TableRead},
    sources::Reading,
};

/// What the files held; nothing has come of it yet.
pub(super) fn of_reading(
    order: &Order,
    reading: &mut Reading,
    refusals_file: Option<PathBuf>,
) -> ImportSummary {
    let file = |t: &TableRead| FileSummary {
        file: t.file.clone(),
        rows_read: t.rows,
    };
    ImportSummary {
        source: order.source.name.to_owned(),
        as_at: Some(order.as_at),
        files: (reading.tables.iter().filter(|t| t.is_there()).map(file)).collect(),
        children: reading.children.len() as u64,
        set_aside: std::mem::take(&mut reading.set_aside),
        after_as_at: std::mem::take(&mut reading.after_as_at),
        refused_rows: reading.refused_rows,
        refused: std::mem::take(&mut reading.refused),
        refusals_file,
        notes: std::mem::take(&mut reading.notes),
        ..ImportSummary::default()
    }
}

/// The same snapshot once more: what it said, and that nothing came of it this time.
pub(super) fn already_imported(
    mut summary: ImportSummary,
    order: &Order,
    now: ClockSetting,
) -> ImportSummary {
    if clock(now, order.clock, order.as_at) != now {
        let clock = match now {
            ClockSetting::Real => "it goes on".to_owned(),
            ClockSetting::Pinned(at) | ClockSetting::Stepped(at) => {
                format!("it stays at {}", at.to_zoned(time_zone()).date())
            }
        };
        let note = format!("The clock of this authority was not touched either: {clock}.");
        summary.notes.push(note);
    }
    ImportSummary {
        already_imported: true,
        recorded: Vec::new(),
        changed: Vec::new(),
        missing: Vec::new(),
        retracted: Vec::new(),
        ..summary
    }
}

/// What came of it.
pub(super) fn of_changes(summary: &mut ImportSummary, compared: &Compared, state: &Authority) {
    let tally = &compared.tally;
    summary.recorded = counted(&tally.recorded);
    summary.changed = counted(&tally.changed);
    summary.missing = counted(&tally.missing);
    summary.retracted = counted(&tally.retracted);
    let notes = &mut summary.notes;
    notes.extend(compared.notes.iter().cloned());
    let returned: u64 = tally.returned.values().sum();
    if returned > 0 {
        let are = if returned == 1 {
            "entry is"
        } else {
            "entries are"
        };
        notes.push(format!(
            "{returned} {are} back that the snapshot before did not have."
        ));
    }
    if let (ClockSetting::Pinned(at), Some(as_at)) = (state.clock, summary.as_at) {
        let day = at.to_zoned(time_zone()).date();
        if day != as_at {
            let why = if as_at < day {
                "it does not go back"
            } else {
                "give the day with --as-at to set it on"
            };
            notes.push(format!(
                "The clock of this authority stays at {day}: {why}."
            ));
        }
    }
    if !state
        .sources
        .iter()
        .any(|s| s.supplies.iter().any(|kind| kind == "involvement"))
    {
        notes.push(
            "Nobody is known to hold these children yet, so reminders go to no worker: import allocations too.".to_owned(),
        );
    }
}

fn counted(by_kind: &BTreeMap<&'static str, u64>) -> Vec<Counted> {
    let one = |(kind, count): (&&str, &u64)| Counted {
        what: (*kind).to_owned(),
        count: *count,
        children: None,
    };
    by_kind.iter().map(one).collect()
}
