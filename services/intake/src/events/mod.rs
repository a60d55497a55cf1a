//! Facts told one by one, near-live, as CloudEvents over HTTP (`http`) and NATS (`handlers::told`). Either way an event is
//! taken in here, and is answered only after the commit.

mod connections;
pub(crate) mod http;
mod problem;
mod record;
mod source;

pub(crate) use record::{Told, Untold};
pub(crate) use source::{Source, Sources, check};

use std::sync::Arc;

use bus::Context;

use crate::Config;

/// Takes events in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Teller {
    pub(crate) context: Context,
    pub(crate) sources: Arc<Sources>,
    precedence: Arc<[String]>,
}

impl Teller {
    pub(crate) fn new(context: &Context, config: &Config) -> Self {
        Self {
            context: context.clone(),
            sources: Arc::new(Sources::new(&config.events.sources)),
            precedence: config.precedence.clone().into(),
        }
    }
}

#[cfg(test)]
mod tests;
