//! What every page has around it.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::{
    asker::Asker,
    domain::{
        Place,
        banner::{self, Banners},
        links, words,
    },
    live::Live,
    problem::Problem,
};

/// Title, navigation and banners of one page.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) signed_in: bool,
    pub(crate) live: bool,
    pub(crate) links: Vec<NavLink>,
    pub(crate) looks_as: Option<String>,
    pub(crate) place: Option<PlaceFrame>,
}

pub(crate) struct NavLink {
    pub(crate) text: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

pub(crate) struct PlaceFrame {
    pub(crate) name: String,
    pub(crate) today: String,
    pub(crate) pinned: bool,
    pub(crate) data_as_at: String,
    pub(crate) tabs: Vec<NavLink>,
    pub(crate) banners: Banners,
}

/// Which link of the navigation a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Home,
    Board,
    MyDay,
    Horizon,
    People,
    Mailbox,
    Status,
    Elsewhere,
}

impl Frame {
    /// For a page that needs nobody signed in.
    pub(crate) fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            signed_in: false,
            live: false,
            links: vec![],
            looks_as: None,
            place: None,
        }
    }

    pub(crate) fn new(asker: &Asker, tab: Tab, title: &str) -> Self {
        let link = |text, href: &str, is: Tab| NavLink {
            text,
            href: href.to_owned(),
            current: tab == is,
        };
        let home = if asker.is_operator() {
            "Authorities"
        } else {
            "Home"
        };
        let mut links = vec![link(home, "/", Tab::Home)];
        if asker.is_operator() {
            links.push(link("Mailbox", "/mailbox", Tab::Mailbox));
            links.push(link("Status", "/status", Tab::Status));
        }
        Self {
            signed_in: true,
            links,
            looks_as: asker.looks_as.as_ref().map(|p| {
                if p.role.is_empty() {
                    format!("{}, {}", p.name, p.authority)
                } else {
                    format!("{}, {}, {}", p.name, p.role.to_lowercase(), p.authority)
                }
            }),
            ..Self::bare(title)
        }
    }

    /// With the authority's name, tabs and banners.
    pub(crate) fn of_place(asker: &Asker, tab: Tab, title: &str, place: &Place<'_>) -> Self {
        let code = &place.authority.authority;
        let link = |text, href, is: Tab| NavLink {
            text,
            href,
            current: tab == is,
        };
        let mut tabs = vec![
            link("Board", links::board(code), Tab::Board),
            link("My day", links::my_day(code), Tab::MyDay),
        ];
        let reviews = asker.looks_as.as_ref().map(|p| p.viewer.role);
        if reviews == Some(contracts::Role::Reviewer) {
            tabs.push(link("Horizon", links::horizon(code), Tab::Horizon));
        }
        if asker.is_operator() {
            tabs.push(link("Look as", links::people(code), Tab::People));
        }
        Self {
            place: Some(PlaceFrame {
                name: place.authority.name.clone(),
                today: words::day(place.today),
                pinned: place.is_pinned(),
                data_as_at: banner::data_as_at(place),
                tabs,
                banners: banner::banners(place),
            }),
            ..Self::new(asker, tab, title)
        }
    }

    /// Keeps itself up to date in the browser.
    pub(crate) fn live(self) -> Self {
        Self { live: true, ..self }
    }
}

/// A page as it is sent.
pub(crate) fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page that `/live` may follow; it carries the mark of what it shows, so that only a change is sent.
pub(crate) fn live(page: &impl Template, live: Live) -> Result<Response, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Problem::Broken
    })?;
    let seen = format!("data-seen=\"{}\"", mark(fragment(&html)));
    let mut response = Html(html.replacen("data-seen=\"\"", &seen, 1)).into_response();
    response.extensions_mut().insert(live);
    Ok(response)
}

/// The part of a page that changes.
pub(crate) fn fragment(html: &str) -> &str {
    let start = html.find("<main").unwrap_or(0);
    let end = html
        .rfind("</main>")
        .map_or(html.len(), |at| at + "</main>".len());
    html.get(start..end).unwrap_or_default()
}

/// The same for the same text, for as long as the process lives.
pub(crate) fn mark(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
