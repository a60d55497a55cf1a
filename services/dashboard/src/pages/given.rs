//! What a request gives, refused with a kind page when it cannot be read.

use axum::{
    extract::{
        FromRequest, FromRequestParts,
        rejection::{FormRejection, PathRejection, QueryRejection},
    },
    response::IntoResponse,
};

use crate::problem::Problem;

/// Parts of the address.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub(crate) T);

/// What follows the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub(crate) T);

/// A form's fields.
#[derive(FromRequest)]
#[from_request(via(axum::Form), rejection(Problem))]
pub(crate) struct Form<T>(pub(crate) T);

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        unreadable()
    }
}

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        unreadable()
    }
}

impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        tracing::debug!(status = %rejection.into_response().status(), "a form could not be read");
        Self::Refused(
            "What was sent could not be read. Go back, load the page again and try once more."
                .to_owned(),
        )
    }
}

fn unreadable() -> Problem {
    Problem::NotFound("This address could not be read. It may have been cut short.".to_owned())
}
