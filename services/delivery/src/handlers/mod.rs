//! What comes in: events and questions, a file each.

pub(crate) mod delivery_status;
pub(crate) mod mailbox;
pub(crate) mod messages;
