#![doc = include_str!("../README.md")]

pub mod authority;
pub mod chronology;
pub mod cloudevent;
pub mod commands;
pub mod envelope;
pub mod fact;
pub mod ids;
pub mod message;
pub mod notice;
pub mod obligation;
pub mod organisation;
pub mod schema;
pub mod snapshot;
pub mod streams;
pub mod supervision;
pub mod viewer;
pub mod worker;

pub use authority::{Authority, AuthorityCode, ClockSetting, ClockStepped, SourceState};
pub use chronology::{Chronology, Entry, Fact};
pub use cloudevent::{CloudEvent, NotCloudEvent};
pub use envelope::{Envelope, EnvelopeError, Event};
pub use fact::{FactRetracted, FactTold};
pub use ids::{ChildId, StaffId, TeamId, Token, TokenKey};
pub use obligation::{Obligation, ObligationState};
pub use organisation::{Organisation, Person, Team};
pub use snapshot::{SnapshotAccepted, SnapshotRefused};
pub use streams::{STREAMS, Stream, StreamKind};
pub use supervision::{
    Supervision, SupervisionHeld, SupervisionRecord, SupervisionRetracted, SupervisionTold,
};
pub use viewer::{Role, Sight, Viewer};
pub use worker::{WorkerObligation, WorkerObligations};
