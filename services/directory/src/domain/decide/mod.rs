//! From what is known and what a file says to what changes, or to a refusal with its numbers.

mod gate;

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    AuthorityCode, Organisation, Person, StaffId, Team, TeamId,
    commands::{Counted, FileSummary, ImportSummary, RefusedRow},
};

pub use self::gate::{refuse_empty, refuse_lost};
use super::{
    Refusal, derive,
    kind::FileKind,
    known::{Counts, Directory, Known, Record, Vanish, take_in},
    links,
    moment::Moment,
    people,
    table::Table,
    teams, words,
};

/// One file to take in.
pub struct Arrived<'a> {
    pub authority: &'a AuthorityCode,
    pub table: &'a Table,
    pub moment: Moment,
    /// A file that lacks more than this share of those known is refused.
    pub max_lost_percent: u32,
}

#[derive(Debug)]
pub struct Decision {
    pub kind: FileKind,
    /// Rows to write: those in which anything changed.
    pub people: Vec<Known<Person>>,
    pub teams: Vec<Known<Team>>,
    /// To publish: those whose revision rose.
    pub people_changed: Vec<Person>,
    pub teams_changed: Vec<Team>,
    pub summary: ImportSummary,
}

pub fn decide(known: &Directory, arrived: &Arrived<'_>) -> Result<Decision, Refusal> {
    let table = arrived.table;
    let kind = FileKind::of(table)?;
    let mut summary = ImportSummary {
        source: "directory".to_owned(),
        as_at: Some(arrived.moment.as_at),
        notes: table.notes.clone(),
        ..ImportSummary::default()
    };
    summary.notes.extend(kind.header_notes(table));
    let mut new = known.clone();
    let (people, declared) = match kind {
        FileKind::People => (
            take_people(&mut new, arrived, &mut summary)?,
            Counts::default(),
        ),
        FileKind::Teams => (
            Counts::default(),
            take_teams(&mut new, arrived, &mut summary)?,
        ),
        // Taken in by itself: it changes neither people nor teams.
        FileKind::Supervision => (Counts::default(), Counts::default()),
    };
    let derived = derive_teams(&mut new);
    count(&mut summary, "people", people);
    count(&mut summary, "teams", declared);
    count(&mut summary, "teams worked out from their members", derived);
    summary
        .notes
        .extend(kept_note(people.missing + declared.missing));
    summary.notes.extend(links::notes(&organisation(&new)));
    Ok(compare(kind, known, new, summary))
}

fn take_people(
    new: &mut Directory,
    arrived: &Arrived<'_>,
    summary: &mut ImportSummary,
) -> Result<Counts, Refusal> {
    let read = people::read(arrived.authority, arrived.table);
    refuse_empty(&arrived.table.file, read.people.len(), &read.refused)?;
    let counted_on: Vec<&StaffId> = new
        .people
        .iter()
        .filter(|(_, k)| k.missing_since.is_none() && !k.said.removed)
        .filter(|(_, k)| {
            k.said
                .leave_date
                .is_none_or(|day| day >= arrived.moment.as_at)
        })
        .map(|(id, _)| id)
        .collect();
    refuse_lost(arrived, "people", &counted_on, |id| {
        read.people.contains_key(id)
    })?;
    add_rows(
        summary,
        arrived.table,
        read.rows_read,
        read.refused_rows,
        read.refused,
    );
    let vanish = Vanish::OnceConfirmed(arrived.moment);
    Ok(take_in(
        &mut new.people,
        read.people,
        &read.unreadable,
        vanish,
        true,
    ))
}

fn take_teams(
    new: &mut Directory,
    arrived: &Arrived<'_>,
    summary: &mut ImportSummary,
) -> Result<Counts, Refusal> {
    let read = teams::read(arrived.authority, arrived.table);
    refuse_empty(&arrived.table.file, read.teams.len(), &read.refused)?;
    let counted_on: Vec<&TeamId> = new
        .teams
        .iter()
        .filter(|(_, k)| k.declared && k.missing_since.is_none() && !k.said.removed)
        .map(|(id, _)| id)
        .collect();
    refuse_lost(arrived, "teams", &counted_on, |id| {
        read.teams.contains_key(id)
    })?;
    add_rows(
        summary,
        arrived.table,
        read.rows_read,
        read.refused_rows,
        read.refused,
    );
    let vanish = Vanish::OnceConfirmed(arrived.moment);
    let (mut declared, derived): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut new.teams)
        .into_iter()
        .partition(|(id, k)| k.declared || read.teams.contains_key(id));
    let counts = take_in(&mut declared, read.teams, &read.unreadable, vanish, true);
    new.teams = declared;
    new.teams.extend(derived);
    Ok(counts)
}

/// Works out the teams that no file declares; one without members is gone at once.
fn derive_teams(new: &mut Directory) -> Counts {
    let (declared, mut derived): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut new.teams)
        .into_iter()
        .partition(|(_, k)| k.declared && !k.said.removed);
    let present = new
        .people
        .iter()
        .filter(|(_, k)| !k.said.removed)
        .map(|(id, k)| (id.clone(), &k.said))
        .collect();
    let said = derive::teams(&present, &declared.keys().cloned().collect());
    let counts = take_in(&mut derived, said, &BTreeSet::new(), Vanish::AtOnce, false);
    new.teams = declared;
    new.teams.extend(derived);
    counts
}

fn add_rows(
    summary: &mut ImportSummary,
    table: &Table,
    rows_read: u64,
    refused_rows: u64,
    refused: Vec<RefusedRow>,
) {
    summary.files.push(FileSummary {
        file: table.file.clone(),
        rows_read,
    });
    summary.refused_rows = refused_rows;
    summary.refused = refused;
}

fn count(summary: &mut ImportSummary, what: &str, counts: Counts) {
    for (list, count) in [
        (&mut summary.recorded, counts.recorded),
        (&mut summary.changed, counts.changed),
        (&mut summary.missing, counts.missing),
        (&mut summary.retracted, counts.removed),
    ] {
        if count > 0 {
            list.push(Counted {
                what: what.to_owned(),
                count,
                children: None,
            });
        }
    }
}

pub fn kept_note(missing: u64) -> Option<String> {
    (missing > 0).then(|| {
        format!(
            "{} not in this file and {} kept for now: removed when a file of a later day lacks them too",
            words::count(usize::try_from(missing).unwrap_or(usize::MAX), "entry is", "entries are"),
            if missing == 1 { "is" } else { "are" },
        )
    })
}

fn organisation(directory: &Directory) -> Organisation {
    let mut organisation = Organisation::default();
    for known in directory.people.values() {
        organisation.apply_person(known.said.clone());
    }
    for known in directory.teams.values() {
        organisation.apply_team(known.said.clone());
    }
    organisation
}

fn compare(kind: FileKind, known: &Directory, new: Directory, summary: ImportSummary) -> Decision {
    let (people, people_changed) = changed(&known.people, new.people);
    let (teams, teams_changed) = changed(&known.teams, new.teams);
    Decision {
        kind,
        people,
        teams,
        people_changed,
        teams_changed,
        summary,
    }
}

/// The rows that differ from before, and what of them is news to others.
fn changed<K: Ord, T: Record>(
    before: &BTreeMap<K, Known<T>>,
    after: BTreeMap<K, Known<T>>,
) -> (Vec<Known<T>>, Vec<T>) {
    let (mut rows, mut news) = (Vec::new(), Vec::new());
    for (id, known) in after {
        let old = before.get(&id);
        if old.is_none_or(|old| old.said != known.said) {
            news.push(known.said.clone());
        }
        if old != Some(&known) {
            rows.push(known);
        }
    }
    (rows, news)
}

#[cfg(test)]
mod tests;
