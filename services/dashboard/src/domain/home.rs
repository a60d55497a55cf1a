//! The authorities of this installation, one card each.

use contracts::Viewer;

use super::{
    Place,
    banner::{self, Banners},
    board::board,
    filter::Filter,
    links,
    seen::Seen,
    words::{self, day},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) board: String,
    /// Where to choose as whom to look; none for somebody who looks as a person already.
    pub(crate) people: Option<String>,
    pub(crate) my_day: Option<String>,
    pub(crate) data_as_at: String,
    /// `Tuesday 6 May 2025`.
    pub(crate) today: String,
    pub(crate) pinned: bool,
    pub(crate) size: String,
    pub(crate) counts: Seen,
    pub(crate) banners: Banners,
}

pub(crate) fn card(place: &Place<'_>, viewer: &Viewer) -> Card {
    let code = &place.authority.authority;
    let board = board(place, viewer, &Filter::default());
    let teams = (board.teams.len() + board.quiet.len()) as u64;
    Card {
        name: place.authority.name.clone(),
        board: links::board(code),
        people: viewer.person.is_none().then(|| links::people(code)),
        my_day: viewer.person.is_some().then(|| links::my_day(code)),
        data_as_at: banner::data_as_at(place),
        today: day(place.today),
        pinned: place.is_pinned(),
        size: size(place, viewer, teams),
        counts: board.total,
        banners: banner::banners(place),
    }
}

/// `2,123 children · 12 teams`; the number of children only for those who see every count.
fn size(place: &Place<'_>, viewer: &Viewer, teams: u64) -> String {
    let teams = words::counted(teams, "team", "teams");
    if viewer.role == contracts::Role::Operator {
        let children = place.children.living().count() as u64;
        format!("{}, {teams}", words::counted(children, "child", "children"))
    } else {
        teams
    }
}
