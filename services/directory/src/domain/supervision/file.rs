//! The supervision file: who had supervision on which day. Each file is the whole list from its earliest day on.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    StaffId,
    commands::{Counted, FileSummary, ImportSummary, RefusedRow},
};
use jiff::civil::Date;

use super::{FileRows, Held, RowId};
use crate::domain::{
    Refusal,
    decide::{Arrived, kept_note, refuse_empty, refuse_lost},
    fields,
    kind::FileKind,
    row::RowReader,
    words,
};

/// What changes because of a file.
#[derive(Debug)]
pub struct Taken {
    /// Rows to write: those in which anything changed.
    pub rows: FileRows,
    pub summary: ImportSummary,
}

#[derive(Default)]
struct Read {
    rows: BTreeMap<RowId, (Date, Option<StaffId>)>,
    /// People of whom a row was refused: what they had stays.
    unreadable: BTreeSet<StaffId>,
    refused_rows: u64,
    refused: Vec<RefusedRow>,
}

/// Takes a file's rows into what is known; `is_known` says who is in the directory.
pub fn take_in(
    known: &FileRows,
    arrived: &Arrived<'_>,
    is_known: impl Fn(&StaffId) -> bool,
) -> Result<Taken, Refusal> {
    let table = arrived.table;
    let read = read(arrived);
    refuse_empty(&table.file, read.rows.len(), &read.refused)?;
    let first = read.rows.values().map(|(held_on, _)| *held_on).min();
    // What is older than the file reaches back has aged out of it, and stays as it was.
    let speaks_for = |held: &Held| first.is_some_and(|first| held.held_on >= first);
    let counted_on: Vec<&RowId> = known
        .iter()
        .filter(|(_, held)| !held.removed && held.missing_since.is_none() && speaks_for(held))
        .map(|(id, _)| id)
        .collect();
    refuse_lost(arrived, "days of supervision", &counted_on, |id| {
        read.rows.contains_key(id) || read.unreadable.contains(&id.0)
    })?;
    let mut summary = ImportSummary {
        source: "supervision".to_owned(),
        as_at: Some(arrived.moment.as_at),
        files: vec![FileSummary {
            file: table.file.clone(),
            rows_read: table.rows.len() as u64,
        }],
        refused_rows: read.refused_rows,
        notes: table.notes.clone(),
        ..ImportSummary::default()
    };
    summary
        .notes
        .extend(FileKind::Supervision.header_notes(table));
    summary.notes.extend(unknown(&read, is_known));
    let rows = compare(known, &read, arrived, speaks_for, &mut summary);
    summary.refused = read.refused;
    Ok(Taken { rows, summary })
}

fn compare(
    known: &FileRows,
    read: &Read,
    arrived: &Arrived<'_>,
    speaks_for: impl Fn(&Held) -> bool,
    summary: &mut ImportSummary,
) -> FileRows {
    let mut rows = FileRows::new();
    let [mut recorded, mut changed, mut missing, mut retracted] = [0, 0, 0, 0];
    for (id, (held_on, supervisor)) in &read.rows {
        let new = Held {
            held_on: *held_on,
            supervisor: supervisor.clone(),
            missing_since: None,
            removed: false,
        };
        match known.get(id) {
            Some(held) if *held == new => continue,
            Some(held) if !held.removed && held.held_on == new.held_on => {}
            Some(held) if !held.removed => changed += 1,
            _ => recorded += 1,
        }
        rows.insert(id.clone(), new);
    }
    for (id, held) in known {
        let is_said = read.rows.contains_key(id) || read.unreadable.contains(&id.0);
        if is_said || held.removed || !speaks_for(held) {
            continue;
        }
        let mut gone = held.clone();
        match held.missing_since {
            Some(since) if arrived.moment.confirms(since) => {
                gone.removed = true;
                retracted += 1;
            }
            Some(_) => missing += 1,
            None => {
                gone.missing_since = Some(arrived.moment);
                missing += 1;
            }
        }
        if gone != *held {
            rows.insert(id.clone(), gone);
        }
    }
    for (list, count) in [
        (&mut summary.recorded, recorded),
        (&mut summary.changed, changed),
        (&mut summary.missing, missing),
        (&mut summary.retracted, retracted),
    ] {
        if count > 0 {
            list.push(Counted {
                what: "days of supervision".to_owned(),
                count,
                children: None,
            });
        }
    }
    summary.notes.extend(kept_note(missing));
    rows
}

fn read(arrived: &Arrived<'_>) -> Read {
    let mut read = Read::default();
    for row in &arrived.table.rows {
        let mut reader = RowReader::new(arrived.table, row);
        let staff = needed(&mut reader, "staff_id", fields::id).map(StaffId::new);
        let held_on = needed(&mut reader, "held_on", fields::date);
        let key = reader.maybe("id", fields::id);
        let supervisor = reader.maybe("supervisor_id", fields::id).map(StaffId::new);
        if held_on.is_some_and(|day| day > arrived.moment.as_at) {
            let reason = format!(
                "it is after {}, the day this file describes: leave out what is still to be held",
                arrived.moment.as_at
            );
            reader.fault("held_on", reason);
        }
        let said = held_on.map(|day| (day, supervisor));
        let id = staff.clone().zip(said.as_ref()).map(|(staff, (day, _))| {
            let key = key.unwrap_or_else(|| day.to_string());
            (staff, key)
        });
        let before = id.as_ref().and_then(|id| read.rows.get(id));
        if let (Some((before, _)), Some((day, _))) = (before, &said)
            && before != day
        {
            reader.fault(
                "id",
                "an earlier row with this id has another held_on: keep one",
            );
        }
        match (id, said) {
            (Some(id), Some(said)) if reader.is_sound() => {
                read.rows.entry(id).or_insert(said);
            }
            _ => {
                read.refused_rows += 1;
                read.unreadable.extend(staff);
            }
        }
        read.refused.extend(reader.into_faults());
    }
    read
}

fn needed<T>(
    row: &mut RowReader<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    if row.text(column).is_empty() {
        row.fault(column, format!("a day of supervision needs a {column}"));
    }
    row.maybe(column, parse)
}

/// Who is named and is not in the directory: said, not refused, because they may join it tomorrow.
fn unknown(read: &Read, is_known: impl Fn(&StaffId) -> bool) -> Vec<String> {
    let not_here = |ids: BTreeSet<&StaffId>| -> Vec<String> {
        let not_here = ids.into_iter().filter(|id| !is_known(id));
        not_here.map(ToString::to_string).collect()
    };
    let staff = not_here(read.rows.keys().map(|(staff, _)| staff).collect());
    let supervisors = not_here(read.rows.values().filter_map(|(_, s)| s.as_ref()).collect());
    let mut notes = Vec::new();
    for (what, ids) in [("staff_id", staff), ("supervisor_id", supervisors)] {
        if !ids.is_empty() {
            notes.push(format!(
                "{what} of people who are not in the directory: {}",
                words::listed(&ids)
            ));
        }
    }
    notes
}
