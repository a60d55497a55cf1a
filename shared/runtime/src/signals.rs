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

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Lines},
        process::{Child, ChildStdout, Command, Stdio},
    };

    use rustix::process::Signal;

    use super::*;

    /// This test program again, waiting to be stopped.
    fn waiting() -> (Child, Lines<BufReader<ChildStdout>>) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "signals::tests::waits",
                "--ignored",
                "--nocapture",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines)
    }

    fn wait_for(lines: &mut Lines<BufReader<ChildStdout>>, word: &str) {
        assert!(
            lines.any(|line| line.unwrap().contains(word)),
            "never said {word}"
        );
    }

    #[test]
    fn the_first_signal_stops_politely_and_the_second_at_once() {
        for signal in [Signal::TERM, Signal::INT] {
            let (mut child, mut lines) = waiting();
            wait_for(&mut lines, "waiting");
            assert!(crate::guarded::signal(child.id(), signal));
            wait_for(&mut lines, "stopping");
            assert!(crate::guarded::signal(child.id(), signal));
            assert_eq!(child.wait().unwrap().code(), Some(130));
        }
    }

    #[tokio::test]
    async fn tasks_that_stop_for_another_reason_end_the_wait() {
        let tasks = Tasks::new();
        tasks.fail(anyhow::anyhow!("the disk is full"));
        until_stopped(&tasks).await.unwrap();
    }

    #[tokio::test]
    #[ignore = "run by the test above, as a process of its own"]
    #[expect(
        clippy::print_stdout,
        reason = "tells the test that started it how far it is"
    )]
    async fn waits() {
        let tasks = Tasks::new();
        let waiting = until_stopped(&tasks);
        tokio::pin!(waiting);
        // Polled once, it listens; a signal before that would end us.
        assert!(is_pending(&mut waiting).await);
        println!("\nwaiting");
        waiting.await.unwrap();
        println!("\nstopping");
        std::future::pending::<()>().await;
    }

    async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            let polled = std::pin::Pin::new(&mut *future).poll(context);
            std::task::Poll::Ready(polled.is_pending())
        })
        .await
    }
}
