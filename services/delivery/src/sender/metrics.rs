//! What a dashboard of the operator's sees of sending.

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Meter},
};

use crate::domain::State;

pub struct Metrics {
    messages: Counter<u64>,
    waiting: Gauge<u64>,
    trouble: Gauge<u64>,
}

impl Metrics {
    pub fn new(meter: &Meter) -> Self {
        Self {
            messages: meter
                .u64_counter("delivery_messages")
                .with_description(
                    "Messages by what became of them; one in doubt may come to another end as well",
                )
                .build(),
            waiting: meter
                .u64_gauge("delivery_waiting")
                .with_description("Messages not at their end yet")
                .build(),
            trouble: meter
                .u64_gauge("delivery_trouble")
                .with_description("1 while the channel does not work")
                .build(),
        }
    }

    pub(super) fn came_to(&self, end: State, count: usize) {
        let outcome = KeyValue::new("outcome", end.as_str());
        self.messages.add(count as u64, &[outcome]);
    }

    pub(super) fn stands(&self, waiting: u64, trouble: bool) {
        self.waiting.record(waiting, &[]);
        self.trouble.record(u64::from(trouble), &[]);
    }
}
