use contracts::{
    StaffId, TeamId,
    message::{Message, MessageKind, NoticeRevision},
};
use proptest::prelude::*;

use super::*;
use crate::domain::lines::{Changed, live};

fn line(n: u128, child: &str, late: bool) -> MessageLine {
    MessageLine {
        notices: vec![NoticeRevision {
            notice: Uuid::from_u128(n),
            revision: 1,
        }],
        children: vec![child.into()],
        title: "First review".into(),
        due_date: "2025-05-07".parse().unwrap(),
        text: "due Wed 7 May 2025".into(),
        why: "20 working days from Tue 8 Apr 2025, skipping the bank holidays of 18 and 21 April and 5 May (en.cla.first-review, version 1)".into(),
        link: None,
        late,
        found: false,
    }
}

fn message(lines: Vec<MessageLine>) -> Message {
    Message {
        id: Uuid::from_u128(99),
        authority: "westshire".parse().unwrap(),
        authority_name: "Westshire".into(),
        recipient: Recipient::Person {
            staff_id: StaffId::new("S1"),
            name: "Ada Okafor".into(),
            email: "ada@westshire.example".into(),
        },
        kind: MessageKind::Digest,
        must_have: true,
        title: "What is due this week".into(),
        intro: "Good morning. Two reviews need you.".into(),
        lines,
        unlisted: vec![],
        closing: vec!["Jo Reed, your manager, is told on 14 May if it is still open then.".into()],
        data_as_at: "2025-05-06".parse().unwrap(),
        gathered_at: "2025-05-07T07:00:00Z".parse().unwrap(),
        synthetic: true,
        pinned: true,
    }
}

fn rendered(message: Message) -> Mail {
    let now = "2025-05-07T07:01:00Z".parse().unwrap();
    mail(&live(message, &Changed::new()), "westshire.example", now)
}

/// What a reader without HTML sees of it: tags out, entities back, spaces single.
fn plain(html: &str) -> String {
    let body = html.split_once("<body>").unwrap().1;
    let mut out = String::new();
    for (n, piece) in body.split('<').enumerate() {
        let shown = if n == 0 {
            piece
        } else {
            piece.split_once('>').unwrap().1
        };
        out.push_str(shown);
        out.push(' ');
    }
    for (entity, letter) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        out = out.replace(entity, letter);
    }
    single_spaced(&out)
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn both_parts_say_the_same_in_the_same_order() {
    let mut both = message(vec![
        line(1, "1001", false),
        line(2, "1002 <b>&", true),
        line(3, "1004", false),
    ]);
    both.lines[2].found = true;
    both.lines[0].children.push("1003".into());
    both.unlisted = vec![NoticeRevision {
        notice: Uuid::from_u128(5),
        revision: 1,
    }];
    both.lines[1].link = Some("https://cases.example/?id=1&x=\"2\"".into());
    let mail = rendered(both);
    let html = plain(&mail.html);
    let text = mail.text.replace(
        "Open the record: https://cases.example/?id=1&x=\"2\"",
        "Open the record",
    );
    let text = single_spaced(&text.replace("\n* ", "\n"));
    assert_eq!(html, text);
    let late = text.find("Late, or not recorded yet").unwrap();
    let coming = text.find("Coming up").unwrap();
    assert!(late < text.find("1002").unwrap() && text.find("1002").unwrap() < coming);
    let found = text.find("To look at").unwrap();
    assert!(coming < found && found < text.find("1004").unwrap());
    for said in [
        "Invented data",
        "stands still at 7 May 2025",
        "had recorded by 6 May 2025",
        "Children 1001 and 1003",
        "Why: 20 working days from Tue 8 Apr 2025",
        "And 1 more on your page.",
        "Jo Reed, your manager, is told on 14 May",
        "never proves that nothing is due",
    ] {
        assert!(text.contains(said), "{said} is missing in {text}");
    }
    assert!(
        !mail.html.contains("<b>")
            && mail
                .html
                .contains("href=\"https://cases.example/?id=1&#38;x=&#34;2&#34;\"")
    );
}

#[test]
fn a_mail_is_kind_short_and_readable_without_images_or_colours() {
    let mail = rendered(message(
        (0..15).map(|n| line(n, "1001", n % 2 == 0)).collect(),
    ));
    for harsh in [
        "overdue", "fail", "breach", "case", "client", "LAC", "urgent", "!", "must",
    ] {
        let (text, html) = (mail.text.to_lowercase(), plain(&mail.html).to_lowercase());
        let harsh = harsh.to_lowercase();
        let said = |t: &str| {
            t.split(|c: char| !c.is_alphanumeric() && c != '!')
                .any(|w| w == harsh)
        };
        assert!(!said(&text) && !said(&html), "{harsh}");
    }
    assert!(mail.html.len() < 9_000, "{}", mail.html.len());
    for part in [
        "lang=\"en-GB\"",
        "<h1>",
        "<h2>",
        "<ul>",
        "<li>",
        "width=device-width",
    ] {
        assert!(mail.html.contains(part), "{part}");
    }
    for heavy in ["<img", "<table", "<script", "color:", "http"] {
        assert!(!mail.html.contains(heavy), "{heavy}");
    }
}

#[test]
fn a_shared_mailbox_gets_no_id_and_nothing_that_leads_to_one() {
    let mut shared = message(vec![line(1, "1001", true)]);
    shared.lines[0].link = Some("https://cases.example/1001".into());
    shared.lines[0].why = "of child 1001".into();
    shared.recipient = Recipient::TeamMailbox {
        team: TeamId::new("T1"),
        name: "North".into(),
        email: "north@westshire.example".into(),
    };
    let mail = rendered(shared);
    assert!(!mail.text.contains("1001") && !mail.html.contains("1001"));
    assert!(mail.text.contains("due Wed 7 May 2025"));
}

#[test]
fn what_fell_away_is_said_and_not_shown() {
    let changed = Changed::from([(Uuid::from_u128(1), 2)]);
    let live = live(
        message(vec![line(1, "1001", true), line(2, "1002", true)]),
        &changed,
    );
    let mail = mail(&live, "x.example", Timestamp::UNIX_EPOCH);
    assert!(!mail.text.contains("1001") && mail.text.contains("1002"));
    assert!(mail.text.contains("One matter was recorded or passed on"));
}

proptest! {
    #[test]
    fn no_id_is_in_the_subject_or_the_first_hundred_characters(
        title in "[A-Za-z ]{0,20}", intro in "[A-Za-z ]{0,20}", name in "[A-Za-z ]{0,9}",
        child in "[0-9]{4,12}", telling: bool, flags: (bool, bool),
    ) {
        let mut message = message(vec![line(1, &child, true)]);
        message.authority_name = String::new();
        (message.synthetic, message.pinned) = flags;
        (message.title, message.intro) = (title, intro);
        if telling {
            message.title.push_str(&child);
            message.intro.push_str(&child);
        }
        if let Recipient::Person { name: n, .. } = &mut message.recipient {
            *n = name;
        }
        let mail = rendered(message);
        prop_assert!(!mail.subject.contains(&child));
        for shown in [mail.text.clone(), plain(&mail.html)] {
            let first: String = shown.chars().take(100).collect();
            prop_assert!(!first.contains(&child), "{first}");
            prop_assert!(shown.contains(&child));
        }
    }
}
