//! `evenkeel why`: what was decided about telling people of a child's dates, worded for a manager.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Db, Value};
use bus::{Landscape, Refusal};
use contracts::{
    ChildId, Organisation,
    commands::{ExplainTold, Explanation},
    notice::step_in_words,
};
use uuid::Uuid;

use crate::{
    domain::{matter::Matter, notice::Who},
    store::{self, decisions::Kept},
};

pub(super) async fn answer(
    db: &Db,
    landscape: &Landscape,
    ask: &ExplainTold,
) -> anyhow::Result<Explanation> {
    let ExplainTold { authority, child } = ask;
    let mut tx = db.begin().await?;
    let kept = store::decisions::of_child(&mut tx, authority, child).await?;
    if kept.is_empty() {
        let no = format!("nothing has been decided about child {child} in {authority}");
        return Err(Refusal(no).into());
    }
    let obligations: BTreeSet<_> = kept.iter().map(|k| k.obligation).collect();
    let obligations = obligations.into_iter().map(Value::from).collect();
    let matters = store::matters::of(&mut tx, authority, obligations).await?;
    let organisation = landscape.organisation(authority);
    Ok(Explanation {
        lines: lines(&kept, &matters, &organisation),
    })
}

/// What is due, in the order in which it came up; below it what was decided, oldest first.
fn lines(
    kept: &[Kept],
    matters: &BTreeMap<Uuid, (ChildId, Matter)>,
    organisation: &Organisation,
) -> Vec<String> {
    let mut told: Vec<(Uuid, Vec<String>)> = Vec::new();
    for one in kept {
        let line = format!("  {}", decided(one, organisation));
        let known = told
            .iter()
            .position(|(matter, _)| *matter == one.obligation);
        let at = known.unwrap_or_else(|| {
            let matter = matters.get(&one.obligation).map(|(_, matter)| matter);
            told.push((one.obligation, vec![heading(one, matter)]));
            told.len() - 1
        });
        told[at].1.push(line);
    }
    told.into_iter().flat_map(|(_, lines)| lines).collect()
}

/// `First review, due Wed 7 May 2025`.
fn heading(kept: &Kept, matter: Option<&Matter>) -> String {
    let Some(Matter { obligation, .. }) = matter else {
        return kept.rule.clone();
    };
    let on = if obligation.found.is_some() {
        "since"
    } else {
        "due"
    };
    let due = calendar::day(obligation.due_date);
    format!("{}, {on} {due}", obligation.rule.title)
}

/// `Thu 17 Apr 2025, 12:00: Sam Lee (sam), the reminder 15 working days ahead: not yet (waits for the morning mail)`.
fn decided(kept: &Kept, organisation: &Organisation) -> String {
    let at = calendar::moment(kept.at);
    let who = kept.who.as_ref().map(|who| name(who, organisation));
    let step = kept.step.as_deref().map(step_in_words);
    let of: Vec<String> = who.into_iter().chain(step).collect();
    let of = if of.is_empty() {
        String::new()
    } else {
        format!("{}: ", of.join(", "))
    };
    let why = if kept.why.is_empty() {
        String::new()
    } else {
        format!(" ({})", kept.why)
    };
    format!("{at}: {of}{}{why}", in_words(&kept.verdict))
}

fn name(who: &Who, organisation: &Organisation) -> String {
    match who {
        Who::Person(id) => organisation
            .person(id)
            .map_or_else(|| id.to_string(), |p| format!("{} ({id})", p.name)),
        Who::Mailbox(id) => {
            let team = organisation.team(id);
            let team = team.map_or(id.as_str(), |t| t.name.as_str());
            format!("the mailbox of {team}")
        }
    }
}

fn in_words(verdict: &str) -> &str {
    match verdict {
        "held" => "not yet",
        "may go" => "goes with the next mail",
        "gathered" => "put into a mail",
        "suppressed" | "policy" => "not told",
        "stood down" => "no longer needed",
        "asked back" => "asked back from a mail on its way",
        "nobody" => "nobody told",
        "superseded" | "already" => "nothing new to tell",
        "closed" => "nothing to tell",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(who: Option<Who>, step: Option<&str>, verdict: &str, why: &str) -> Kept {
        Kept {
            at: "2025-04-17T11:00:00Z".parse().unwrap(),
            obligation: Uuid::nil(),
            rule: "en.cla.first-review".to_owned(),
            who,
            step: step.map(str::to_owned),
            verdict: verdict.to_owned(),
            why: why.to_owned(),
        }
    }

    #[test]
    fn what_was_decided_stands_below_what_it_is_about_in_words() {
        let sam = Some(Who::Person("sam".into()));
        let team = Some(Who::Mailbox("T1".into()));
        let kept = [
            kept(sam, Some("approaching 15"), "held", "waits"),
            kept(team, Some("overdue"), "gathered", ""),
            kept(None, None, "policy", "told when it comes nearer"),
        ];
        assert_eq!(
            lines(&kept, &BTreeMap::new(), &Organisation::default()),
            [
                "en.cla.first-review",
                "  Thu 17 Apr 2025, 12:00: sam, the reminder 15 working days ahead: not yet (waits)",
                "  Thu 17 Apr 2025, 12:00: the mailbox of T1, once the date had passed: put into a mail",
                "  Thu 17 Apr 2025, 12:00: not told (told when it comes nearer)",
            ]
        );
    }
}
