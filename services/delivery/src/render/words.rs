//! The sentences that delivery itself adds. Kind and short.

use contracts::{ChildId, message::Message};
use jiff::civil::Date;

pub(super) const AID: &str =
    "Evenkeel is an aid: a message that does not come never proves that nothing is due.";

/// Long enough that no line, and so no id, comes among the first 100 characters.
pub(super) fn opening(message: &Message) -> String {
    format!(
        "From what {} had recorded by {}. Each line below says what is due, by when, and why you are seeing it.",
        message.authority_name,
        day(message.data_as_at)
    )
}

pub(super) fn banners(message: &Message) -> Vec<String> {
    let mut banners = Vec::new();
    if message.synthetic {
        banners
            .push("Invented data, for trying things out: nobody in this message is real.".into());
    }
    if message.pinned {
        let still = day(message.gathered_at.to_zoned(calendar::london()).date());
        banners.push(format!(
            "The clock stands still at {still} here: days are counted from there, not from today."
        ));
    }
    banners
}

pub(super) fn children(ids: &[ChildId]) -> String {
    match ids {
        [] => String::new(),
        [one] => format!("Child {one}"),
        [most @ .., last] => {
            let most: Vec<_> = most.iter().map(ChildId::as_str).collect();
            format!("Children {} and {last}", most.join(", "))
        }
    }
}

pub(super) fn unlisted(count: usize) -> String {
    match count {
        1 => "And 1 more on your page.".into(),
        n => format!("And {n} more on your page."),
    }
}

pub(super) fn fallen(count: usize) -> String {
    match count {
        1 => "One matter was recorded or passed on since this was put together, and has been taken out.".into(),
        n => format!("{n} matters were recorded or passed on since this was put together, and have been taken out."),
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
