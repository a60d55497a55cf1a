//! Whether a snapshot is taken in at all. Extracts are often made while their tables are being refilled, so a table
//! that is suddenly much smaller is a broken extract until somebody says otherwise.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// From how many per cent on a snapshot or a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest fall of a guarded table's rows since the last accepted snapshot.
    pub fall_percent: u64,
    /// Largest share of a file's rows that may be refused.
    pub refused_percent: u64,
}

/// A table as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRead {
    /// As the source calls it.
    pub name: &'static str,
    /// As it was found; blank when it is not in the snapshot.
    pub file: String,
    /// Kinds of fact its rows give; none when it only explains the rows of others.
    pub kinds: &'static [&'static str],
    pub guard: Guard,
    pub rows: u64,
    pub refused_rows: u64,
    /// All it said was understood, so that what it does not say is absent.
    pub in_full: bool,
}

/// How much a source depends on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// No snapshot without it: not missing, not empty, not fallen.
    Core,
    /// May be missing (then what it said stands), but must not fall.
    MustNotFall,
    /// Other tables cannot be understood without it: once it was there it must not be missing, nor fall.
    Explains,
    /// Few rows that come and go.
    Free,
}

impl TableRead {
    pub fn is_there(&self) -> bool {
        !self.file.is_empty()
    }

    /// More rows refused than the limit allows.
    pub fn is_unusable(&self, limits: Limits) -> bool {
        self.refused_rows * 100 > self.rows * limits.refused_percent
    }
}

/// A source's last accepted snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    pub as_at: Date,
    pub content: String,
    /// Rows by table, of every table that ever was there.
    pub rows: BTreeMap<String, u64>,
}

/// Kinds of which an absence means something: every table that gives them and ever was there was read in full.
pub fn told(last: Option<&Last>, tables: &[TableRead]) -> Vec<&'static str> {
    let was_there = |t: &TableRead| last.is_some_and(|l| l.rows.contains_key(t.name));
    let mut kinds = BTreeMap::new();
    for table in tables.iter().filter(|t| t.is_there() || was_there(t)) {
        for kind in table.kinds {
            *kinds.entry(*kind).or_insert(true) &= table.is_there() && table.in_full;
        }
    }
    kinds.retain(|_, told| *told);
    kinds.into_keys().collect()
}

/// A snapshot that asks to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'s> {
    pub source: &'s str,
    pub as_at: Date,
    pub content: &'s str,
    /// True if a snapshot with this content and as-at was accepted at any time.
    pub known: bool,
    pub tables: &'s [TableRead],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    /// The same content with the same as-at is the same snapshot.
    AlreadyImported,
    /// What, and what to do.
    Refuse(String),
}

pub fn judge(last: Option<&Last>, snapshot: Candidate<'_>, limits: Limits) -> Verdict {
    if let Some(last) = last {
        if last.as_at == snapshot.as_at && last.content == snapshot.content {
            return Verdict::AlreadyImported;
        }
        if snapshot.as_at < last.as_at {
            return if snapshot.known {
                Verdict::AlreadyImported
            } else {
                older(last, snapshot)
            };
        }
    }
    let refusals = [
        unexplained(last, snapshot),
        unusable(snapshot, limits),
        empty(snapshot),
        fallen(last, snapshot, limits),
    ];
    match refusals.into_iter().flatten().next() {
        Some(reason) => Verdict::Refuse(reason),
        None => Verdict::Accept,
    }
}

fn older(last: &Last, snapshot: Candidate<'_>) -> Verdict {
    Verdict::Refuse(format!(
        "this {} snapshot is as at {}, older than the latest accepted one (as at {}): \
         import a snapshot as at that day or later; what was imported stands",
        snapshot.source, snapshot.as_at, last.as_at
    ))
}

fn unexplained(last: Option<&Last>, snapshot: Candidate<'_>) -> Option<String> {
    let last = last?;
    let is_gone = |t: &&TableRead| t.guard == Guard::Explains && !t.is_there();
    let table =
        (snapshot.tables.iter().filter(is_gone)).find(|t| last.rows.contains_key(t.name))?;
    Some(format!(
        "{} is not in this snapshot, but was in an earlier one, and other tables cannot be understood without it: \
         nothing of this snapshot was imported. Export it again with this table",
        table.name
    ))
}

fn unusable(snapshot: Candidate<'_>, limits: Limits) -> Option<String> {
    let is_needed = |t: &TableRead| matches!(t.guard, Guard::Core | Guard::Explains);
    let of_core = |t: &&TableRead| is_needed(t) && t.is_unusable(limits);
    let table = snapshot.tables.iter().find(of_core)?;
    Some(format!(
        "{} of the {} rows of {} were refused, more than {} %: nothing of this snapshot was imported. \
         Correct the file (each refused row is listed with its reason) and import it again",
        table.refused_rows, table.rows, table.file, limits.refused_percent
    ))
}

fn empty(snapshot: Candidate<'_>) -> Option<String> {
    let table = snapshot
        .tables
        .iter()
        .find(|t| t.guard == Guard::Core && t.rows == 0)?;
    Some(format!(
        "{} has no rows: nothing of this snapshot was imported. Export it again; a return always has some",
        table.file
    ))
}

fn fallen(last: Option<&Last>, snapshot: Candidate<'_>, limits: Limits) -> Option<String> {
    let last = last?;
    let guarded = |t: &&TableRead| t.guard != Guard::Free && t.is_there();
    snapshot.tables.iter().filter(guarded).find_map(|table| {
        let before = last.rows.get(table.name).copied().unwrap_or_default();
        let fall = before.saturating_sub(table.rows);
        (fall * 100 > before * limits.fall_percent).then(|| {
            format!(
                "{} has {} rows where the last accepted snapshot (as at {}) had {before}: it fell by more than {} %, \
                 so the export is probably incomplete and nothing of it was imported. Export it again; \
                 if it is right, raise largest_fall_percent under [intake] for this one import",
                table.file, table.rows, last.as_at, limits.fall_percent
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const LIMITS: Limits = Limits {
        fall_percent: 20,
        refused_percent: 50,
    };
    const DAY: Date = date(2018, 3, 31);

    fn table(guard: Guard, rows: u64, refused_rows: u64) -> TableRead {
        TableRead {
            name: "episodes.csv",
            file: "Episodes.csv".into(),
            kinds: &["care_episode"],
            guard,
            rows,
            refused_rows,
            in_full: true,
        }
    }

    fn last(rows: u64) -> Last {
        Last {
            as_at: DAY,
            content: "one".into(),
            rows: BTreeMap::from([("episodes.csv".to_owned(), rows)]),
        }
    }

    fn verdict(
        last: Option<&Last>,
        as_at: Date,
        content: &str,
        known: bool,
        table: TableRead,
    ) -> Verdict {
        let snapshot = Candidate {
            source: "ssda903",
            as_at,
            content,
            known,
            tables: &[table],
        };
        judge(last, snapshot, LIMITS)
    }

    #[test]
    fn the_same_content_with_the_same_as_at_is_the_same_snapshot() {
        let core = || table(Guard::Core, 100, 0);
        assert_eq!(
            verdict(Some(&last(100)), DAY, "one", true, core()),
            Verdict::AlreadyImported
        );
        assert_eq!(
            verdict(Some(&last(100)), date(2018, 4, 1), "one", false, core()),
            Verdict::Accept
        );
        assert_eq!(
            verdict(Some(&last(100)), DAY, "two", false, core()),
            Verdict::Accept
        );
        // Back to an earlier version of the same day: somebody undid a correction.
        assert_eq!(
            verdict(Some(&last(100)), DAY, "two", true, core()),
            Verdict::Accept
        );
    }

    #[test]
    fn an_older_as_at_is_refused_unless_that_very_snapshot_was_accepted_then() {
        let before = date(2018, 3, 30);
        let verdict = |known| {
            verdict(
                Some(&last(100)),
                before,
                "zero",
                known,
                table(Guard::Core, 100, 0),
            )
        };
        let Verdict::Refuse(reason) = verdict(false) else {
            panic!("accepted an older snapshot")
        };
        assert!(
            reason.contains("2018-03-30") && reason.contains("2018-03-31"),
            "{reason}"
        );
        assert_eq!(verdict(true), Verdict::AlreadyImported);
    }

    #[test]
    fn a_core_table_must_not_be_empty_or_fall_by_more_than_the_limit() {
        let later = date(2018, 4, 1);
        let (core, optional, free) = (Guard::Core, Guard::MustNotFall, Guard::Free);
        for (guard, before, now, accepted) in [
            (core, None, 1, true),
            (core, None, 0, false),
            (core, Some(100), 80, true),
            (core, Some(100), 79, false),
            (core, Some(100), 300, true),
            (optional, None, 0, true),
            (optional, Some(100), 0, false),
            (free, Some(100), 0, true),
        ] {
            let verdict = verdict(
                before.map(last).as_ref(),
                later,
                "two",
                false,
                table(guard, now, 0),
            );
            assert_eq!(
                verdict == Verdict::Accept,
                accepted,
                "{guard:?} {before:?} -> {now}: {verdict:?}"
            );
            if let (Verdict::Refuse(reason), Some(before)) = (&verdict, before) {
                assert!(
                    reason.contains(&before.to_string()) && reason.contains(&now.to_string()),
                    "{reason}"
                );
            }
        }
    }

    #[test]
    fn a_table_that_explains_others_must_stay_once_it_was_there() {
        let gone = || TableRead {
            file: String::new(),
            ..table(Guard::Explains, 0, 0)
        };
        let later = date(2018, 4, 1);
        assert_eq!(verdict(None, later, "two", false, gone()), Verdict::Accept);
        let Verdict::Refuse(reason) = verdict(Some(&last(5)), later, "two", false, gone()) else {
            panic!("accepted without it")
        };
        assert!(
            reason.starts_with("episodes.csv is not in this snapshot"),
            "{reason}"
        );
        let free = TableRead {
            guard: Guard::MustNotFall,
            ..gone()
        };
        assert_eq!(
            verdict(Some(&last(5)), later, "two", false, free),
            Verdict::Accept
        );
    }

    #[test]
    fn a_kind_is_told_when_every_table_that_ever_gave_it_was_read_in_full() {
        let of = |name, file: &str, in_full| TableRead {
            name,
            file: file.into(),
            in_full,
            ..table(Guard::Free, 1, 0)
        };
        let last = last(1);
        for (what, last, tables, want) in [
            ("alone", None, vec![of("episodes.csv", "e", true)], true),
            (
                "cut short",
                None,
                vec![of("episodes.csv", "e", false)],
                false,
            ),
            (
                "absent",
                Some(&last),
                vec![of("episodes.csv", "", false)],
                false,
            ),
            (
                "the other never was",
                Some(&last),
                vec![of("episodes.csv", "e", true), of("b.csv", "", false)],
                true,
            ),
            (
                "the other is absent",
                Some(&last),
                vec![of("episodes.csv", "", false), of("b.csv", "b", true)],
                false,
            ),
            (
                "both",
                Some(&last),
                vec![of("episodes.csv", "e", true), of("b.csv", "b", true)],
                true,
            ),
        ] {
            assert_eq!(told(last, &tables) == ["care_episode"], want, "{what}");
        }
    }

    #[test]
    fn a_core_file_with_too_many_refused_rows_is_refused_whole() {
        let half = verdict(None, DAY, "one", false, table(Guard::Core, 100, 50));
        assert_eq!(half, Verdict::Accept);
        let more = verdict(None, DAY, "one", false, table(Guard::Core, 100, 51));
        assert!(
            matches!(more, Verdict::Refuse(reason) if reason.starts_with("51 of the 100 rows of Episodes.csv"))
        );
        let optional = verdict(None, DAY, "one", false, table(Guard::Free, 1, 1));
        assert_eq!(optional, Verdict::Accept);
    }
}
