//! From a channel-neutral message to words on a page: a subject, a text part and an HTML part that say the same.

mod words;

use askama::Template;
use contracts::{
    AuthorityCode,
    message::{MessageLine, Recipient},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::Live;

/// A mail as it is sent and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub message: Uuid,
    pub authority: AuthorityCode,
    pub to_name: String,
    pub to: String,
    pub subject: String,
    /// The same at every try: `<message@domain>`.
    pub message_id: String,
    pub text: String,
    pub html: String,
    /// Domain time when the message was gathered.
    pub gathered_at: Timestamp,
    /// Machine time of the attempt.
    pub at: Timestamp,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct Text<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    page: &'a Page<'a>,
}

struct Page<'a> {
    title: &'a str,
    banners: Vec<String>,
    opening: String,
    name: &'a str,
    intro: &'a str,
    changed: Option<String>,
    sections: Vec<Section<'a>>,
    closing: Vec<String>,
}

struct Section<'a> {
    heading: &'static str,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    title: &'a str,
    text: &'a str,
    children: String,
    why: &'a str,
    link: Option<&'a str>,
}

/// Renders what still holds. `domain` is the right half of the Message-ID.
pub fn mail(live: &Live, domain: &str, at: Timestamp) -> Mail {
    let message = &live.message;
    let page = page(live);
    let rendered = "templates have no fallible parts, and writing to a string cannot fail";
    Mail {
        message: message.id,
        authority: message.authority.clone(),
        to_name: message.recipient.name().to_owned(),
        to: message.recipient.email().to_owned(),
        subject: page.title.to_owned(),
        message_id: format!("<{}@{domain}>", message.id),
        text: Text { page: &page }.render().expect(rendered),
        html: Html { page: &page }.render().expect(rendered),
        gathered_at: message.gathered_at,
        at,
    }
}

fn page(live: &Live) -> Page<'_> {
    let message = &live.message;
    let more = message.unlisted.len();
    let closing = (more > 0)
        .then(|| words::unlisted(more))
        .into_iter()
        .chain(message.closing.iter().cloned())
        .chain([words::AID.to_owned()]);
    Page {
        title: guarded(live, &message.title, "What is due"),
        banners: words::banners(message),
        opening: words::opening(message),
        name: message.recipient.name(),
        intro: guarded(live, &message.intro, "Here is what is due."),
        changed: (live.fallen > 0).then(|| words::fallen(live.fallen)),
        sections: SECTIONS
            .into_iter()
            .filter_map(|(heading, of)| section(live, heading, of))
            .collect(),
        closing: closing.collect(),
    }
}

type Belongs = fn(&MessageLine) -> bool;

/// The headings in order, with the lines under each.
const SECTIONS: [(&str, Belongs); 3] = [
    ("Late, or not recorded yet", |line| line.late && !line.found),
    ("Coming up", |line| !line.late && !line.found),
    ("To look at", |line| line.found),
];

fn section<'a>(live: &'a Live, heading: &'static str, of: Belongs) -> Option<Section<'a>> {
    // A shared mailbox is read by many: it gets no id and nothing that leads to one.
    let shared = matches!(live.message.recipient, Recipient::TeamMailbox { .. });
    let lines: Vec<_> = live
        .message
        .lines
        .iter()
        .filter(|line| of(line))
        .map(|line| if shared { bare(line) } else { full(line) })
        .collect();
    (!lines.is_empty()).then_some(Section { heading, lines })
}

fn full(line: &MessageLine) -> Line<'_> {
    Line {
        children: words::children(&line.children),
        why: &line.why,
        link: line.link.as_deref(),
        ..bare(line)
    }
}

fn bare(line: &MessageLine) -> Line<'_> {
    Line {
        title: &line.title,
        text: &line.text,
        children: String::new(),
        why: "",
        link: None,
    }
}

/// The last guard of a rule that dispatch keeps: no child's id where a lock screen shows it.
fn guarded<'a>(live: &'a Live, words: &'a str, instead: &'a str) -> &'a str {
    let mut ids = live.message.lines.iter().flat_map(|l| &l.children);
    // Shorter ids are found in any date or count.
    if ids.any(|id| id.as_str().len() > 3 && words.contains(id.as_str())) {
        instead
    } else {
        words
    }
}

#[cfg(test)]
mod tests;
