//! The ways out. The only place that knows which there are.

pub mod mailbox;
pub mod smtp;

use std::sync::Arc;

use async_trait::async_trait;
use store::Tx;

pub use crate::domain::outcome::{Trouble, Verdict};
use crate::{MAILBOX, render::Mail};

/// One way out.
#[async_trait]
pub trait Channel: Send + Sync {
    fn name(&self) -> &'static str;

    /// How many mails it can send at the same time, now.
    fn lanes(&self) -> usize;

    /// True if the effect is recorded together with the receipt: then no crash leaves a mail in doubt.
    fn records(&self) -> bool {
        false
    }

    /// Makes ready to send up to `want` at once, or says in words what is wrong, where, and what to do. Called before
    /// any attempt is recorded, so that a server that is down costs no message anything.
    async fn prepare(&self, want: usize) -> Result<(), String>;

    async fn send(&self, mail: &Mail) -> Verdict;

    /// For a channel that `records`: in the transaction of the receipts.
    async fn record(&self, _tx: &mut Tx, _accepted: &[&Mail]) -> store::Result<()> {
        Ok(())
    }

    /// Lets go of what has not been used for a while.
    async fn tidy(&self) {}

    /// Says goodbye.
    async fn quit(&self) {}
}

/// The channel the settings ask for.
pub fn open(config: &crate::Config) -> anyhow::Result<Arc<dyn Channel>> {
    Ok(if config.smtp.host.is_empty() {
        Arc::new(mailbox::Mailbox)
    } else {
        Arc::new(smtp::Smtp::try_new(config.smtp.clone())?)
    })
}

/// Whether a process told to run only these channels has something to do: they are those the settings ask for.
pub fn check(only: &[String], config: &crate::Config) -> anyhow::Result<()> {
    let set = if config.smtp.host.is_empty() {
        MAILBOX
    } else {
        smtp::NAME
    };
    for channel in only {
        anyhow::ensure!(
            [MAILBOX, smtp::NAME].contains(&channel.as_str()),
            "there is no channel {channel:?}: the channels are {} and {}",
            MAILBOX,
            smtp::NAME
        );
        anyhow::ensure!(
            channel == set,
            "mail goes by {set}, and this process was told to run {channel} only: [delivery.smtp] host {}",
            if set == smtp::NAME {
                "is set"
            } else {
                "is blank"
            }
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Config, DEFAULTS};

    use super::check;

    #[test]
    fn a_process_told_to_run_a_channel_that_is_not_set_up_says_so() {
        let settings = runtime::Settings::load(&[DEFAULTS], None, []).unwrap();
        let mut config: Config = settings.section("delivery").unwrap();
        let said = |config: &Config, only: &str| {
            let refused = check(&[only.to_owned()], config);
            refused
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(said(&config, "mailbox"), "");
        assert!(said(&config, "smtp").contains("[delivery.smtp] host is blank"));
        assert!(said(&config, "pigeon").contains("the channels are mailbox and smtp"));
        config.smtp.host = "mail.example".into();
        assert_eq!(said(&config, "smtp"), "");
        assert!(said(&config, "mailbox").contains("host is set"));
    }
}
