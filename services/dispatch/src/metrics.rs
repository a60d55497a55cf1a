//! What an operator sees of dispatch. Never a name or an id.

use contracts::commands::Account;
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Meter},
};

use crate::store::account::is_balanced;

#[derive(Clone)]
pub(crate) struct Metrics {
    gathered: Counter<u64>,
    taken_back: Counter<u64>,
    steps: Gauge<u64>,
    created: Gauge<u64>,
    unanswered: Gauge<u64>,
    nobody: Gauge<u64>,
    unbalanced: Gauge<u64>,
    held: Gauge<u64>,
}

impl Metrics {
    pub(crate) fn of_the_process() -> Self {
        Self::new(&opentelemetry::global::meter("evenkeel.dispatch"))
    }

    pub(crate) fn new(meter: &Meter) -> Self {
        let counter = |name, what| meter.u64_counter(name).with_description(what).build();
        let gauge = |name, what| meter.u64_gauge(name).with_description(what).build();
        Self {
            gathered: counter("dispatch_messages_gathered", "Messages handed to delivery"),
            taken_back: counter(
                "dispatch_lines_taken_back",
                "Lines that no longer held while a message was on its way",
            ),
            steps: gauge("dispatch_steps", "Steps by state"),
            created: gauge(
                "dispatch_steps_created",
                "Steps ever made, counted when they were",
            ),
            unanswered: gauge(
                "dispatch_signals_unanswered",
                "Signals that have led to nothing yet",
            ),
            nobody: gauge("dispatch_nobody", "Matters nobody can be told about"),
            unbalanced: gauge(
                "dispatch_account_unbalanced",
                "1 while steps by state do not add up to steps made",
            ),
            held: gauge(
                "dispatch_batches_held",
                "Snapshots that wait for somebody to let them go",
            ),
        }
    }

    pub(crate) fn gathered(&self, messages: usize) {
        self.gathered.add(messages as u64, &[]);
    }

    pub(crate) fn taken_back(&self, lines: usize) {
        self.taken_back.add(lines as u64, &[]);
    }

    pub(crate) fn account(&self, account: &Account, held: usize) {
        for (state, n) in [
            ("pending", account.pending),
            ("sent", account.sent),
            ("suppressed", account.suppressed),
            ("stood_down", account.stood_down),
            ("failed", account.failed),
        ] {
            self.steps.record(n, &[KeyValue::new("state", state)]);
        }
        self.created.record(account.created, &[]);
        self.unanswered.record(
            account.signals.saturating_sub(account.signals_answered),
            &[],
        );
        self.nobody.record(account.nobody, &[]);
        self.unbalanced
            .record(u64::from(!is_balanced(account)), &[]);
        self.held.record(held as u64, &[]);
    }
}
