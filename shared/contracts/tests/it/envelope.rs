//! Properties of the envelope: what goes into headers comes out again.

use contracts::{
    AuthorityCode, Envelope, EnvelopeError, Event, TokenKey,
    obligation::{BatchComputed, DeadlineSignal},
    schema::EVENTS,
};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

fn instant() -> impl Strategy<Value = Timestamp> {
    let range = Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond();
    range.prop_map(|n| Timestamp::from_microsecond(n).unwrap())
}

fn code() -> impl Strategy<Value = AuthorityCode> {
    "[a-z][a-z0-9-]{1,31}".prop_map(|text| text.parse().unwrap())
}

prop_compose! {
    fn envelope()(
        id in any::<u128>(),
        subject in "evenkeel\\.[a-z]{2,8}\\.deadline\\.raised\\.[a-z2-7]{16}",
        event_type in "[a-z]{1,12}(\\.[a-z-]{1,12})?",
        source in "evenkeel/[a-z]{1,12}",
        time in instant(),
        traceparent in proptest::option::of("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"),
        data in proptest::collection::vec(any::<u8>(), 0..64),
    ) -> Envelope {
        Envelope { id: Uuid::from_u128(id), subject, event_type, source, time, traceparent, data }
    }
}

fn read(sent: &Envelope, headers: &[(&'static str, String)]) -> Result<Envelope, EnvelopeError> {
    let header = |name: &str| {
        let found = headers.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value.as_str())
    };
    Envelope::from_headers(&sent.subject, header, sent.data.clone())
}

proptest! {
    #[test]
    fn headers_read_back_as_what_was_sent(sent in envelope()) {
        prop_assert_eq!(read(&sent, &sent.headers()).unwrap(), sent);
    }

    #[test]
    fn a_missing_or_broken_attribute_is_named(sent in envelope(), at in 0_usize..7, broken: bool) {
        let mut headers = sent.headers();
        let (name, _) = headers[at];
        let read_from_the_headers = !matches!(name, "ce-subject" | "content-type");
        if broken {
            headers[at].1 = "\u{0}".into();
        } else {
            headers.remove(at);
        }
        match read(&sent, &headers) {
            Err(EnvelopeError::Header(named)) => prop_assert_eq!(named, name),
            Err(EnvelopeError::Version(_)) => prop_assert_eq!(name, "ce-specversion"),
            Err(other) => prop_assert!(false, "{}", other),
            Ok(_) => prop_assert!(!read_from_the_headers || (broken && matches!(name, "ce-type" | "ce-source"))),
        }
    }

    #[test]
    fn an_event_is_addressed_to_its_authority_and_decodes_as_itself(
        authority in code(), batch: u64, signals: u64, key: [u8; 32], child in "[A-Za-z0-9/.*> -]{1,48}", time in instant(),
    ) {
        let event = BatchComputed { authority: authority.clone(), batch, signals };
        let token = TokenKey::new(key).child(&authority, &child.as_str().into());
        let sent = Envelope::new(Uuid::from_u128(1), "deadlines", &authority, &token, time, &event);
        prop_assert_eq!(sent.authority(), Some(authority));
        prop_assert_eq!(sent.subject.split('.').count(), 5);
        prop_assert!(sent.subject.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c)));
        prop_assert_eq!(sent.decode::<BatchComputed>().unwrap(), event);
        prop_assert!(sent.decode::<DeadlineSignal>().is_err(), "its neighbour on the stream");
    }

    #[test]
    fn only_an_events_own_types_are_read(name in "[a-z-]{1,12}", tail in "(\\.[a-z]{1,8}){0,2}") {
        let event_type = format!("{name}{tail}");
        let unknown = Envelope {
            id: Uuid::nil(),
            subject: String::new(),
            event_type: event_type.clone(),
            source: String::new(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: None,
            data: b"{}".to_vec(),
        };
        prop_assume!(!EVENTS.iter().any(|e| e.types.contains(&event_type.as_str())));
        let refused = matches!(unknown.decode::<DeadlineSignal>(), Err(EnvelopeError::Type { .. }));
        prop_assert!(refused);
    }
}

#[test]
fn a_second_version_is_not_taken_for_the_first() {
    for event_type in DeadlineSignal::TYPES {
        let newer = Envelope {
            id: Uuid::nil(),
            subject: String::new(),
            event_type: format!("{event_type}-v2"),
            source: String::new(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: None,
            data: b"{}".to_vec(),
        };
        let refused = newer.decode::<DeadlineSignal>();
        assert!(matches!(refused, Err(EnvelopeError::Type { .. })));
    }
}
