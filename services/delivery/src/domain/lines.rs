//! Which lines of a message still hold.

use std::collections::{HashMap, HashSet};

use contracts::message::{Message, MessageLine, NoticeRevision};
use uuid::Uuid;

/// The newest revision each changed notice has.
pub type Changed = HashMap<Uuid, u64>;

/// A message as it may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// With the lines that still hold, and no others.
    pub message: Message,
    /// Notices it still tells: each once, in order.
    pub told: Vec<Uuid>,
    /// Notices that had changed after it was gathered.
    pub stood_down: Vec<Uuid>,
    /// Lines and unlisted matters that fell away whole.
    pub fallen: usize,
}

impl Live {
    /// True when there was something to tell and nothing of it holds any more.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty() && !self.stood_down.is_empty()
    }
}

/// Every notice of a message, listed or not.
pub fn notices(message: &Message) -> impl Iterator<Item = NoticeRevision> + '_ {
    let listed = message.lines.iter().flat_map(|line| &line.notices);
    listed.chain(&message.unlisted).copied()
}

/// Takes out what changed after it was gathered: a notice told at an older revision than the change, and a line none
/// of whose notices is left. A line of siblings goes on for those who remain.
pub fn live(mut message: Message, changed: &Changed) -> Live {
    let holds = |n: &NoticeRevision| changed.get(&n.notice).is_none_or(|now| *now <= n.revision);
    let mut seen = HashSet::new();
    let all: Vec<_> = notices(&message).collect();
    let told: Vec<_> = all.iter().filter(|n| holds(n)).map(|n| n.notice).collect();
    let told: Vec<_> = told.into_iter().filter(|n| seen.insert(*n)).collect();
    let gone: Vec<_> = all.iter().map(|n| n.notice).collect();
    let stood_down: Vec<_> = gone.into_iter().filter(|n| seen.insert(*n)).collect();
    let before = message.lines.len() + message.unlisted.len();
    if !stood_down.is_empty() {
        message.lines = message
            .lines
            .into_iter()
            .filter_map(|line| line_of_those_who_remain(line, &holds))
            .collect();
        message.unlisted.retain(holds);
    }
    let fallen = before - message.lines.len() - message.unlisted.len();
    Live {
        message,
        told,
        stood_down,
        fallen,
    }
}

fn line_of_those_who_remain(
    mut line: MessageLine,
    holds: &impl Fn(&NoticeRevision) -> bool,
) -> Option<MessageLine> {
    let kept: Vec<bool> = line.notices.iter().map(holds).collect();
    if !line.notices.is_empty() && !kept.contains(&true) {
        return None;
    }
    // Notices and children of a line stand side by side.
    if line.children.len() == kept.len() {
        let mut keep = kept.iter();
        line.children.retain(|_| keep.next() == Some(&true));
    }
    line.notices.retain(holds);
    Some(line)
}
