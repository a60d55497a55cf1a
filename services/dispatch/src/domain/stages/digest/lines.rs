use std::collections::BTreeMap;

use contracts::StaffId;
use jiff::civil::Date;

use super::{
    ChildId, Counts, MessageLine, NoticeRevision, Noun, Ready, Scene, Seat, Standing, Step, words,
};
use words::Because;

/// At most as many lines as the settings say; what does not fit is only counted.
pub(super) fn lines(
    scene: &Scene<'_>,
    ready: &[Ready<'_>],
) -> (Vec<MessageLine>, Vec<NoticeRevision>) {
    let mut grouped: BTreeMap<Key<'_>, Vec<&Ready<'_>>> = BTreeMap::new();
    for one in ready {
        grouped.entry(Key::of(scene, one)).or_default().push(one);
    }
    let mut listed = Vec::new();
    let mut unlisted = Vec::new();
    for (key, group) in grouped {
        if listed.len() < scene.settings.line_limit {
            listed.push(line(scene, &key, &group));
        } else {
            unlisted.extend(group.iter().map(|r| r.notice));
        }
    }
    (listed, unlisted)
}

/// What is one line: late before upcoming, then by due date; siblings agree in rule, date and worker.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    upcoming: bool,
    /// What is to be looked at comes last.
    found: bool,
    due: Date,
    rule: &'a str,
    kin: Kin<'a>,
    worker: Option<StaffId>,
    seat: Seat,
    standing: Standing,
    /// What else the line says of the clock.
    said: Vec<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kin<'a> {
    Family(&'a str),
    Child(&'a ChildId),
}

impl<'a> Key<'a> {
    fn of(scene: &Scene<'_>, ready: &'a Ready<'_>) -> Self {
        Self {
            upcoming: !ready.is_late(scene),
            found: ready.is_found(),
            due: ready.matter.obligation.due_date,
            rule: &ready.matter.obligation.rule.id,
            kin: ready.family.map_or(Kin::Child(ready.child), Kin::Family),
            worker: ready.holder.worker.clone(),
            seat: ready.to.seat,
            standing: ready.to.standing.clone(),
            said: said(scene, ready),
        }
    }
}

/// When it is due, and what is to be known about that.
fn said(scene: &Scene<'_>, ready: &Ready<'_>) -> Vec<String> {
    let obligation = &ready.matter.obligation;
    if let Some(found) = &obligation.found {
        return vec![found.clone()];
    }
    let late = ready.is_late(scene);
    let mut said = vec![words::due(obligation, late)];
    said.extend(obligation.attempted.map(words::attempted));
    if ready.key.step == Step::Raised {
        said.push(words::new_from(obligation.trigger_date));
    }
    let as_at = scene.data_as_at().unwrap_or(ready.matter.data_as_at);
    let next_read = as_at.saturating_add(jiff::Span::new().days(2));
    if !late && as_at < scene.today && obligation.due_date < next_read {
        said.push(words::may_be_recorded(as_at));
    }
    said
}

fn line(scene: &Scene<'_>, key: &Key<'_>, group: &[&Ready<'_>]) -> MessageLine {
    let first = group[0];
    let mut group: Vec<_> = group.iter().map(|r| (r.child.clone(), r.notice)).collect();
    group.sort_by(|a, b| a.0.cmp(&b.0));
    let (children, notices): (Vec<ChildId>, Vec<NoticeRevision>) = group.into_iter().unzip();
    let link = link(&scene.settings.link_pattern, &children);
    let mut text = key.said.clone();
    text.extend(whose(scene, first, link.is_none()));
    MessageLine {
        notices,
        children,
        title: first.matter.obligation.rule.title.clone(),
        due_date: key.due,
        text: text.join("; "),
        why: words::why(
            scene.calendar,
            &first.matter.obligation,
            first.policy.discreet,
            because(scene, first),
        ),
        link,
        late: !key.upcoming,
        found: key.found,
    }
}

/// Whose it is, when that is not plain; without a link since when it is yours, to tell one from another.
fn whose(scene: &Scene<'_>, ready: &Ready<'_>, no_link: bool) -> Option<String> {
    match (&ready.to.standing, ready.to.seat) {
        (Standing::NoCaseHolder, _) => Some(words::UNHELD.to_owned()),
        (Standing::For(owner), Seat::Worker) => Some(words::on_behalf(name(scene, owner))),
        (Standing::EmptySeat, seat) => Some(words::empty_seat(seat).to_owned()),
        (_, Seat::Worker | Seat::Recorder) => ready
            .holder
            .since
            .filter(|_| no_link)
            .map(words::yours_since),
        _ => Some(match (&ready.holder.worker, ready.key.step) {
            (Some(worker), Step::Handover(_)) => words::handed_to(name(scene, worker)),
            (Some(worker), _) => words::held_by(name(scene, worker)),
            (None, _) => words::UNHELD.to_owned(),
        }),
    }
}

fn because<'a>(scene: &'a Scene<'_>, ready: &'a Ready<'_>) -> Because<'a> {
    match (&ready.to.standing, ready.to.seat) {
        (Standing::NoCaseHolder, _) => Because::NoCaseHolder,
        (Standing::For(owner), _) => Because::Covers(name(scene, owner)),
        (Standing::EmptySeat, seat) => Because::EmptySeat(seat),
        (_, seat) => Because::Sits(seat),
    }
}

pub(super) fn name<'a>(scene: &'a Scene<'_>, person: &StaffId) -> &'a str {
    scene
        .organisation
        .person(person)
        .map_or("somebody not in the directory", |p| p.name.as_str())
}

/// Into the case system; a line about several has none.
fn link(pattern: &str, children: &[ChildId]) -> Option<String> {
    match children {
        [child] if !pattern.is_empty() => {
            Some(pattern.replace("{child}", &escaped(child.as_str())))
        }
        _ => None,
    }
}

fn escaped(id: &str) -> String {
    id.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The one line of a mailbox: how many, and who has the list.
pub(super) fn count(
    scene: &Scene<'_>,
    ready: &[Ready<'_>],
    noun: &Noun,
    counts: Counts,
) -> Vec<MessageLine> {
    let Some(first) = ready.iter().min_by_key(|r| r.matter.obligation.due_date) else {
        return vec![];
    };
    let unheld = ready.iter().all(|r| r.to.standing == Standing::CountUnheld);
    let told = scene
        .organisation
        .team_of(&first.holder)
        .and_then(|team| scene.organisation.answers_for(team, scene.today))
        .filter(|_| unheld);
    vec![MessageLine {
        notices: ready.iter().map(|r| r.notice).collect(),
        children: vec![],
        title: if unheld {
            "No case-holder".to_owned()
        } else {
            "Nobody to tell".to_owned()
        },
        due_date: first.matter.obligation.due_date,
        text: words::count::line(noun, counts, told.map(|p| p.name.as_str())),
        why: words::count::WHY.to_owned(),
        link: None,
        late: counts.late > 0,
        found: false,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_break_out_of_a_link() {
        let pattern = "https://records.example.test/open?id={child}";
        let one = |id: &str| link(pattern, &[ChildId::new(id)]);
        assert_eq!(
            one("A-1").as_deref(),
            Some("https://records.example.test/open?id=A-1")
        );
        assert_eq!(
            one("a&b /é").as_deref(),
            Some("https://records.example.test/open?id=a%26b%20%2F%C3%A9")
        );
        assert_eq!(link("", &["1".into()]), None);
        assert_eq!(link(pattern, &["1".into(), "2".into()]), None);
    }
}
