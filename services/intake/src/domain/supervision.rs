//! What one event tells of somebody's supervision, read as strictly as what is told of a child: a day and ids, nothing
//! else.

use std::collections::BTreeMap;

use contracts::{StaffId, supervision::HeldTold};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Map, Value};

use super::told::{day, id, needed, not_a_field, text};

/// One supervision that is told of, and when it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub staff_id: StaffId,
    /// The record's id, else its day: as a file's row has it.
    pub key: String,
    pub at: Timestamp,
    /// None: it is retracted.
    pub held_on: Option<Date>,
}

/// One as its source told it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    pub at: Timestamp,
    /// The authority's day when it was told.
    pub on: Date,
    pub held_on: Option<Date>,
}

/// By source and key: all that events have told of one person.
pub type Known = BTreeMap<(String, String), Last>;

const FIELDS: [&str; 4] = ["authority", "staff_id", "held_on", "key"];

pub(super) fn held(body: &Map<String, Value>, at: Timestamp) -> Result<Told, String> {
    let told = read(body, at)?;
    let held_on = needed("held_on", told.held_on)?;
    // A sender's clock may be a little fast.
    let tomorrow = at
        .to_zoned(calendar::london())
        .date()
        .saturating_add(1.day());
    if held_on > tomorrow {
        return Err("held_on is still to come: tell it once it was held".to_owned());
    }
    Ok(told)
}

pub(super) fn retracted(body: &Map<String, Value>, at: Timestamp) -> Result<Told, String> {
    let told = read(body, at)?;
    Ok(Told {
        held_on: None,
        ..told
    })
}

fn read(body: &Map<String, Value>, at: Timestamp) -> Result<Told, String> {
    if let Some(unknown) = body.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(not_a_field(unknown, &FIELDS));
    }
    let staff_id = needed("staff_id", text(body, "staff_id")?)?;
    id("staff_id", &staff_id)?;
    let held_on = day(body, "held_on")?;
    let key = match (text(body, "key")?, held_on) {
        (Some(key), _) => id("key", &key).map(|()| key)?,
        (None, Some(day)) => day.to_string(),
        (None, None) => {
            return Err("key is missing, and held_on too: one says which supervision".to_owned());
        }
    };
    Ok(Told {
        staff_id: StaffId::new(staff_id),
        key,
        at,
        held_on,
    })
}

/// What is known of a person after one more event; true if that changes anything. An earlier word never undoes a later
/// one.
pub fn apply(known: &mut Known, told: &Told, source: &str, today: Date) -> bool {
    let place = (source.to_owned(), told.key.clone());
    let held = known.get(&place);
    if held.is_some_and(|held| held.at > told.at) {
        return false;
    }
    let is_news = held.and_then(|held| held.held_on) != told.held_on;
    let on = held.filter(|_| !is_news).map_or(today, |held| held.on);
    let last = Last {
        at: told.at,
        on,
        held_on: told.held_on,
    };
    known.insert(place, last);
    is_news
}

/// What is passed on: each day and key once, whoever told it.
pub fn passed_on(known: &Known) -> Vec<HeldTold> {
    let mut held: BTreeMap<(Date, &String), Date> = BTreeMap::new();
    for ((_, key), last) in known {
        if let Some(day) = last.held_on {
            let on = held.entry((day, key)).or_insert(last.on);
            *on = last.on.max(*on);
        }
    }
    let held = held.into_iter();
    held.map(|((held_on, key), told_on)| HeldTold {
        held_on,
        key: key.clone(),
        told_on,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::domain::told::{self, Tells};

    fn tell(event_type: &str, data: &Value) -> Result<Told, String> {
        let (data, authority) = (data.to_string(), "westshire".parse().unwrap());
        let at = "2025-04-11T15:00:00Z".parse().unwrap();
        match told::read(event_type, data.as_bytes(), &authority, at)? {
            Tells::OfWorker(told) => Ok(told),
            Tells::OfChild(told) => panic!("{told:?}"),
        }
    }

    #[test]
    fn a_supervision_is_known_by_its_id_else_by_its_day() {
        let held = |key: Value| {
            let data = json!({"authority": "westshire", "staff_id": "SW1", "held_on": "2025-04-11", "key": key});
            let told = tell("supervision.held", &data).unwrap();
            (told.key, told.held_on)
        };
        let day = Some(date(2025, 4, 11));
        assert_eq!(held(json!("S-9")), ("S-9".to_owned(), day));
        assert_eq!(held(Value::Null), ("2025-04-11".to_owned(), day));
        let gone = json!({"authority": "westshire", "staff_id": "SW1", "key": "S-9"});
        assert_eq!(tell("supervision.retracted", &gone).unwrap().held_on, None);
    }

    #[test]
    fn what_is_wrong_is_said_by_field_and_no_value_is_repeated() {
        let event =
            || json!({"authority": "westshire", "staff_id": "SW1", "held_on": "2025-04-11"});
        for (field, value, want) in [
            (
                "notes",
                json!("a good talk"),
                "a field that is not known here",
            ),
            ("helt_on", json!("2025-04-11"), "did you mean held_on?"),
            ("staff_id", json!("Annabel Smith"), "staff_id is no id"),
            ("staff_id", Value::Null, "staff_id is missing"),
            ("held_on", json!("11/04/2025"), "held_on cannot be read"),
            ("held_on", json!("1066-04-11"), "the year of held_on"),
            ("held_on", json!("2025-04-13"), "held_on is still to come"),
            ("held_on", Value::Null, "key is missing, and held_on too"),
            (
                "authority",
                json!("eastshire"),
                "its authority is not westshire",
            ),
        ] {
            let mut data = event();
            data[field] = value;
            let why = tell("supervision.held", &data).unwrap_err();
            assert!(
                why.contains(want) && !why.contains("Annabel"),
                "{field}: {why}"
            );
        }
        let no_day = json!({"authority": "westshire", "staff_id": "SW1", "key": "S-9"});
        let why = tell("supervision.held", &no_day).unwrap_err();
        assert_eq!(why, "held_on is missing");
    }

    proptest! {
        /// Words of distinct times about three records, in any order and some of them twice.
        #[test]
        fn the_order_of_events_and_repeats_change_nothing(
            words in prop::collection::vec((0_u8..3, prop::option::of(1_i8..28)), 1..12),
            order in any::<prop::sample::Index>(),
        ) {
            let told = |n: usize| Told {
                staff_id: "SW1".into(),
                key: words[n].0.to_string(),
                at: Timestamp::from_second(i64::try_from(n).unwrap()).unwrap(),
                held_on: words[n].1.map(|day| date(2025, 3, day)),
            };
            let fold = |order: &[usize]| {
                let mut known = Known::new();
                for n in order {
                    apply(&mut known, &told(*n), "events/x", date(2025, 4, 1));
                }
                passed_on(&known)
            };
            let forward: Vec<usize> = (0..words.len()).collect();
            let mut turned = forward.clone();
            turned.rotate_left(order.index(words.len()));
            turned.reverse();
            turned.extend(forward.clone());
            prop_assert_eq!(fold(&turned), fold(&forward));
        }
    }
}
