//! One file per question, and what looks for files by itself.

pub(crate) mod drop_folder;
pub(crate) mod import_files;
pub(crate) mod step_clock;
