//! Files go forward in time: an older one never puts people back to what they were.

use jiff::civil::Date;

use super::{Refusal, kind::FileKind};

/// The file of a kind that describes the latest day, the last taken in of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    pub as_at: Date,
    pub content: String,
}

/// A file about to be taken in.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    pub file: &'a str,
    pub kind: FileKind,
    pub as_at: Date,
    pub content: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    TakeIn,
    /// What it says was taken in before; overtaken, a file of a later day stands.
    TakenBefore {
        overtaken_by: Option<Date>,
    },
    Refuse(Refusal),
}

/// `known` if a file of this kind, content and day was taken in at any time.
pub fn judge(latest: Option<&Latest>, next: Next<'_>, known: bool) -> Verdict {
    let Some(latest) = latest else {
        return Verdict::TakeIn;
    };
    let older = next.as_at < latest.as_at;
    if older && !known {
        return Verdict::Refuse(older_than(latest, next));
    }
    let same = next.as_at == latest.as_at && next.content == latest.content;
    if older || same {
        Verdict::TakenBefore {
            overtaken_by: older.then_some(latest.as_at),
        }
    } else {
        Verdict::TakeIn
    }
}

fn older_than(latest: &Latest, next: Next<'_>) -> Refusal {
    let file = next.file;
    let what = match next.kind {
        FileKind::People => "people",
        FileKind::Teams => "teams",
        FileKind::Supervision => "days of supervision",
    };
    let (day, known) = (next.as_at, latest.as_at);
    Refusal(format!(
        "{file} describes {day}, and the {what} are known as at {known}: an older file would put them back to what they were, so nothing was changed. Import a file of {known} or later; if this one is newer than that, say its day with --as-at (in the drop folder, at the start of its name)"
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_what_is_new_and_not_older_is_taken_in() {
        let latest = Latest {
            as_at: date(2025, 4, 30),
            content: "b".to_owned(),
        };
        let (march, april, may) = (date(2025, 3, 31), latest.as_at, date(2025, 5, 31));
        for (as_at, content, known, want) in [
            (april, "a", false, "taken in"),
            (april, "a", true, "taken in"),
            (april, "b", true, "taken before"),
            (may, "b", false, "taken in"),
            (may, "b", true, "taken in"),
            (march, "a", true, "overtaken"),
            (march, "b", false, "refused"),
            (march, "c", false, "refused"),
        ] {
            let next = Next {
                file: "people.csv",
                kind: FileKind::People,
                as_at,
                content,
            };
            let got = match judge(Some(&latest), next, known) {
                Verdict::TakeIn => "taken in",
                Verdict::TakenBefore { overtaken_by: None } => "taken before",
                Verdict::TakenBefore { overtaken_by } => {
                    assert_eq!(overtaken_by, Some(april));
                    "overtaken"
                }
                Verdict::Refuse(_) => "refused",
            };
            assert_eq!(got, want, "{as_at} {content} {known}");
            assert_eq!(judge(None, next, known), Verdict::TakeIn);
        }
    }
}
