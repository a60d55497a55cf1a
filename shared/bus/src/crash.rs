//! Places where a process may die. In production they do nothing; the simulated world dies at them.

use std::{fmt, sync::Arc};

/// Asked at every named point whether to die there.
#[derive(Clone, Default)]
pub struct CrashPoints(Option<Arc<dyn Fn(&'static str) -> bool + Send + Sync>>);

/// The process died at this point. What it had not committed never was.
#[derive(Debug, thiserror::Error)]
#[error("died at {0}")]
pub struct Crashed(pub &'static str);

impl CrashPoints {
    /// Dies wherever `dies_at` says so.
    pub fn new(dies_at: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(dies_at)))
    }

    pub fn at(&self, point: &'static str) -> Result<(), Crashed> {
        match &self.0 {
            Some(dies_at) if dies_at(point) => Err(Crashed(point)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for CrashPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CrashPoints")
    }
}
