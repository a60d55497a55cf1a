//! Who asks: read from the session at every request, the role from the directory as it is now.

use axum::{extract::FromRequestParts, http::request::Parts};
use contracts::{AuthorityCode, Role, StaffId, Viewer};

use crate::{app::App, problem::Problem, sign_in};

/// Somebody signed in: the operator of the installation, or the operator looking as a person.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) session: String,
    pub(crate) looks_as: Option<LooksAs>,
}

#[derive(Clone, Debug)]
pub(crate) struct LooksAs {
    pub(crate) viewer: Viewer,
    pub(crate) name: String,
    /// As the directory writes it.
    pub(crate) role: String,
    pub(crate) authority: String,
}

/// Proof that the operator asks, as nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator(());

impl Asker {
    /// The viewer of one authority; a person sees no authority but their own.
    pub(crate) fn viewer(&self, authority: &AuthorityCode) -> Result<Viewer, Problem> {
        match &self.looks_as {
            None => Ok(Viewer::operator(authority.clone())),
            Some(person) if &person.viewer.authority == authority => Ok(person.viewer.clone()),
            Some(person) => Err(Problem::NotYours(format!(
                "You are looking as {} of {}, and this page belongs to another authority.",
                person.name, person.authority
            ))),
        }
    }

    pub(crate) fn operator(&self) -> Result<Operator, Problem> {
        match &self.looks_as {
            None => Ok(Operator(())),
            Some(person) => Err(Problem::NotYours(format!(
                "This page is for whoever runs Evenkeel. You are looking as {}; stop looking as them to see it.",
                person.name
            ))),
        }
    }

    pub(crate) fn is_operator(&self) -> bool {
        self.looks_as.is_none()
    }
}

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let id = sign_in::cookie::read(&parts.headers, app.port()).ok_or(Problem::SignIn)?;
        let session = app
            .sessions()
            .get(&id, app.clock().machine_now())
            .ok_or(Problem::SignIn)?;
        let looks_as = session
            .looks_as
            .and_then(|(authority, person)| looks_as(app, &authority, &person));
        Ok(Self {
            session: id,
            looks_as,
        })
    }
}

/// None once the directory does not have the person any more: the operator then looks as themselves.
pub(crate) fn looks_as(app: &App, code: &AuthorityCode, person: &StaffId) -> Option<LooksAs> {
    let authority = app.landscape().authority(code)?;
    let today = app.landscape().today(code)?;
    let organisation = app.landscape().organisation(code);
    let found = organisation
        .person(person)
        .filter(|p| p.is_employed(today))?;
    Some(LooksAs {
        viewer: Viewer {
            authority: code.clone(),
            role: Role::from_directory(&found.role),
            person: Some(person.clone()),
        },
        name: found.name.clone(),
        role: found.role.clone(),
        authority: authority.name.clone(),
    })
}
