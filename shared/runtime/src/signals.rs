//! Ctrl-C and the service manager's stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Tasks;

/// Returns at the first SIGINT or SIGTERM, or when the tasks are stopping for another reason. From then on a second
/// signal ends the process at once.
pub async fn until_stopped(tasks: &Tasks) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        () = either(&mut interrupt, &mut terminate) => tracing::info!("asked to stop; once more stops at once"),
        () = tasks.stopping() => {}
    }
    leave_at_once_on_the_next(interrupt, terminate);
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "shutdown must not wait for the task that cuts it short"
)]
fn leave_at_once_on_the_next(mut interrupt: Signal, mut terminate: Signal) {
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        std::process::exit(130);
    });
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
