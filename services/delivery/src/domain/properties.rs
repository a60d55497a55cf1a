use std::{collections::HashSet, time::Duration};

use contracts::message::{Message, MessageKind, MessageLine, NoticeRevision, Outcome, Recipient};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::{lines::Changed, lines::live, lines::notices, *};

fn message(lines: Vec<Vec<(u8, u64)>>, unlisted: Vec<(u8, u64)>) -> Message {
    let revision = |(n, revision): (u8, u64)| NoticeRevision {
        notice: Uuid::from_u128(n.into()),
        revision,
    };
    let line = |of: Vec<(u8, u64)>| MessageLine {
        children: of
            .iter()
            .map(|(n, _)| n.to_string().as_str().into())
            .collect(),
        notices: of.into_iter().map(revision).collect(),
        title: "First review".into(),
        due_date: "2025-05-07".parse().unwrap(),
        text: String::new(),
        why: String::new(),
        link: None,
        late: false,
        found: false,
    };
    Message {
        id: Uuid::from_u128(1),
        authority: "aa".parse().unwrap(),
        authority_name: String::new(),
        recipient: Recipient::Person {
            staff_id: "S1".into(),
            name: String::new(),
            email: String::new(),
        },
        kind: MessageKind::Digest,
        must_have: true,
        title: String::new(),
        intro: String::new(),
        lines: lines.into_iter().map(line).collect(),
        unlisted: unlisted.into_iter().map(revision).collect(),
        closing: vec![],
        data_as_at: "2025-05-07".parse().unwrap(),
        gathered_at: Timestamp::UNIX_EPOCH,
        synthetic: false,
        pinned: false,
    }
}

/// Each notice once, as dispatch gathers them.
fn gathered() -> impl Strategy<Value = Message> {
    (
        proptest::collection::vec(1_u64..4, 0..12),
        0_usize..12,
        1_usize..4,
    )
        .prop_map(|(revisions, listed, siblings)| {
            let all: Vec<_> = (0_u8..).zip(revisions).collect();
            let (listed, unlisted) = all.split_at(listed.min(all.len()));
            let lines = listed.chunks(siblings).map(<[_]>::to_vec).collect();
            message(lines, unlisted.to_vec())
        })
}

fn changes() -> impl Strategy<Value = Changed> {
    proptest::collection::hash_map((0_u128..14).prop_map(Uuid::from_u128), 1_u64..5, 0..14)
}

proptest! {
    #[test]
    fn every_notice_is_told_or_stood_down_and_a_change_is_never_told(message in gathered(), changed in changes()) {
        let all: HashSet<_> = notices(&message).map(|n| n.notice).collect();
        let older: HashSet<_> = notices(&message)
            .filter(|n| changed.get(&n.notice).is_some_and(|now| *now > n.revision))
            .map(|n| n.notice)
            .collect();
        let live = live(message, &changed);
        let told: HashSet<_> = live.told.iter().copied().collect();
        let stood_down: HashSet<_> = live.stood_down.iter().copied().collect();
        prop_assert_eq!(&stood_down, &older);
        prop_assert_eq!(live.told.len() + live.stood_down.len(), all.len());
        prop_assert_eq!(told.union(&stood_down).copied().collect::<HashSet<_>>(), all);
        prop_assert_eq!(live.is_empty(), told.is_empty() && !older.is_empty());
        let left: HashSet<_> = notices(&live.message).map(|n| n.notice).collect();
        prop_assert_eq!(left, told);
        for line in &live.message.lines {
            let children: Vec<_> = line.notices.iter().map(|n| n.notice.as_u128().to_string()).collect();
            prop_assert_eq!(line.children.iter().map(|c| c.as_str().to_owned()).collect::<Vec<_>>(), children);
        }
    }

    #[test]
    fn taking_lines_out_twice_is_taking_them_out_once(message in gathered(), changed in changes()) {
        let once = live(message, &changed);
        let twice = live(once.message.clone(), &changed);
        prop_assert_eq!(twice.message, once.message);
        prop_assert!(twice.stood_down.is_empty());
    }
}

fn answers() -> impl Strategy<Value = Came> {
    let retry = |trouble| {
        Came::Answer(Verdict::Retry {
            reason: "x".into(),
            trouble,
        })
    };
    prop_oneof![
        1 => Just(Came::Answer(Verdict::Sent)),
        1 => Just(Came::Answer(Verdict::Refused { reason: "x".into() })),
        4 => Just(retry(Trouble::Message)),
        4 => Just(retry(Trouble::Channel)),
        2 => Just(Came::Answer(Verdict::InDoubt { reason: "x".into() })),
        2 => Just(Came::Interrupted),
        1 => Just(Came::NotBegun),
        1 => Just(Came::Unsent),
    ]
}

fn limits(attempts: u32) -> Limits {
    let span = (Duration::from_secs(1), Duration::from_mins(1));
    Limits {
        attempts,
        message: span,
        channel: span,
    }
}

proptest! {
    /// Follows one message through any answers, as the store does: what is handed over counts, the rest does not.
    #[test]
    fn a_message_ends_once_and_is_handed_over_no_more_often_than_allowed(
        came in proptest::collection::vec(answers(), 1..60), attempts in 1_u32..6, must_have: bool,
    ) {
        let limits = limits(attempts);
        let mut now = Timestamp::UNIX_EPOCH;
        let (mut attempt, mut lost, mut counted, mut ended) = (0, 0, 0, 0);
        for came in came {
            attempt += 1;
            let blameless = matches!(
                came,
                Came::NotBegun | Came::Unsent | Came::Answer(Verdict::Retry { trouble: Trouble::Channel, .. })
            );
            let doubtful = matches!(came, Came::Interrupted | Came::Answer(Verdict::InDoubt { .. }));
            counted += u32::from(!blameless);
            let tries = Tries { message: Uuid::from_u128(7), must_have, attempt, lost };
            let decision = after(came, tries, &limits, now);
            prop_assert_eq!(decision.attempt, counted);
            prop_assert!(decision.next_at >= now);
            let in_doubt = decision.state == State::InDoubt || decision.receipt == Some(Outcome::InDoubt);
            prop_assert_eq!(doubtful, in_doubt);
            prop_assert_eq!(decision.shown.is_some(), doubtful || decision.state == State::Failed);
            (attempt, lost, now) = (decision.attempt, decision.lost, decision.next_at);
            match decision.state {
                State::Waiting => {
                    prop_assert!(counted < attempts || blameless, "tried for ever");
                    prop_assert!(!doubtful || must_have, "may arrive twice");
                    prop_assert!(doubtful || decision.receipt.is_none());
                }
                State::Accepted | State::Failed | State::InDoubt => {
                    prop_assert!(!blameless && decision.receipt.is_some());
                    ended += 1;
                }
                State::Attempting | State::StoodDown => prop_assert!(false, "not an answer"),
            }
            if ended > 0 {
                break;
            }
        }
        prop_assert!(counted <= attempts);
    }
}
