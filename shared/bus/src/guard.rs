//! What panics fails like anything else: one guard for consumers, waiting work, questions and what is followed.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use futures::FutureExt;

#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
pub(crate) struct Panicked(String);

/// Does the work; a panic in it is an error. What it had begun in a transaction must be dropped.
pub(crate) async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.map_err(|panic| Panicked(words(panic.as_ref())))
}

/// The same for work that does not wait.
pub(crate) fn guarded_now<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let done = std::panic::catch_unwind(AssertUnwindSafe(work));
    done.map_err(|panic| Panicked(words(panic.as_ref())))
}

fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
        .to_owned()
}
