//! What a snapshot means, without any I/O.

pub mod authority;
pub mod chronology;
pub mod codes;
pub mod confirm;
pub mod diff;
pub mod evidence;
pub mod gate;
pub mod statements;
pub mod supervision;
pub mod told;
pub mod window;
