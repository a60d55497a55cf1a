//! What one event tells, read strictly: what is not known here is refused by name, never dropped, and no
//! refusal quotes a value.

use contracts::{
    AuthorityCode, ChildId, Entry, Event as _, Fact, FactRetracted, FactTold, SupervisionHeld,
    SupervisionRetracted, chronology::InvolvementRole,
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::{codes, supervision};

/// Of whom an event tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tells {
    OfChild(Told),
    OfWorker(supervision::Told),
}

/// One fact that is told of, and when it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub child: ChildId,
    pub kind: &'static str,
    pub key: String,
    pub at: Timestamp,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Says {
        start: Date,
        end: Option<Date>,
        fact: Fact,
    },
    Retracts,
}

/// The fields of an event beside those of its fact.
const TOLD: [&str; 6] = ["authority", "child", "key", "start", "end", "kind"];
const RETRACTED: [&str; 6] = ["authority", "child", "kind", "key", "start", "worker"];

/// Every type there is.
pub const TYPES: [&str; 5] = [
    FactTold::RECORDED,
    FactTold::CORRECTED,
    FactRetracted::TYPE,
    SupervisionHeld::TYPE,
    SupervisionRetracted::TYPE,
];

/// Reads an event's data, which speaks for `authority`; else says what is wrong with it and what to do.
pub fn read(
    event_type: &str,
    data: &[u8],
    authority: &AuthorityCode,
    at: Timestamp,
) -> Result<Tells, String> {
    if !TYPES.contains(&event_type) {
        return Err(format!("its type is none of {}", TYPES.join(", ")));
    }
    let body = match serde_json::from_slice(data) {
        Ok(Value::Object(body)) => body,
        Ok(_) => return Err("its data is no JSON object".to_owned()),
        Err(_) if data.is_empty() => return Err("it has no data".to_owned()),
        Err(error) => {
            return Err(format!(
                "its data is no JSON: a fault at line {}, column {}",
                error.line(),
                error.column()
            ));
        }
    };
    if body.get("authority").and_then(Value::as_str) != Some(authority.as_str()) {
        return Err(format!(
            "its authority is not {authority}, the one this source speaks for"
        ));
    }
    match event_type {
        SupervisionHeld::TYPE => supervision::held(&body, at).map(Tells::OfWorker),
        SupervisionRetracted::TYPE => supervision::retracted(&body, at).map(Tells::OfWorker),
        FactRetracted::TYPE => retracted(&body, at).map(Tells::OfChild),
        _ => told(body, at).map(Tells::OfChild),
    }
}

fn told(body: Map<String, Value>, at: Timestamp) -> Result<Told, String> {
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
    let Some(fields) = Fact::fields(kind) else {
        return Err(
            "its kind is missing or none that can be told: see the list of kinds".to_owned(),
        );
    };
    let allowed = |name: &str| TOLD.contains(&name) || fields.contains(name);
    if let Some(unknown) = body.keys().find(|name| !allowed(name)) {
        let mut known: Vec<&str> = TOLD
            .into_iter()
            .chain(fields.iter().map(String::as_str))
            .collect();
        known.sort_unstable();
        known.dedup();
        return Err(not_a_field(unknown, &known));
    }
    let child = needed("child", text(&body, "child")?)?;
    id("child", &child)?;
    let start = needed("start", day(&body, "start")?)?;
    let end = day(&body, "end")?;
    if end.is_some_and(|end| end < start) {
        return Err("end is before start: correct one of them".to_owned());
    }
    let own = text(&body, "key")?;
    let of_fact = body.into_iter().filter(|(name, _)| fields.contains(name));
    let fact = fact(&of_fact.collect())?;
    checked(&fact)?;
    let worker = match &fact {
        Fact::Involvement { worker, .. } => worker.as_ref().map(contracts::StaffId::as_str),
        _ => None,
    };
    Ok(Told {
        child: ChildId::new(child),
        kind: fact.kind(),
        key: key(own, start, worker)?,
        at,
        what: What::Says { start, end, fact },
    })
}

fn retracted(body: &Map<String, Value>, at: Timestamp) -> Result<Told, String> {
    if let Some(unknown) = body.keys().find(|name| !RETRACTED.contains(&name.as_str())) {
        return Err(not_a_field(unknown, &RETRACTED));
    }
    let child = needed("child", text(body, "child")?)?;
    id("child", &child)?;
    let kind = needed("kind", text(body, "kind")?)?;
    let kind = Fact::KINDS.into_iter().find(|known| *known == kind);
    let kind = kind.ok_or("its kind is none that can be told: see the list of kinds")?;
    let (own, start) = (text(body, "key")?, day(body, "start")?);
    let worker = text(body, "worker")?;
    worker
        .as_deref()
        .map_or(Ok(()), |worker| id("worker", worker))?;
    let key = match (own, start) {
        (None, None) => return Err("key is missing, and start too: one says which fact".to_owned()),
        (own, start) => key(own, start.unwrap_or_default(), worker.as_deref())?,
    };
    Ok(Told {
        child: ChildId::new(child),
        kind,
        key,
        at,
        what: What::Retracts,
    })
}

/// The row's own id; else the same as a file's row without one would have.
fn key(own: Option<String>, start: Date, worker: Option<&str>) -> Result<String, String> {
    match (own, worker) {
        (Some(own), _) => id("key", &own).map(|()| own),
        (None, Some(worker)) => {
            id("worker", worker)?;
            Ok(format!("{start} {worker}"))
        }
        (None, None) => Ok(start.to_string()),
    }
}

pub(super) fn not_a_field(unknown: &str, known: &[&str]) -> String {
    let like = |name: &&&str| strsim::normalized_damerau_levenshtein(name, unknown);
    let nearest = known.iter().max_by(|a, b| like(a).total_cmp(&like(b)));
    let meant = nearest.filter(|name| like(name) > 0.6);
    // A field's name may be anything somebody writes; it is only shown where it is nearly one of ours.
    let which = meant.map_or_else(
        || "it has a field that is not known here".to_owned(),
        |name| format!("a field is not known here (did you mean {name}?)"),
    );
    format!("{which}: the fields are {}", known.join(", "))
}

pub(super) fn needed<T>(field: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{field} is missing"))
}

pub(super) fn text(body: &Map<String, Value>, field: &str) -> Result<Option<String>, String> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!(
            "{field} cannot be read: it should be a text, in quotes"
        )),
    }
}

pub(super) fn day(body: &Map<String, Value>, field: &str) -> Result<Option<Date>, String> {
    let Some(text) = text(body, field)? else {
        return Ok(None);
    };
    let day: Date = text
        .parse()
        .map_err(|_| format!("{field} cannot be read: it should be {A_DAY}"))?;
    if (1900..=2100).contains(&day.year()) {
        return Ok(Some(day));
    }
    Err(format!(
        "the year of {field} cannot be right: leave it out if there is none"
    ))
}

const A_DAY: &str = "a day such as 2025-04-11";

/// From the fields of a fact alone; else which of them is wrong, and what it should be.
fn fact(fields: &Map<String, Value>) -> Result<Fact, String> {
    let read = |fields: &Map<String, Value>| {
        let fact = serde_json::from_value::<Fact>(Value::Object(fields.clone()));
        fact.map_err(|error| error.to_string())
    };
    let error = match read(fields) {
        Ok(fact) => return Ok(fact),
        Err(error) => error,
    };
    if let Some(field) = error.strip_prefix("missing field ") {
        return needed(&field.replace('`', ""), None);
    }
    // The field without which another error comes, or none, is the one that is wrong.
    let culprit = fields.keys().filter(|name| *name != "kind").find(|name| {
        let mut without = fields.clone();
        without.remove(*name);
        read(&without).err().as_ref() != Some(&error)
    });
    let field = culprit.map_or("a field", String::as_str);
    let wanted = match field {
        "target" | "stated_due" | "entered_care" => A_DAY,
        "returned_at" => "a time such as 14:05:00",
        // What was expected is ours to say; what stands before it may be a value.
        _ => (error.rsplit_once(", expected ")).map_or("of another kind", |(_, wanted)| wanted),
    };
    Err(format!(
        "{field} cannot be read: it should be {}",
        wanted.replace('`', "")
    ))
}

/// Letters, digits and the marks ids are made of: text that could hold a name has a space or is refused for its length.
pub(super) fn id(field: &str, text: &str) -> Result<(), String> {
    let mark = |c: char| c.is_ascii_alphanumeric() || "-_.:/#+".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(mark) {
        return Ok(());
    }
    Err(format!(
        "{field} is no id: up to 64 letters, digits and - _ . : / # + without a space"
    ))
}

/// No text but ids and codes: a name has nowhere to go.
fn checked(fact: &Fact) -> Result<(), String> {
    let ids: &[(&str, Option<&str>)] = match fact {
        Fact::Assessment { referral, .. }
        | Fact::Section47 { referral, .. }
        | Fact::ChildInNeedPlan { referral } => &[("referral", referral.as_deref())],
        Fact::InitialConference { section47, .. } => &[("section47", section47.as_deref())],
        Fact::ProtectionPlan {
            referral,
            conference,
            ..
        } => &[
            ("referral", referral.as_deref()),
            ("conference", conference.as_deref()),
        ],
        Fact::ProtectionReview { plan, .. } => &[("plan", plan.as_deref())],
        Fact::Involvement { worker, team, .. } => &[
            ("worker", worker.as_ref().map(contracts::StaffId::as_str)),
            ("team", team.as_ref().map(contracts::TeamId::as_str)),
        ],
        Fact::Family { family } => &[("family", Some(family))],
        _ => &[],
    };
    for (field, text) in ids {
        text.map_or(Ok(()), |text| id(field, text))?;
    }
    coded(fact)
}

fn coded(fact: &Fact) -> Result<(), String> {
    let code = |field: &str, list: &[&str], text: &str| {
        if list.contains(&text) {
            return Ok(());
        }
        Err(format!("{field} is none of the codes {}", list.join(", ")))
    };
    let optional = |field: &str, list: &[&str], text: Option<&String>| {
        text.map_or(Ok(()), |text| code(field, list, text))
    };
    let kept_apart = |text: &String| Some(text).filter(|text| !text.is_empty()).cloned();
    match fact {
        Fact::CareEpisode {
            start_reason,
            legal_status,
            placement,
            end_reason,
            ..
        } => {
            code("start_reason", codes::START_REASONS, start_reason)?;
            let (legal_status, placement) = (kept_apart(legal_status), kept_apart(placement));
            optional("legal_status", codes::LEGAL_STATUSES, legal_status.as_ref())?;
            optional("placement", codes::PLACEMENTS, placement.as_ref())?;
            optional("end_reason", codes::END_REASONS, end_reason.as_ref())
        }
        Fact::LegalStatus { code: text } => code("code", codes::LEGAL_STATUSES, text),
        Fact::Placement {
            code: text,
            change_reason,
            ..
        } => {
            code("code", codes::PLACEMENTS, text)?;
            optional(
                "change_reason",
                codes::PLACEMENT_CHANGES,
                change_reason.as_ref(),
            )
        }
        Fact::MissingEpisode { code: text, .. } => code("code", codes::AWAY, text),
        Fact::Involvement {
            change_reason,
            role,
            worker,
            team,
        } => {
            optional(
                "change_reason",
                codes::WORKER_CHANGES,
                change_reason.as_ref(),
            )?;
            let nobody = worker.is_none() && team.is_none();
            if *role == InvolvementRole::CaseHolder && nobody {
                return Err("a case-holder needs a worker or a team".to_owned());
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a source has told of a child after one more event; true if that changes anything.
pub fn apply(entries: &mut Vec<Entry>, told: &Told, source: &str, today: Date) -> bool {
    let place = entries
        .iter()
        .position(|e| e.fact.kind() == told.kind && e.key == told.key);
    match (&told.what, place) {
        (What::Retracts, None) => false,
        (What::Retracts, Some(at)) => {
            entries.remove(at);
            true
        }
        (What::Says { start, end, fact }, place) => {
            let entry = Entry {
                key: told.key.clone(),
                source: source.to_owned(),
                start: *start,
                end: *end,
                known_from: today,
                missing_since: None,
                fact: fact.clone(),
            };
            match place {
                Some(at) if entries[at] == entry => return false,
                Some(at) => entries[at] = entry,
                None => entries.push(entry),
            }
            entries.sort_by(|a, b| (a.fact.kind(), &a.key).cmp(&(b.fact.kind(), &b.key)));
            true
        }
    }
}

/// Takes out what a file of a later day says itself: from then on the file is asked. True if there was any.
pub fn hand_over(told: &mut Vec<Entry>, file: &[Entry], as_at: Date) -> bool {
    let before = told.len();
    told.retain(|told| {
        let same = |e: &Entry| e.fact.kind() == told.fact.kind() && e.key == told.key;
        told.known_from >= as_at || !file.iter().any(same)
    });
    told.len() < before
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn westshire() -> AuthorityCode {
        "westshire".parse().unwrap()
    }

    fn tell(event_type: &str, data: &Value) -> Result<Told, String> {
        let data = data.to_string();
        let told = read(
            event_type,
            data.as_bytes(),
            &westshire(),
            Timestamp::UNIX_EPOCH,
        );
        match told? {
            Tells::OfChild(told) => Ok(told),
            Tells::OfWorker(told) => panic!("{told:?}"),
        }
    }

    /// One of each kind, with every field filled in.
    fn all() -> Vec<Value> {
        let facts = [
            json!({"kind": "referral", "decided": true, "no_further_action": false}),
            json!({"kind": "assessment", "referral": "R1", "child_seen": true}),
            json!({"kind": "section47", "referral": "R1", "no_further_action": true}),
            json!({"kind": "initial_conference", "section47": "S1", "held": true, "transfer_in": false,
                "plan_decided": true, "target": "2025-04-11"}),
            json!({"kind": "child_in_need_plan", "referral": "R1"}),
            json!({"kind": "protection_plan", "referral": "R1", "conference": "C1", "other_authority": false}),
            json!({"kind": "protection_review", "plan": "P1", "held": true, "continues": true, "stated_due": "2025-04-11"}),
            json!({"kind": "visit", "purpose": "protection", "seen": true, "seen_alone": false}),
            json!({"kind": "care_episode", "start_reason": "S", "legal_status": "C2", "placement": "U1",
                "end_reason": "X1", "entered_care": "2025-04-11"}),
            json!({"kind": "legal_status", "code": "C2"}),
            json!({"kind": "placement", "code": "U1", "distance_tenths": 12, "change_reason": "CARPL"}),
            json!({"kind": "looked_after_review", "cancelled": false, "planned": true, "stated_due": "2025-04-11"}),
            json!({"kind": "health_assessment"}),
            json!({"kind": "missing_episode", "code": "M", "returned_at": "14:05:00", "interview": "offered"}),
            json!({"kind": "care_leaver", "eligibility": "relevant"}),
            json!({"kind": "pathway_plan"}),
            json!({"kind": "care_leaver_contact"}),
            json!({"kind": "placed_for_adoption"}),
            json!({"kind": "involvement", "worker": "SW1", "team": "T1", "role": "case_holder", "change_reason": "ORGRST"}),
            json!({"kind": "family", "family": "F1"}),
            json!({"kind": "age_band", "band": "5-15"}),
            json!({"kind": "death"}),
            json!({"kind": "step", "step": "core_group"}),
        ];
        facts
            .into_iter()
            .map(|mut fact| {
                for (name, value) in [
                    ("authority", "westshire"),
                    ("child", "1001"),
                    ("key", "K1"),
                    ("start", "2025-04-11"),
                    ("end", "2025-04-12"),
                ] {
                    fact[name] = value.into();
                }
                fact
            })
            .collect()
    }

    #[test]
    fn every_kind_can_be_told_with_every_field_it_has() {
        let mut kinds = std::collections::BTreeSet::new();
        for fact in all() {
            let kind = fact["kind"].as_str().unwrap();
            let mut fields: Vec<_> = fact.as_object().unwrap().keys().cloned().collect();
            fields.retain(|f| !TOLD.contains(&f.as_str()) || f == "kind");
            let known: Vec<_> = Fact::fields(kind).unwrap().iter().cloned().collect();
            fields.sort();
            assert_eq!(fields, known, "{kind}");
            let told = tell("fact.recorded", &fact).unwrap();
            assert_eq!((told.key.as_str(), told.child.as_str()), ("K1", "1001"));
            kinds.insert(told.kind);
        }
        let steps = Fact::KINDS.len() - 22;
        assert_eq!(kinds.len() - 1 + steps, Fact::KINDS.len());
    }

    #[test]
    fn a_name_has_nowhere_to_go_and_no_refusal_repeats_it() {
        for fact in all() {
            let fields: Vec<String> = fact.as_object().unwrap().keys().cloned().collect();
            for field in fields
                .iter()
                .map(String::as_str)
                .chain(["notes", "forename", "start_"])
            {
                let mut with = fact.clone();
                with[field] = json!("Annabel Smith");
                let why = tell("fact.corrected", &with).unwrap_err();
                assert!(!why.contains("Annabel"), "{field}: {why}");
                let mut with = fact.clone();
                with["Annabel Smith"] = json!(1);
                let why = tell("fact.corrected", &with).unwrap_err();
                assert!(!why.contains("Annabel"), "{why}");
            }
        }
        for field in RETRACTED {
            let mut gone =
                json!({"authority": "westshire", "child": "1001", "kind": "visit", "key": "V1"});
            gone[field] = json!("Annabel Smith");
            let why = tell("fact.retracted", &gone).unwrap_err();
            assert!(!why.contains("Annabel"), "{field}: {why}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let visit = || json!({"authority": "westshire", "child": "1001", "start": "2025-04-11", "kind": "visit", "purpose": "protection"});
        for (field, value, want) in [
            (
                "purpose",
                json!("home"),
                "purpose cannot be read: it should be one of child_in_need, protection, looked_after",
            ),
            (
                "seen",
                json!("yes"),
                "seen cannot be read: it should be a boolean",
            ),
            (
                "purpose",
                Value::Null,
                "purpose cannot be read: it should be",
            ),
            (
                "start",
                json!("11/04/2025"),
                "start cannot be read: it should be a day such as 2025-04-11",
            ),
            (
                "start",
                json!("1066-04-11"),
                "the year of start cannot be right",
            ),
            ("end", json!("2025-04-10"), "end is before start"),
            ("child", json!("Mary Ann"), "child is no id"),
            ("kind", json!("visits"), "its kind is missing or none"),
            ("sene", json!(true), "did you mean seen?"),
            (
                "authority",
                json!("eastshire"),
                "its authority is not westshire",
            ),
        ] {
            let mut data = visit();
            data[field] = value;
            let why = tell("fact.recorded", &data).unwrap_err();
            assert!(
                why.starts_with(want) || why.contains(want),
                "{field}: {why}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_said_too() {
        let fact = |fact: Value| {
            let mut fact = fact;
            for (name, value) in [
                ("authority", "westshire"),
                ("child", "1"),
                ("start", "2025-04-11"),
            ] {
                fact[name] = value.into();
            }
            fact
        };
        let mut data = fact(json!({"kind": "visit", "purpose": "protection"}));
        let why = tell("fact.deleted", &data).unwrap_err();
        assert!(why.contains("fact.retracted"), "{why}");
        data.as_object_mut().unwrap().remove("start");
        assert_eq!(
            tell("fact.recorded", &data).unwrap_err(),
            "start is missing"
        );
        for (data, want) in [
            (json!({"kind": "visit"}), "purpose is missing"),
            (
                json!({"kind": "legal_status", "code": "C9"}),
                "code is none of the codes C1, C2",
            ),
            (
                json!({"kind": "involvement", "role": "case_holder"}),
                "a case-holder needs a worker or a team",
            ),
        ] {
            let why = tell("fact.recorded", &fact(data)).unwrap_err();
            assert!(why.starts_with(want), "{why}");
        }
        let which = json!({"authority": "westshire", "child": "1", "kind": "visit"});
        let why = tell("fact.retracted", &which).unwrap_err();
        assert!(why.starts_with("key is missing"), "{why}");
    }
}
